/** The messages of proto/bookstore/v1/bookstore.proto as handlers see them. */

export interface Timestamp {
  readonly seconds: string | number;
  readonly nanos: number;
}

export interface Shelf {
  readonly name: string;
  readonly theme: string;
  readonly createTime: Timestamp | null;
}

export type BookFormat = "FORMAT_UNSPECIFIED" | "HARDCOVER" | "PAPERBACK" | "EBOOK";

export interface Book {
  readonly name: string;
  readonly title: string;
  readonly author: string;
  readonly pageCount: number;
  readonly format: BookFormat;
  readonly publishYear?: number | undefined;
  readonly subjects: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly coverSize: string | number;
  readonly createTime: Timestamp | null;
  readonly updateTime: Timestamp | null;
  readonly etag: string;
}

/** A book with nothing set. */
export const emptyBook: Book = {
  name: "",
  title: "",
  author: "",
  pageCount: 0,
  format: "FORMAT_UNSPECIFIED",
  publishYear: undefined,
  subjects: [],
  labels: {},
  coverSize: "0",
  createTime: null,
  updateTime: null,
  etag: "",
};

export interface HttpBody {
  readonly contentType: string;
  readonly data: Uint8Array;
}

export interface ListShelvesRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface ListShelvesResponse {
  readonly shelves: readonly Shelf[];
  readonly nextPageToken: string;
}

export interface GetShelfRequest {
  readonly name: string;
}

export interface CreateShelfRequest {
  readonly shelf: Shelf | null;
  readonly shelfId: string;
}

export interface DeleteShelfRequest {
  readonly name: string;
  readonly force: boolean;
}

export interface ListBooksRequest {
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface ListBooksResponse {
  readonly books: readonly Book[];
  readonly nextPageToken: string;
}

export interface GetBookRequest {
  readonly name: string;
}

export interface CreateBookRequest {
  readonly parent: string;
  readonly book: Book | null;
  readonly bookId: string;
}

export interface UpdateBookRequest {
  readonly book: Book | null;
  readonly updateMask: { readonly paths: readonly string[] } | null;
}

export interface DeleteBookRequest {
  readonly name: string;
  readonly etag: string;
}

export interface MoveBookRequest {
  readonly name: string;
  readonly destinationParent: string;
  readonly etag: string;
}

export interface ImportBooksRequest {
  readonly parent: string;
  readonly book: Book | null;
  readonly bookId: string;
}

export interface ImportBooksResponse {
  readonly names: readonly string[];
}

export interface WatchBooksRequest {
  readonly parent: string;
}

export interface WatchBooksResponse {
  readonly change: "EXISTING" | "CREATED" | "UPDATED" | "DELETED";
  readonly book: Book;
}

export interface UploadCoverRequest {
  readonly name: string;
  readonly cover: HttpBody | null;
}

export interface DownloadCoverRequest {
  readonly name: string;
}
