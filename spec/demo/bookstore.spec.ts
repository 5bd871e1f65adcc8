import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, status } from "express-grpc-transcoding";
import supertest from "supertest";
import { afterAll, afterEach, beforeEach, describe, it } from "vitest";
import { loadDemoServices } from "../../demo/load-demo-services.js";
import { type Demo, startDemo } from "../../demo/start.js";

// biome-ignore lint/suspicious/noExplicitAny: specs read what they expect of a message
type Message = Record<string, any>;

/** Call a method of the bookstore through one of its doors. What fails is an error with a `code` and `details`. */
type Call = (method: string, request: Message) => Promise<Message>;

const picture = readFileSync(new URL("../../demo/bookstore/cover.png", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bookstore-"));
let demo: Demo;
let closeClient = () => {};

beforeEach(async () => {
  demo = await startDemo({ port: 0, grpcPort: 0, socket: join(folder, "demo.sock"), log: () => {} });
});

afterEach(async () => {
  closeClient();
  await demo.stop();
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What a REST client knows of a method: its HTTP method, its path, and what of the request is the body. */
const routes: Readonly<
  Record<string, [verb: "get" | "post" | "patch" | "delete", path: string, body?: string]>
> = {
  listShelves: ["get", "/v1/shelves"],
  getShelf: ["get", "/v1/{name}"],
  createShelf: ["post", "/v1/shelves", "shelf"],
  deleteShelf: ["delete", "/v1/{name}"],
  listBooks: ["get", "/v1/{parent}/books"],
  getBook: ["get", "/v1/{name}"],
  createBook: ["post", "/v1/{parent}/books", "book"],
  updateBook: ["patch", "/v1/{book.name}", "book"],
  deleteBook: ["delete", "/v1/{name}"],
  moveBook: ["post", "/v1/{name}:move", "*"],
};

async function callRest(method: string, request: Message): Promise<Message> {
  const [verb, path, body] = routes[method] ?? assert.fail(`no route for ${method}`);
  const { name, parent, book, shelf, updateMask, ...others } = request;
  const url = path.replace("{name}", name).replace("{parent}", parent).replace("{book.name}", book?.name);
  const mask = updateMask?.paths.map((field: string) =>
    field.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
  );
  const query = mask === undefined ? others : { ...others, updateMask: mask.join(",") };
  const answer = await supertest(demo.url)
    [verb](url)
    .query(body === "*" ? {} : query)
    .send(body === "*" ? others : body && request[body]);
  if (answer.status === 200) return answer.body;
  throw Object.assign(new Error(answer.body.message), answer.body);
}

async function connectGrpc(): Promise<Call> {
  const services = await loadDemoServices();
  const client = createClient(services.definition("bookstore.v1.Bookstore"), demo.socketAddress);
  closeClient = client.close;
  return (method, request) => client[method]?.(request) ?? assert.fail(`no method ${method}`);
}

function names(messages: readonly Message[]): string[] {
  return messages.map(({ name }) => name);
}

const doors: Readonly<Record<string, () => Promise<Call>>> = {
  REST: async () => callRest,
  "native gRPC": connectGrpc,
};

for (const [door, connect] of Object.entries(doors)) {
  describe(`the bookstore through ${door}`, () => {
    let call: Call;

    beforeEach(async () => {
      call = await connect();
    });

    it("lists page by page until the last", async () => {
      const pages: string[][] = [];
      let pageToken = "";
      do {
        const page = await call("listBooks", { parent: "shelves/-", pageSize: 2, pageToken });
        pages.push(names(page.books));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      assert.deepEqual(pages, [
        ["shelves/fiction/books/emma", "shelves/fiction/books/frankenstein"],
        ["shelves/fiction/books/moby-dick", "shelves/poetry/books/odyssey"],
        ["shelves/science/books/origin-of-species"],
      ]);
    });

    it("neither repeats nor skips when a list changes between two pages", async () => {
      const first = await call("listShelves", { pageSize: 1 });
      await call("createShelf", { shelf: { theme: "Art" }, shelfId: "art" });
      await call("deleteShelf", { name: "shelves/fiction", force: true });
      const { shelves } = await call("listShelves", { pageToken: first.nextPageToken });
      assert.deepEqual(names(first.shelves), ["shelves/fiction"]);
      assert.deepEqual(names(shelves), ["shelves/poetry", "shelves/science"]);
    });

    it("creates under the name asked for, or one of its own", async () => {
      const shelf = await call("createShelf", { shelf: { theme: "Art" }, shelfId: "art" });
      const named = await call("createBook", {
        parent: shelf.name,
        book: { title: "Lives" },
        bookId: "lives",
      });
      const unnamed = await call("createBook", { parent: shelf.name, book: { title: "On Painting" } });
      assert.equal(named.name, "shelves/art/books/lives");
      assert.match(unnamed.name, /^shelves\/art\/books\/[a-z][a-z0-9-]+$/);
      const { books } = await call("listBooks", { parent: shelf.name });
      assert.deepEqual(names(books).sort(), [named.name, unnamed.name].sort());
    });

    it("takes from a new book only what a client may write", async () => {
      const book = {
        title: "Persuasion",
        name: "shelves/x/books/y",
        coverSize: "9",
        etag: "mine",
        publishYear: 1817,
      };
      const created = await call("createBook", { parent: "shelves/fiction", book, bookId: "persuasion" });
      assert.equal(created.name, "shelves/fiction/books/persuasion");
      assert.equal(created.coverSize, "0");
      assert.notEqual(created.etag, "mine");
      assert.equal(created.publishYear, 1817);
      assert.deepEqual(created.createTime, created.updateTime);
    });

    it("updates what the mask names", async () => {
      const before = await call("getBook", { name: "shelves/fiction/books/emma" });
      const changes = { name: before.name, title: "ignored", author: "A Lady", publishYear: 1816 };
      const after = await call("updateBook", {
        book: changes,
        updateMask: { paths: ["author", "page_count"] },
      });
      const { etag, updateTime, ...others } = after;
      const { etag: oldEtag, updateTime: oldUpdateTime, ...expected } = before;
      assert.deepEqual(others, { ...expected, author: "A Lady", pageCount: 0 });
      assert.notEqual(etag, oldEtag);
      assert.notDeepEqual(updateTime, oldUpdateTime);
      assert.deepEqual(await call("getBook", { name: before.name }), after);
    });

    it("updates what is not empty without a mask", async () => {
      const book = { name: "shelves/fiction/books/emma", format: "EBOOK", pageCount: 0 };
      const { title, format, pageCount } = await call("updateBook", { book });
      assert.deepEqual({ title, format, pageCount }, { title: "Emma", format: "EBOOK", pageCount: 474 });
    });

    it("replaces everything for the mask *", async () => {
      const book = { name: "shelves/fiction/books/emma", title: "Emma" };
      const updated = await call("updateBook", { book, updateMask: { paths: ["*"] } });
      const { author, pageCount, format, subjects } = updated;
      assert.deepEqual(
        { author, pageCount, format, subjects },
        { author: "", pageCount: 0, format: "FORMAT_UNSPECIFIED", subjects: [] },
      );
      assert.equal(Object.hasOwn(updated, "publishYear"), false);
    });

    it("lets one of two who read the same book change it", async () => {
      const { name, etag } = await call("getBook", { name: "shelves/fiction/books/emma" });
      await call("updateBook", { book: { name, etag, author: "A Lady" } });
      for (const [method, request] of [
        ["updateBook", { book: { name, etag, author: "Somebody" } }],
        ["moveBook", { name, etag, destinationParent: "shelves/poetry" }],
        ["deleteBook", { name, etag }],
      ] as const) {
        await assert.rejects(call(method, request), { code: status.ABORTED }, method);
      }
      assert.equal((await call("getBook", { name })).author, "A Lady");
    });

    it("moves a book", async () => {
      const before = await call("getBook", { name: "shelves/fiction/books/emma" });
      const moved = await call("moveBook", { name: before.name, destinationParent: "shelves/poetry" });
      assert.deepEqual(
        { ...moved, etag: "", updateTime: null },
        { ...before, name: "shelves/poetry/books/emma", etag: "", updateTime: null },
      );
      await assert.rejects(call("getBook", { name: before.name }), { code: status.NOT_FOUND });
    });

    it("deletes a shelf that is empty, and one with books when forced", async () => {
      await assert.rejects(call("deleteShelf", { name: "shelves/poetry" }), {
        code: status.FAILED_PRECONDITION,
      });
      await call("deleteBook", { name: "shelves/poetry/books/odyssey" });
      assert.deepEqual(await call("deleteShelf", { name: "shelves/poetry" }), {});
      assert.deepEqual(await call("deleteShelf", { name: "shelves/fiction", force: true }), {});
      assert.deepEqual(names((await call("listShelves", {})).shelves), ["shelves/science"]);
    });

    it("tells a program what is not there", async () => {
      await assert.rejects(call("getBook", { name: "shelves/x/books/y" }), {
        code: status.NOT_FOUND,
        message: 'book "shelves/x/books/y" not found',
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.ResourceInfo",
            resourceType: "bookstore.example.com/Book",
            resourceName: "shelves/x/books/y",
            description: 'book "shelves/x/books/y" not found',
          },
        ],
      });
    });

    const name = "shelves/fiction/books/emma";
    const nowhere = "shelves/nowhere";
    const book = { title: "Lives" };
    for (const [about, method, request, code] of [
      ["a shelf that is not there", "getShelf", { name: nowhere }, status.NOT_FOUND],
      ["the books of no shelf", "listBooks", { parent: nowhere }, status.NOT_FOUND],
      ["a book that is not there", "getBook", { name: `${nowhere}/books/emma` }, status.NOT_FOUND],
      ["a change to no book", "updateBook", { book: { name: `${name}-2` } }, status.NOT_FOUND],
      ["a book without a shelf", "createBook", { parent: nowhere, book }, status.NOT_FOUND],
      ["a book on all shelves", "createBook", { parent: "shelves/-", book }, status.NOT_FOUND],
      ["a move to no shelf", "moveBook", { name, destinationParent: nowhere }, status.NOT_FOUND],
      ["a move to a book", "moveBook", { name, destinationParent: name }, status.INVALID_ARGUMENT],
      ["a shelf twice", "createShelf", { shelf: { theme: "x" }, shelfId: "fiction" }, status.ALREADY_EXISTS],
      [
        "a book twice",
        "createBook",
        { parent: "shelves/fiction", book, bookId: "emma" },
        status.ALREADY_EXISTS,
      ],
      ["a shelf without a theme", "createShelf", { shelf: {} }, status.INVALID_ARGUMENT],
      [
        "a book without a title",
        "createBook",
        { parent: "shelves/fiction", book: {} },
        status.INVALID_ARGUMENT,
      ],
      [
        "an id in capitals",
        "createShelf",
        { shelf: { theme: "x" }, shelfId: "Fiction" },
        status.INVALID_ARGUMENT,
      ],
      [
        "an id of two segments",
        "createShelf",
        { shelf: { theme: "x" }, shelfId: "a/b" },
        status.INVALID_ARGUMENT,
      ],
      ["a negative page size", "listShelves", { pageSize: -1 }, status.INVALID_ARGUMENT],
      ["a made-up page token", "listShelves", { pageToken: "next" }, status.INVALID_ARGUMENT],
      [
        "an unknown mask",
        "updateBook",
        { book: { name }, updateMask: { paths: ["price"] } },
        status.INVALID_ARGUMENT,
      ],
      [
        "a mask that empties the title",
        "updateBook",
        { book: { name }, updateMask: { paths: ["title"] } },
        status.INVALID_ARGUMENT,
      ],
    ] as const) {
      it(`refuses ${about}`, async () => {
        await assert.rejects(call(method, request), { code });
      });
    }
  });
}

describe("covers of the bookstore", () => {
  const path = "/v1/shelves/fiction/books/emma/cover";

  it("come back byte for byte, by either way", async () => {
    const upload = await supertest(demo.url).post(path).set("content-type", "image/png").send(picture);
    assert.equal(upload.body.coverSize, String(picture.length));
    const download = await supertest(demo.url).get(path);
    assert.equal(download.headers["content-type"], "image/png");
    assert.deepEqual(download.body, picture);
    const call = await connectGrpc();
    const { contentType, data } = await call("downloadCover", { name: "shelves/fiction/books/emma" });
    assert.deepEqual({ contentType, data }, { contentType: "image/png", data: picture });
  });

  it("are not there before", async () => {
    const { status: httpStatus, body } = await supertest(demo.url).get(path);
    assert.deepEqual([httpStatus, body.details[0].resourceType], [404, "bookstore.example.com/Cover"]);
  });

  for (const { contentType, data, message } of [
    {
      contentType: "text/html",
      data: "<script>alert(1)</script>",
      message:
        'cover.content_type: content type "text/html" is not one of image/png, image/jpeg, image/gif, image/webp',
    },
    { contentType: "image/png", data: "", message: "cover.data: must not be empty" },
  ]) {
    it(`are refused as ${contentType} of ${data.length} bytes`, async () => {
      const { status: httpStatus, body } = await supertest(demo.url)
        .post(path)
        .set("content-type", contentType)
        .send(data);
      assert.deepEqual([httpStatus, body.code, body.message], [400, status.INVALID_ARGUMENT, message]);
    });
  }
});

describe("an import of books", () => {
  const path = "/v1/shelves/fiction/books:import";

  async function importBooks(...lines: readonly Message[]) {
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    return supertest(demo.url).post(path).set("content-type", "application/x-ndjson").send(body);
  }

  async function listFiction(): Promise<string[]> {
    return names((await callRest("listBooks", { parent: "shelves/fiction" })).books);
  }

  it("creates all of them", async () => {
    const { body } = await importBooks(
      { bookId: "persuasion", book: { title: "Persuasion" } },
      { bookId: "ivanhoe", book: { title: "Ivanhoe" } },
    );
    assert.deepEqual(body, { names: ["shelves/fiction/books/persuasion", "shelves/fiction/books/ivanhoe"] });
  });

  for (const { about, line, code } of [
    {
      about: "is there already",
      line: { bookId: "emma", book: { title: "Emma" } },
      code: status.ALREADY_EXISTS,
    },
    { about: "has no title", line: { bookId: "nameless", book: {} }, code: status.INVALID_ARGUMENT },
    { about: "is no book", line: { bookId: "nameless", book: { pages: 1 } }, code: status.INVALID_ARGUMENT },
  ]) {
    it(`creates none when one of them ${about}`, async () => {
      const before = await listFiction();
      const { body } = await importBooks({ bookId: "persuasion", book: { title: "Persuasion" } }, line);
      assert.equal(body.code, code);
      assert.deepEqual(await listFiction(), before);
    });
  }

  it("refuses another shelf on its way", async () => {
    const call = await connectGrpc();
    const requests = ["shelves/fiction", "", "shelves/poetry"].map((parent) => ({
      parent,
      book: { title: "x" },
    }));
    await assert.rejects(call("importBooks", requests), {
      code: status.INVALID_ARGUMENT,
      message: 'parent: must stay "shelves/fiction"',
    });
  });

  it("refuses more than a thousand", async () => {
    const call = await connectGrpc();
    const requests = Array.from({ length: 1001 }, () => ({
      parent: "shelves/fiction",
      book: { title: "x" },
    }));
    await assert.rejects(call("importBooks", requests), { code: status.INVALID_ARGUMENT });
  });
});

describe("a watch of books", () => {
  it("tells over gRPC what is changed over REST", async () => {
    const services = await loadDemoServices();
    const client = createClient(services.definition("bookstore.v1.Bookstore"), demo.grpcAddress);
    closeClient = client.close;
    const changes = client.watchBooks?.({ parent: "shelves/poetry" })[Symbol.asyncIterator]();
    const next = async () => {
      const { change, book } = (await changes.next()).value;
      return [change, book.name];
    };
    assert.deepEqual(await next(), ["EXISTING", "shelves/poetry/books/odyssey"]);
    const name = "shelves/poetry/books/iliad";
    await callRest("createBook", { parent: "shelves/poetry", book: { title: "The Iliad" }, bookId: "iliad" });
    await callRest("updateBook", { book: { name, author: "Homer" } });
    await callRest("moveBook", { name, destinationParent: "shelves/fiction" });
    assert.deepEqual(await next(), ["CREATED", name]);
    assert.deepEqual(await next(), ["UPDATED", name]);
    assert.deepEqual(await next(), ["DELETED", name]);
    await changes.return();
  });
});
