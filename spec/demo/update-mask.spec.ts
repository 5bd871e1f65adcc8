import assert from "node:assert/strict";
import { status } from "express-grpc-transcoding";
import { describe, it } from "vitest";
import { type Book, emptyBook } from "../../demo/bookstore/messages.js";
import { applyMask } from "../../demo/bookstore/update-mask.js";

const stored: Book = {
  ...emptyBook,
  name: "shelves/fiction/books/emma",
  title: "Emma",
  author: "Jane Austen",
  pageCount: 474,
  format: "PAPERBACK",
  publishYear: 1815,
  subjects: ["villages"],
  labels: { condition: "new" },
  etag: "one",
};

const rows: readonly { about: string; paths: string[]; changes: Partial<Book>; expected: Partial<Book> }[] = [
  {
    about: "a field that is named",
    paths: ["title"],
    changes: { title: "Emma, A Novel", author: "A Lady" },
    expected: { title: "Emma, A Novel" },
  },
  {
    about: "a field in snake case",
    paths: ["page_count"],
    changes: { pageCount: 500 },
    expected: { pageCount: 500 },
  },
  { about: "a named field to its default", paths: ["author"], changes: {}, expected: { author: "" } },
  {
    about: "a named field to absence",
    paths: ["publish_year"],
    changes: {},
    expected: { publishYear: undefined },
  },
  {
    about: "lists and maps as a whole",
    paths: ["subjects", "labels"],
    changes: { subjects: ["love"] },
    expected: { subjects: ["love"], labels: {} },
  },
  {
    about: "everything a client may write for *",
    paths: ["*"],
    changes: { title: "Emma", name: "shelves/x/books/y", etag: "two" },
    expected: {
      author: "",
      pageCount: 0,
      format: "FORMAT_UNSPECIFIED",
      publishYear: undefined,
      subjects: [],
      labels: {},
    },
  },
  {
    about: "what is not empty, without a mask",
    paths: [],
    changes: { author: "A Lady", pageCount: 0, labels: { shelf: "top" } },
    expected: { author: "A Lady", labels: { shelf: "top" } },
  },
  {
    about: "nothing that only the server writes",
    paths: ["name", "etag", "create_time", "update_time", "cover_size"],
    changes: { name: "shelves/x/books/y", etag: "two", coverSize: 1, createTime: { seconds: 1, nanos: 0 } },
    expected: {},
  },
];

describe("applyMask", () => {
  for (const { about, paths, changes, expected } of rows) {
    it(`changes ${about}`, () => {
      assert.deepEqual(applyMask(stored, { ...emptyBook, ...changes }, paths), { ...stored, ...expected });
    });
  }

  for (const path of ["nothing", "pageCount", "labels.condition", "__proto__", "constructor", ""]) {
    it(`refuses the path "${path}"`, () => {
      assert.throws(() => applyMask(stored, emptyBook, [path]), {
        code: status.INVALID_ARGUMENT,
        message: `update_mask: "${path}" is not a field of a book`,
      });
    });
  }

  it("refuses * beside other paths", () => {
    assert.throws(() => applyMask(stored, emptyBook, ["title", "*"]), {
      code: status.INVALID_ARGUMENT,
      message: 'update_mask: "*" stands alone',
    });
  });
});
