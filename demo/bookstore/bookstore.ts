import { randomBytes } from "node:crypto";
import { type HandlerCall, RpcError, status } from "express-grpc-transcoding";
import type { BookRepository, Outcome } from "./book-repository.js";
import {
  alreadyExists,
  bookChanged,
  type FieldViolation,
  invalidArgument,
  notFound,
  shelfNotEmpty,
} from "./bookstore-error.js";
import {
  type Book,
  type CreateBookRequest,
  type CreateShelfRequest,
  type DeleteBookRequest,
  type DeleteShelfRequest,
  type DownloadCoverRequest,
  emptyBook,
  type GetBookRequest,
  type GetShelfRequest,
  type HttpBody,
  type ImportBooksRequest,
  type ImportBooksResponse,
  type ListBooksRequest,
  type ListBooksResponse,
  type ListShelvesRequest,
  type ListShelvesResponse,
  type MoveBookRequest,
  type Shelf,
  type Timestamp,
  type UpdateBookRequest,
  type UploadCoverRequest,
  type WatchBooksRequest,
  type WatchBooksResponse,
} from "./messages.js";
import { cutPage, readPageRequest } from "./page.js";
import { checkShelfName, createName, everyShelf, idOf, shelfOf } from "./resource-name.js";
import { applyMask } from "./update-mask.js";

/** A picture is sent back as what it was sent as: only types that a browser draws and does not run. */
export const pictureTypes: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
]);

/** An import is all or nothing, so its books wait in memory for the last one. */
const maxImport = 1000;

/**
 * The handlers of `bookstore.v1.Bookstore`.
 *
 *     services.add("bookstore.v1.Bookstore", createBookstore(createMemoryBookRepository()));
 */
export function createBookstore(books: BookRepository) {
  async function resolveShelf(name: string): Promise<Shelf> {
    const shelf = await books.findShelf(name);
    if (shelf === undefined) throw notFound("Shelf", name);
    return shelf;
  }

  /** The book as it is now. A caller who gives an etag wants it only if nobody has changed it. */
  async function resolveBook(name: string, etag = ""): Promise<Book> {
    const book = await books.findBook(name);
    if (book === undefined) throw notFound("Book", name);
    if (etag !== "" && etag !== book.etag) throw bookChanged(name);
    return book;
  }

  async function resolveParent(parent: string): Promise<void> {
    if (parent !== everyShelf) await resolveShelf(parent);
  }

  async function replace(current: Book, changes: Book, cover?: HttpBody): Promise<Book> {
    const next = { ...changes, updateTime: now(), etag: createEtag() };
    confirm(await books.replaceBook(current, next, cover));
    return next;
  }

  return {
    async listShelves({ request }: HandlerCall<ListShelvesRequest>): Promise<ListShelvesResponse> {
      const page = readPageRequest("shelves", request);
      const found = await books.listShelves(page.after, page.size + 1);
      const { items, nextPageToken } = cutPage("shelves", page, found);
      return { shelves: items, nextPageToken };
    },

    async getShelf({ request }: HandlerCall<GetShelfRequest>): Promise<Shelf> {
      return resolveShelf(request.name);
    },

    async createShelf({ request }: HandlerCall<CreateShelfRequest>): Promise<Shelf> {
      const theme = request.shelf?.theme ?? "";
      if (theme === "") throw invalidArgument([{ field: "shelf.theme", description: "must not be empty" }]);
      const shelf = { name: createName("shelves", request.shelfId, "shelf_id"), theme, createTime: now() };
      if (!(await books.insertShelf(shelf))) throw alreadyExists("Shelf", shelf.name);
      return shelf;
    },

    async deleteShelf({ request }: HandlerCall<DeleteShelfRequest>): Promise<object> {
      const outcome = await books.deleteShelf(request.name, { withBooks: request.force });
      if (outcome === "not-found") throw notFound("Shelf", request.name);
      if (outcome === "not-empty") throw shelfNotEmpty(request.name);
      return {};
    },

    async listBooks({ request }: HandlerCall<ListBooksRequest>): Promise<ListBooksResponse> {
      const list = `${request.parent}/books`;
      const page = readPageRequest(list, request);
      await resolveParent(request.parent);
      const found = await books.listBooks(request.parent, { after: page.after, limit: page.size + 1 });
      const { items, nextPageToken } = cutPage(list, page, found);
      return { books: items, nextPageToken };
    },

    async getBook({ request }: HandlerCall<GetBookRequest>): Promise<Book> {
      return resolveBook(request.name);
    },

    async createBook({ request }: HandlerCall<CreateBookRequest>): Promise<Book> {
      const book = createBook(request.parent, request);
      confirm(await books.insertBooks([book]));
      return book;
    },

    async updateBook({ request }: HandlerCall<UpdateBookRequest>): Promise<Book> {
      const changes = request.book ?? emptyBook;
      const current = await resolveBook(changes.name, changes.etag);
      return replace(current, checkBook(applyMask(current, changes, request.updateMask?.paths ?? [])));
    },

    async deleteBook({ request }: HandlerCall<DeleteBookRequest>): Promise<object> {
      confirm(await books.deleteBook(await resolveBook(request.name, request.etag)));
      return {};
    },

    async moveBook({ request }: HandlerCall<MoveBookRequest>): Promise<Book> {
      checkShelfName(request.destinationParent, "destination_parent");
      const current = await resolveBook(request.name, request.etag);
      if (request.destinationParent === shelfOf(current.name)) return current;
      return replace(current, {
        ...current,
        name: `${request.destinationParent}/books/${idOf(current.name)}`,
      });
    },

    async importBooks(requests: AsyncIterable<ImportBooksRequest>): Promise<ImportBooksResponse> {
      const newBooks: Book[] = [];
      let parent = "";
      for await (const request of requests) {
        parent ||= request.parent;
        if (request.parent !== "" && request.parent !== parent) {
          throw invalidArgument([{ field: "parent", description: `must stay "${parent}"` }]);
        }
        if (newBooks.length === maxImport) {
          throw invalidArgument([{ field: "book", description: `more than ${maxImport} at once` }]);
        }
        newBooks.push(createBook(parent, request));
      }
      confirm(await books.insertBooks(newBooks));
      return { names: newBooks.map(({ name }) => name) };
    },

    async *watchBooks(call: HandlerCall<WatchBooksRequest>): AsyncGenerator<WatchBooksResponse> {
      await resolveParent(call.request.parent);
      yield* books.watchBooks(call.request.parent, call.signal);
      if (!call.signal.aborted) throw new RpcError(status.UNAVAILABLE, "the watch has ended: watch again");
    },

    async uploadCover({ request }: HandlerCall<UploadCoverRequest>): Promise<Book> {
      const cover = checkCover(request.cover);
      const current = await resolveBook(request.name);
      return replace(current, { ...current, coverSize: cover.data.length }, cover);
    },

    async downloadCover({ request }: HandlerCall<DownloadCoverRequest>): Promise<HttpBody> {
      await resolveBook(request.name);
      const cover = await books.findCover(request.name);
      if (cover === undefined) throw notFound("Cover", `${request.name}/cover`);
      return cover;
    },
  };
}

function createBook(parent: string, request: { readonly book: Book | null; readonly bookId: string }): Book {
  const time = now();
  return {
    ...checkBook(applyMask(emptyBook, request.book ?? emptyBook, ["*"])),
    name: createName(`${parent}/books`, request.bookId, "book_id"),
    createTime: time,
    updateTime: time,
    etag: createEtag(),
  };
}

function checkBook(book: Book): Book {
  const violations: FieldViolation[] = [];
  if (book.title === "") violations.push({ field: "book.title", description: "must not be empty" });
  if (book.pageCount < 0) violations.push({ field: "book.page_count", description: "must not be negative" });
  const [first, ...others] = violations;
  if (first !== undefined) throw invalidArgument([first, ...others]);
  return book;
}

function checkCover(cover: HttpBody | null): HttpBody {
  const { contentType, data } = cover ?? { contentType: "", data: Buffer.of() };
  const pictureType = contentType.split(";", 1).join().trim().toLowerCase();
  if (!pictureTypes.has(pictureType)) {
    const description = `content type "${contentType}" is not one of ${[...pictureTypes].join(", ")}`;
    throw invalidArgument([{ field: "cover.content_type", description }]);
  }
  if (data.length === 0) throw invalidArgument([{ field: "cover.data", description: "must not be empty" }]);
  return { contentType: pictureType, data };
}

/** Turn a change that was not made into the error that says why. */
function confirm(outcome: Outcome): void {
  if (outcome.kind === "taken") throw alreadyExists("Book", outcome.name);
  if (outcome.kind === "no-shelf") throw notFound("Shelf", outcome.name);
  if (outcome.kind === "changed") throw bookChanged(outcome.name);
}

function createEtag(): string {
  return randomBytes(9).toString("base64url");
}

function now(): Timestamp {
  const milliseconds = Date.now();
  return { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}
