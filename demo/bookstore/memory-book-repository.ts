import type { BookChange, BookRepository, Outcome } from "./book-repository.js";
import { ChangeFeed } from "./change-feed.js";
import type { Book, HttpBody, Shelf } from "./messages.js";
import { everyShelf, shelfOf } from "./resource-name.js";

const done: Outcome = { kind: "done" };

/** A repository that forgets everything when the process ends. */
export function createMemoryBookRepository(): BookRepository {
  const shelves = new Map<string, Shelf>();
  const books = new Map<string, Book>();
  const covers = new Map<string, HttpBody>();
  const feed = new ChangeFeed<BookChange>();

  function booksOf(parent: string): Book[] {
    return sortByName(books.values()).filter((book) => isIn(parent, book));
  }

  /** Why a book cannot be stored under its name, if so. */
  function findObstacle(name: string): Outcome | undefined {
    if (!shelves.has(shelfOf(name))) return { kind: "no-shelf", name: shelfOf(name) };
    return books.has(name) ? { kind: "taken", name } : undefined;
  }

  function isCurrent(book: Book): boolean {
    return books.get(book.name)?.etag === book.etag;
  }

  function store(book: Book, change: BookChange["change"]): void {
    const stored = structuredClone(book);
    books.set(book.name, stored);
    feed.publish({ change, book: stored });
  }

  function remove(book: Book): void {
    books.delete(book.name);
    covers.delete(book.name);
    feed.publish({ change: "DELETED", book });
  }

  return {
    async listShelves(after, limit) {
      return takePage(sortByName(shelves.values()), after, limit);
    },

    async findShelf(name) {
      return structuredClone(shelves.get(name));
    },

    async insertShelf(shelf) {
      if (shelves.has(shelf.name)) return false;
      shelves.set(shelf.name, structuredClone(shelf));
      return true;
    },

    async deleteShelf(name, { withBooks }) {
      if (!shelves.has(name)) return "not-found";
      const standing = booksOf(name);
      if (standing.length > 0 && !withBooks) return "not-empty";
      standing.forEach(remove);
      shelves.delete(name);
      return "done";
    },

    async listBooks(parent, { after, limit }) {
      return takePage(booksOf(parent), after, limit);
    },

    async findBook(name) {
      return structuredClone(books.get(name));
    },

    async findCover(bookName) {
      const cover = covers.get(bookName);
      return cover && copyCover(cover);
    },

    async insertBooks(newBooks) {
      const names = new Set<string>();
      for (const { name } of newBooks) {
        const obstacle = names.has(name) ? { kind: "taken" as const, name } : findObstacle(name);
        if (obstacle !== undefined) return obstacle;
        names.add(name);
      }
      for (const book of newBooks) store(book, "CREATED");
      return done;
    },

    async replaceBook(current, next, newCover) {
      if (!isCurrent(current)) return { kind: "changed", name: current.name };
      const cover = newCover === undefined ? covers.get(current.name) : copyCover(newCover);
      const isMove = next.name !== current.name;
      if (isMove) {
        const obstacle = findObstacle(next.name);
        if (obstacle !== undefined) return obstacle;
        remove(current);
      }
      if (cover !== undefined) covers.set(next.name, cover);
      store(next, isMove ? "CREATED" : "UPDATED");
      return done;
    },

    async deleteBook(current) {
      if (!isCurrent(current)) return { kind: "changed", name: current.name };
      remove(current);
      return done;
    },

    async *watchBooks(parent, signal) {
      // The watch starts before the books are listed, in the same turn: no change falls in between.
      const changes = feed.watch(signal);
      try {
        for (const book of booksOf(parent)) yield { change: "EXISTING", book: structuredClone(book) };
        for await (const { change, book } of changes) {
          if (isIn(parent, book)) yield { change, book: structuredClone(book) };
        }
      } finally {
        changes.end();
      }
    },

    close() {
      feed.close();
    },
  };
}

function isIn(parent: string, book: Book): boolean {
  return parent === everyShelf || shelfOf(book.name) === parent;
}

function sortByName<Item extends { readonly name: string }>(items: Iterable<Item>): Item[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function takePage<Item extends { readonly name: string }>(
  sorted: Item[],
  after: string,
  limit: number,
): Item[] {
  return structuredClone(sorted.filter(({ name }) => name > after).slice(0, limit));
}

/** A Buffer may be a window on a shared pool of memory, which structuredClone would copy whole. */
function copyCover({ contentType, data }: HttpBody): HttpBody {
  return { contentType, data: Buffer.from(data) };
}
