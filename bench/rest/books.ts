// What every server of the bench answers with, in the form of JSON.

export const small = {
  name: "shelves/fiction/books/emma",
  title: "Emma, by the author of Pride and Prejudice",
  pageCount: 474,
  inPrint: true,
  rating: 4.5,
  sold: "20000000",
};

export const mixed = {
  name: "shelves/fiction/books/emma",
  createTime: "2024-02-29T12:30:45.123456Z",
  readTime: "28800.500s",
  labels: { genre: "novel", language: "en", century: "19" },
  author: { givenName: "Jane", familyName: "Austen", born: 1775 },
  format: "HARDCOVER",
  cover: Buffer.from("a small picture of a country house").toString("base64"),
  sold: "20000000",
  tags: ["classic", "comedy", "manners"],
};

export function listOf(count: number): { readonly items: (typeof mixed)[] } {
  return { items: Array.from({ length: count }, () => mixed) };
}
