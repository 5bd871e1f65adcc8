import { randomUUID } from "node:crypto";
import { invalidArgument } from "./bookstore-error.js";

/** The shelf that stands for all shelves, where a list or a watch takes one: `shelves/-`. */
export const everyShelf = "shelves/-";

/**
 * Make the name of a resource from its collection and its id; an empty id stands for one of our making.
 *
 *     createName("shelves/fiction/books", "emma", "book_id")   // "shelves/fiction/books/emma"
 *     createName("shelves", "", "shelf_id")                    // "shelves/x1b4e28ba-..."
 *
 * @throws RpcError `INVALID_ARGUMENT` when the id is not lower-case letters, digits and hyphens.
 * @see https://google.aip.dev/122
 * @see https://google.aip.dev/133
 */
export function createName(collection: string, id: string, field: string): string {
  if (id === "") return `${collection}/${createId()}`;
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) {
    throw invalidArgument([
      { field, description: `"${id}" is not lower-case letters, digits and hyphens, starting with a letter` },
    ]);
  }
  return `${collection}/${id}`;
}

/** A UUID is 36 characters that may start with a digit; an id must not. */
function createId(): string {
  return `x${randomUUID()}`;
}

/**
 * The shelf of a book.
 *
 *     shelfOf("shelves/fiction/books/emma")   // "shelves/fiction"
 */
export function shelfOf(bookName: string): string {
  return bookName.slice(0, bookName.lastIndexOf("/books/"));
}

/**
 * Refuse what is no name of a shelf.
 *
 * @throws RpcError `INVALID_ARGUMENT`.
 */
export function checkShelfName(name: string, field: string): void {
  if (/^shelves\/[^/]+$/.test(name)) return;
  throw invalidArgument([{ field, description: `"${name}" is not the name of a shelf, shelves/{shelf}` }]);
}

/** The last segment of a name: `"emma"` of `"shelves/fiction/books/emma"`. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
