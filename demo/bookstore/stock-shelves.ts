import type { BookRepository } from "./book-repository.js";
import { type Book, emptyBook, type Shelf } from "./messages.js";

/** 2026-01-01T00:00:00Z */
const openingDay = { seconds: 1_767_225_600, nanos: 0 };

const shelves: readonly Shelf[] = [
  { name: "shelves/fiction", theme: "Fiction", createTime: openingDay },
  { name: "shelves/poetry", theme: "Poetry", createTime: openingDay },
  { name: "shelves/science", theme: "Science", createTime: openingDay },
];

const books: readonly (Partial<Book> & Pick<Book, "name">)[] = [
  {
    name: "shelves/fiction/books/emma",
    title: "Emma",
    author: "Jane Austen",
    pageCount: 474,
    format: "PAPERBACK",
    publishYear: 1815,
    subjects: ["matchmaking", "villages"],
  },
  {
    name: "shelves/fiction/books/frankenstein",
    title: "Frankenstein; or, The Modern Prometheus",
    author: "Mary Shelley",
    pageCount: 280,
    format: "HARDCOVER",
    publishYear: 1818,
    subjects: ["science", "solitude"],
    labels: { condition: "foxed" },
  },
  {
    name: "shelves/fiction/books/moby-dick",
    title: "Moby-Dick; or, The Whale",
    author: "Herman Melville",
    pageCount: 635,
    format: "PAPERBACK",
    publishYear: 1851,
    subjects: ["whales", "obsession"],
  },
  {
    name: "shelves/poetry/books/odyssey",
    title: "The Odyssey",
    author: "Homer",
    format: "EBOOK",
    publishYear: -700,
    subjects: ["travel"],
  },
  {
    name: "shelves/science/books/origin-of-species",
    title: "On the Origin of Species",
    author: "Charles Darwin",
    pageCount: 502,
    format: "HARDCOVER",
    publishYear: 1859,
    subjects: ["evolution"],
  },
];

/** Put a few shelves and books into an empty repository. */
export async function stockShelves(repository: BookRepository): Promise<void> {
  for (const shelf of shelves) await repository.insertShelf(shelf);
  await repository.insertBooks(
    books.map((book) => ({
      ...emptyBook,
      createTime: openingDay,
      updateTime: openingDay,
      etag: "opening-day",
      ...book,
    })),
  );
}
