import { small } from "./books.js";

interface GetBookRequest {
  readonly name: string;
}
interface ListMixedRequest {
  readonly pageSize: number;
}
interface ImportMixedRequest {
  readonly items: readonly unknown[];
}
interface WatchBooksRequest {
  readonly count: number;
  readonly linger?: boolean;
  readonly titleLength?: number;
}

/**
 * What the handlers of every server do, which is next to nothing: the bench is about what is around them.
 *
 * @param mixed a book in the form of the server's messages.
 */
export function createLibrary<Mixed>(mixed: Mixed) {
  const lists = new Map<number, { readonly items: Mixed[] }>();
  return {
    async getBook({ name }: GetBookRequest) {
      return { ...small, name };
    },
    async createBook<Book>(book: Book) {
      return book;
    },
    async createMixed<Book>(book: Book) {
      return book;
    },
    async listMixed({ pageSize }: ListMixedRequest) {
      const known = lists.get(pageSize);
      if (known !== undefined) return known;
      const list = { items: Array.from({ length: pageSize }, () => mixed) };
      lists.set(pageSize, list);
      return list;
    },
    async importMixed({ items }: ImportMixedRequest) {
      return { count: items.length };
    },
    async *watchBooks({ count, linger, titleLength }: WatchBooksRequest) {
      const book = titleLength ? { ...small, title: "x".repeat(titleLength) } : small;
      for (let i = 0; i < count; i++) yield book;
      if (linger) await new Promise(() => {});
    },
  };
}

export type Library = ReturnType<typeof createLibrary<unknown>>;
