import { invalidArgument } from "./bookstore-error.js";
import { type Book, emptyBook } from "./messages.js";

/** The fields that a client may write, by the name that masks use. */
const writableFields = {
  title: "title",
  author: "author",
  page_count: "pageCount",
  format: "format",
  publish_year: "publishYear",
  subjects: "subjects",
  labels: "labels",
} as const satisfies Record<string, keyof Book>;

type WritablePath = keyof typeof writableFields;
type WritableField = (typeof writableFields)[WritablePath];

/** Fields that a mask may name, but that only the server writes: they are skipped. https://google.aip.dev/203 */
const serverFields = new Set(["name", "cover_size", "create_time", "update_time", "etag"]);

/**
 * Take the fields that the mask names from `changes`, all others from `book`.
 *
 *     applyMask(book, changes, ["title", "page_count"])
 *     applyMask(book, changes, ["*"])   // every field, also those that are empty in changes
 *     applyMask(book, changes, [])      // the fields that are not empty in changes
 *
 * @throws RpcError `INVALID_ARGUMENT` for a path that is not a field of a book.
 * @see https://google.aip.dev/134
 */
export function applyMask(book: Book, changes: Book, paths: readonly string[]): Book {
  const fields = paths.length === 0 ? populatedFields(changes) : namedFields(paths);
  return { ...book, ...pickFields(changes, fields) };
}

function namedFields(paths: readonly string[]): readonly WritableField[] {
  if (paths.includes("*")) {
    if (paths.length > 1) {
      throw invalidArgument([{ field: "update_mask", description: '"*" stands alone' }]);
    }
    return Object.values(writableFields);
  }
  return paths.filter((path) => !serverFields.has(path)).map(resolveField);
}

function resolveField(path: string): WritableField {
  if (Object.hasOwn(writableFields, path)) return writableFields[path as WritablePath]; // hasOwn has just said so
  throw invalidArgument([{ field: "update_mask", description: `"${path}" is not a field of a book` }]);
}

function populatedFields(book: Book): readonly WritableField[] {
  return Object.values(writableFields).filter((field) => isPopulated(field, book[field]));
}

function isPopulated(field: WritableField, value: Book[WritableField]): boolean {
  return typeof value === "object" ? Object.keys(value).length > 0 : value !== emptyBook[field];
}

function pickFields(book: Book, fields: readonly WritableField[]): Partial<Book> {
  return Object.fromEntries(fields.map((field) => [field, book[field]]));
}
