/** Messages of one type, as a handler of this package answers them, and the objects that have the same JSON. */
export interface Case {
  readonly title: string;
  readonly typeName: string;
  readonly answers: readonly object[];
  readonly objects: readonly object[];
}

const genres = ["novel", "essay", "drama"];
const languages = ["en", "fr", "de", "it"];
const tags = ["classic", "comedy", "manners", "satire"];
const cover = Buffer.from("a small picture of a country house");

function small(i: number) {
  return {
    name: `books/emma-${i}`,
    title: "Emma, by the author of Pride and Prejudice",
    pageCount: 474 + i,
    inPrint: true,
    rating: 4.5,
    sold: String(20_000_000 + i),
  };
}

/** What is the same in both forms. */
function common(i: number) {
  return {
    labels: { genre: genres[i % 3], language: languages[i % 4], century: "19" },
    author: { givenName: "Jane", familyName: "Austen", born: 1775 },
    format: "HARDCOVER",
  };
}

function mixedAnswer(i: number) {
  return {
    name: `shelves/fiction/books/emma-${i}`,
    createTime: { seconds: String(1_709_209_845 + i * 37), nanos: 123_456_000 },
    readTime: { seconds: String(28_800 + i), nanos: 500_000_000 },
    ...common(i),
    cover: Buffer.from(cover),
    sold: String(20_000_000 + i),
    tags: [0, 1, 2].map((n) => tags[(i + n) % 4]),
  };
}

function mixedObject(i: number) {
  return {
    name: `shelves/fiction/books/emma-${i}`,
    createTime: new Date((1_709_209_845 + i * 37) * 1000).toISOString().replace(".000", ".123456"),
    readTime: `${28_800 + i}.500s`,
    ...common(i),
    cover: cover.toString("base64"),
    sold: String(20_000_000 + i),
    tags: [0, 1, 2].map((n) => tags[(i + n) % 4]),
  };
}

function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}

/** Several messages each, in turn: those of a server differ, too. */
export const cases: readonly Case[] = [
  { title: "small", typeName: "bench.Small", answers: many(16, small), objects: many(16, small) },
  { title: "mixed", typeName: "bench.Mixed", answers: many(16, mixedAnswer), objects: many(16, mixedObject) },
  {
    title: "1,000 mixed",
    typeName: "bench.List",
    answers: [{ items: many(1000, mixedAnswer) }],
    objects: [{ items: many(1000, mixedObject) }],
  },
];
