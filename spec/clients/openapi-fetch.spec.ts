import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import createClient from "openapi-fetch";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Demo, startDemo } from "../../demo/start.js";
import type { components, paths } from "../cases/generated/openapi-typescript/demo.js";

// What is asserted here at run time, the compiler has checked against the types that openapi-typescript made of the
// demo's document: paths, parameters, bodies and answers.

const folder = mkdtempSync(join(tmpdir(), "openapi-fetch-"));
let demo: Demo;

beforeAll(async () => {
  const socket = join(folder, "demo.sock");
  demo = await startDemo({ port: 0, grpcPort: 0, socket, log: () => {}, greetingPause: async () => {} });
});

afterAll(async () => {
  await demo.stop();
  rmSync(folder, { recursive: true });
});

function connect() {
  return createClient<paths>({ baseUrl: demo.url });
}

const inFiction = { params: { path: { shelf: "fiction" } } };

describe("openapi-fetch with the types of the demo's document", () => {
  it("reads an answer", async () => {
    const { data } = await connect().GET("/v1/greeter/{name}", { params: { path: { name: "world" } } });
    const message: string | undefined = data?.message;
    assert.equal(message, "Hello world");
  });

  it("sends a body and query parameters", async () => {
    const { data, error } = await connect().POST("/v1/shelves/{shelf}/books", {
      params: { path: { shelf: "fiction" }, query: { bookId: "dracula" } },
      body: { title: "Dracula", subjects: ["vampires"], labels: { colour: "red" }, format: "HARDCOVER" },
    });
    assert.equal(error, undefined);
    assert.deepEqual(
      [data?.name, data?.format, data?.subjects, data?.labels],
      ["shelves/fiction/books/dracula", "HARDCOVER", ["vampires"], { colour: "red" }],
    );
  });

  it("changes what a mask names", async () => {
    const { data } = await connect().PATCH("/v1/shelves/{shelf}/books/{book}", {
      params: { path: { shelf: "fiction", book: "emma" }, query: { updateMask: "pageCount" } },
      body: { pageCount: 474 },
    });
    assert.equal(data?.pageCount, 474);
  });

  it("follows pages", async () => {
    const names: string[] = [];
    let pageToken: string | undefined;
    do {
      const query = { pageSize: 2, ...(pageToken === undefined ? {} : { pageToken }) };
      const { data } = await connect().GET("/v1/shelves/{shelf}/books", {
        params: { path: { shelf: "-" }, query },
      });
      const books: readonly components["schemas"]["Book"][] = data?.books ?? [];
      names.push(...books.map(({ title }) => title));
      pageToken = data?.nextPageToken;
    } while (pageToken);
    assert.ok(names.includes("Emma"));
    assert.ok(names.length > 2);
  });

  it("knows the form of a failure", async () => {
    const { data, error } = await connect().GET("/v1/shelves/{shelf}", {
      params: { path: { shelf: "nowhere" } },
    });
    assert.equal(data, undefined);
    const failure: components["schemas"]["Status"] | undefined = error;
    assert.deepEqual([failure?.code, failure?.message], [5, 'shelf "shelves/nowhere" not found']);
  });

  it("reads a stream as it comes", async () => {
    const { data } = await connect().GET("/v1/greeter/{name}/hellos", {
      params: { path: { name: "world" }, query: { count: 2 } },
      parseAs: "stream",
    });
    const text = await new Response(data).text();
    assert.equal(text, '{"message":"Hello world 1"}\n{"message":"Hello world 2"}\n');
  });

  it("sends and reads bytes", async () => {
    const picture = readFileSync(new URL("../../demo/bookstore/cover.png", import.meta.url));
    const params = { path: { shelf: "fiction", book: "emma" } };
    const { data } = await connect().POST("/v1/shelves/{shelf}/books/{book}/cover", {
      params,
      body: "the serializer sends the picture",
      bodySerializer: () => new Uint8Array(picture),
      headers: { "content-type": "image/png" },
    });
    assert.equal(data?.coverSize, String(picture.length));
    const cover = await connect().GET("/v1/shelves/{shelf}/books/{book}/cover", {
      params,
      parseAs: "arrayBuffer",
    });
    assert.ok(picture.equals(Buffer.from(cover.data ?? new ArrayBuffer(0))));
  });

  it("does not compile what is not documented", () => {
    const client = connect();
    const wrong = [
      // @ts-expect-error: there is no such path
      () => client.GET("/v1/nowhere"),
      // @ts-expect-error: the shelf is missing
      () => client.GET("/v1/shelves/{shelf}"),
      // @ts-expect-error: a page size is a number
      () => client.GET("/v1/shelves", { params: { query: { pageSize: "2" } } }),
      // @ts-expect-error: a book has a title
      () => client.POST("/v1/shelves/{shelf}/books", { ...inFiction, body: { author: "Bram Stoker" } }),
    ];
    assert.equal(wrong.length, 4);
  });
});
