import assert from "node:assert/strict";
import { beforeEach, describe, it } from "vitest";
import type { BookChange, BookRepository } from "../../demo/bookstore/book-repository.js";
import { createMemoryBookRepository } from "../../demo/bookstore/memory-book-repository.js";
import { type Book, emptyBook } from "../../demo/bookstore/messages.js";

function book(name: string, etag = "one"): Book {
  return { ...emptyBook, name, title: name, etag };
}

const emma = book("shelves/fiction/books/emma");
const odyssey = book("shelves/poetry/books/odyssey");
const cover = { contentType: "image/png", data: Buffer.from("picture") };

describe("the memory repository", () => {
  let repository: BookRepository;

  beforeEach(async () => {
    repository = createMemoryBookRepository();
    for (const name of ["shelves/poetry", "shelves/fiction"]) {
      await repository.insertShelf({ name, theme: name, createTime: null });
    }
    await repository.insertBooks([odyssey, emma]);
  });

  it("lists by name, after a name, up to a limit", async () => {
    const names = async (after: string, limit: number) =>
      (await repository.listShelves(after, limit)).map(({ name }) => name);
    assert.deepEqual(await names("", 9), ["shelves/fiction", "shelves/poetry"]);
    assert.deepEqual(await names("", 1), ["shelves/fiction"]);
    assert.deepEqual(await names("shelves/fiction", 9), ["shelves/poetry"]);
  });

  it("lists the books of one shelf or of all", async () => {
    assert.deepEqual(await repository.listBooks("shelves/fiction", { after: "", limit: 9 }), [emma]);
    assert.deepEqual(await repository.listBooks("shelves/-", { after: "", limit: 9 }), [emma, odyssey]);
  });

  it("keeps copies", async () => {
    const given = { ...book("shelves/fiction/books/persuasion"), subjects: ["love"] };
    await repository.insertBooks([given]);
    given.subjects.push("changed");
    const found = await repository.findBook(given.name);
    assert.deepEqual(found?.subjects, ["love"]);
    Object.assign(found, { title: "changed" });
    assert.equal((await repository.findBook(given.name))?.title, given.name);
  });

  it("keeps labels of any name", async () => {
    const labels: Record<string, string> = JSON.parse('{"__proto__":"a","constructor":"b"}');
    const labelled = { ...book("shelves/fiction/books/labelled"), labels };
    await repository.insertBooks([labelled]);
    assert.deepEqual(await repository.findBook(labelled.name), labelled);
  });

  it("inserts all books or none", async () => {
    const persuasion = book("shelves/fiction/books/persuasion");
    for (const { books, outcome } of [
      { books: [persuasion, emma], outcome: { kind: "taken", name: emma.name } },
      { books: [persuasion, persuasion], outcome: { kind: "taken", name: persuasion.name } },
      { books: [persuasion, book("shelves/x/books/y")], outcome: { kind: "no-shelf", name: "shelves/x" } },
    ]) {
      assert.deepEqual(await repository.insertBooks(books), outcome);
      assert.equal(await repository.findBook(persuasion.name), undefined);
    }
  });

  it("replaces only what is as it was read", async () => {
    const next = { ...emma, title: "Emma", etag: "two" };
    assert.deepEqual(await repository.replaceBook(emma, next), { kind: "done" });
    assert.deepEqual(await repository.replaceBook(emma, next), { kind: "changed", name: emma.name });
    assert.deepEqual(await repository.deleteBook(emma), { kind: "changed", name: emma.name });
    assert.deepEqual(await repository.deleteBook(next), { kind: "done" });
    assert.deepEqual(await repository.deleteBook(next), { kind: "changed", name: emma.name });
  });

  it("moves a book with its cover", async () => {
    const withCover = { ...emma, etag: "two" };
    await repository.replaceBook(emma, withCover, cover);
    const moved = { ...withCover, name: "shelves/poetry/books/emma", etag: "three" };
    assert.deepEqual(await repository.replaceBook(withCover, moved), { kind: "done" });
    assert.equal(await repository.findBook(emma.name), undefined);
    assert.equal(await repository.findCover(emma.name), undefined);
    assert.deepEqual(await repository.findBook(moved.name), moved);
    assert.deepEqual(await repository.findCover(moved.name), cover);
  });

  it("leaves a book where it is when the place is taken or missing", async () => {
    const taken = { ...emma, name: odyssey.name };
    assert.deepEqual(await repository.replaceBook(emma, taken), { kind: "taken", name: odyssey.name });
    const nowhere = { ...emma, name: "shelves/x/books/emma" };
    assert.deepEqual(await repository.replaceBook(emma, nowhere), { kind: "no-shelf", name: "shelves/x" });
    assert.deepEqual(await repository.findBook(emma.name), emma);
  });

  it("deletes a shelf with its books only when told", async () => {
    assert.equal(await repository.deleteShelf("shelves/fiction", { withBooks: false }), "not-empty");
    assert.equal(await repository.deleteShelf("shelves/fiction", { withBooks: true }), "done");
    assert.equal(await repository.deleteShelf("shelves/fiction", { withBooks: true }), "not-found");
    assert.equal(await repository.findBook(emma.name), undefined);
  });

  it("shows a watch what is there and then what changes, on its shelf only", async () => {
    const controller = new AbortController();
    const watch = repository.watchBooks("shelves/fiction", controller.signal)[Symbol.asyncIterator]();
    const next = async (): Promise<BookChange> => (await watch.next()).value;
    assert.deepEqual(await next(), { change: "EXISTING", book: emma });
    const changed = { ...emma, etag: "two" };
    const moved = { ...changed, name: "shelves/poetry/books/emma" };
    await repository.deleteBook(odyssey);
    await repository.replaceBook(emma, changed);
    await repository.replaceBook(changed, moved);
    await repository.insertBooks([emma]);
    assert.deepEqual(await next(), { change: "UPDATED", book: changed });
    assert.deepEqual(await next(), { change: "DELETED", book: changed });
    assert.deepEqual(await next(), { change: "CREATED", book: emma });
    controller.abort();
    assert.equal((await watch.next()).done, true);
  });
});
