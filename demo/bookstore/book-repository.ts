import type { Book, HttpBody, Shelf, WatchBooksResponse } from "./messages.js";

/**
 * Where the bookstore keeps its shelves and books.
 *
 * What goes in and what comes out are copies: changing them changes nothing that is stored. Every method is
 * atomic: of two changes at once, the second sees the outcome of the first.
 */
export interface BookRepository {
  /** At most `limit` shelves with names after `after`, ordered by name. */
  listShelves(after: string, limit: number): Promise<Shelf[]>;
  findShelf(name: string): Promise<Shelf | undefined>;
  /** `false` when the name is taken. */
  insertShelf(shelf: Shelf): Promise<boolean>;
  deleteShelf(
    name: string,
    options: { readonly withBooks: boolean },
  ): Promise<"done" | "not-found" | "not-empty">;

  /** At most `limit` books of a shelf, or of `shelves/-`, with names after `after`, ordered by name. */
  listBooks(parent: string, page: { readonly after: string; readonly limit: number }): Promise<Book[]>;
  findBook(name: string): Promise<Book | undefined>;
  findCover(bookName: string): Promise<HttpBody | undefined>;
  /** All of them or none. */
  insertBooks(books: readonly Book[]): Promise<Outcome>;
  /**
   * Store `next` in place of `current`, which has been read before. The next book may have another name: then
   * it has moved, with its cover.
   */
  replaceBook(current: Book, next: Book, cover?: HttpBody): Promise<Outcome>;
  /** Delete a book that has been read before. */
  deleteBook(current: Book): Promise<Outcome>;

  /**
   * The books of a shelf, or of `shelves/-`, and then every change to them, until the signal aborts. It also
   * ends when the repository closes, and when the reader falls too far behind.
   */
  watchBooks(parent: string, signal: AbortSignal): AsyncIterable<BookChange>;
  /** End all watches. */
  close(): void;
}

export type BookChange = WatchBooksResponse;

/** How a change to books went: it was made, or it was not, because of the resource of this name. */
export type Outcome =
  | { readonly kind: "done" }
  /** A book of this name is there already. */
  | { readonly kind: "taken"; readonly name: string }
  | { readonly kind: "no-shelf"; readonly name: string }
  /** The book is not as it was read: changed, moved or deleted. */
  | { readonly kind: "changed"; readonly name: string };
