import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express, { type NextFunction, type Request, type Response } from "express";
import { middleware } from "express-openapi-validator";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Demo, startDemo } from "../../demo/start.js";
import type { JsonSchema, OpenApiDocument } from "../../lib/openapi/document.js";
import { mapSchemas, mapSubschemas } from "../../lib/openapi/versions/map-schemas.js";
import { accepts } from "../openapi/accepts.js";
import { operationsOf } from "../openapi/document-checks.js";

const folder = mkdtempSync(join(tmpdir(), "documented-"));
const document: OpenApiDocument = JSON.parse(
  readFileSync(new URL("../../openapi/demo.json", import.meta.url), "utf8"),
);
const schemas = document.components?.schemas ?? {};

/** What is not in the document is not in an answer: no object has members that it does not name. */
const sealed = mapSchemas(document, function seal(schema): JsonSchema {
  const parts = mapSubschemas(schema, seal);
  const isOpen =
    schema.type !== "object" || schema.properties === undefined || "additionalProperties" in schema;
  return isOpen ? parts : { ...parts, additionalProperties: false };
});

interface Exchange {
  readonly operation: string;
  readonly status: number;
  readonly method?: string;
  readonly path: string;
  readonly body?: object | string | Buffer;
  readonly type?: string;
}

const book = "/v1/shelves/fiction/books/emma";
const picture = readFileSync(new URL("../../demo/bookstore/cover.png", import.meta.url));

/** In an order in which they work on a bookstore that was just opened. */
const exchanges: readonly Exchange[] = [
  { operation: "Greeter_SayHello", status: 200, path: "/v1/greeter/world" },
  {
    operation: "Greeter_SayHello2",
    status: 200,
    method: "POST",
    path: "/v1/greeter",
    body: { name: "world" },
  },
  { operation: "Greeter_SayHello2", status: 400, method: "POST", path: "/v1/greeter", body: { name: [] } },
  { operation: "Bookstore_ListShelves", status: 200, path: "/v1/shelves" },
  { operation: "Bookstore_ListShelves", status: 400, path: "/v1/shelves?pageSize=many" },
  {
    operation: "Bookstore_CreateShelf",
    status: 200,
    method: "POST",
    path: "/v1/shelves?shelfId=travel",
    body: { theme: "Travel" },
  },
  {
    operation: "Bookstore_CreateShelf",
    status: 409,
    method: "POST",
    path: "/v1/shelves?shelfId=travel",
    body: { theme: "Travel" },
  },
  { operation: "Bookstore_CreateShelf", status: 400, method: "POST", path: "/v1/shelves", body: {} },
  { operation: "Bookstore_GetShelf", status: 200, path: "/v1/shelves/travel" },
  { operation: "Bookstore_GetShelf", status: 404, path: "/v1/shelves/nowhere" },
  { operation: "Bookstore_DeleteShelf", status: 200, method: "DELETE", path: "/v1/shelves/travel" },
  { operation: "Bookstore_DeleteShelf", status: 400, method: "DELETE", path: "/v1/shelves/fiction" },
  { operation: "Bookstore_ListBooks", status: 200, path: "/v1/shelves/-/books" },
  {
    operation: "Bookstore_CreateBook",
    status: 200,
    method: "POST",
    path: "/v1/shelves/fiction/books?bookId=dracula",
    body: { title: "Dracula", labels: { colour: "red" }, subjects: ["vampires"], publishYear: 1897 },
  },
  {
    operation: "Bookstore_CreateBook",
    status: 409,
    method: "POST",
    path: "/v1/shelves/fiction/books?bookId=dracula",
    body: { title: "Dracula" },
  },
  { operation: "Bookstore_GetBook", status: 200, path: book },
  { operation: "Bookstore_GetBook", status: 404, path: `${book}x` },
  {
    operation: "Bookstore_UpdateBook",
    status: 200,
    method: "PATCH",
    path: `${book}?updateMask=pageCount,format`,
    body: { pageCount: 418, format: "HARDCOVER" },
  },
  {
    operation: "Bookstore_UpdateBook",
    status: 409,
    method: "PATCH",
    path: book,
    body: { title: "E", etag: "old" },
  },
  {
    operation: "Bookstore_UploadCover",
    status: 200,
    method: "POST",
    path: `${book}/cover`,
    body: picture,
    type: "image/png",
  },
  {
    operation: "Bookstore_UploadCover",
    status: 400,
    method: "POST",
    path: `${book}/cover`,
    body: "a",
    type: "text/html",
  },
  { operation: "Bookstore_DownloadCover", status: 404, path: "/v1/shelves/fiction/books/dracula/cover" },
  {
    operation: "Bookstore_MoveBook",
    status: 200,
    method: "POST",
    path: "/v1/shelves/fiction/books/dracula:move",
    body: { destinationParent: "shelves/poetry" },
  },
  {
    operation: "Bookstore_ImportBooks",
    status: 200,
    method: "POST",
    path: "/v1/shelves/poetry/books:import",
    body: `{"book":{"title":"Eothen"}}\n{"book":{"title":"Maud"}}\n`,
    type: "application/x-ndjson",
  },
  {
    operation: "Bookstore_DeleteBook",
    status: 200,
    method: "DELETE",
    path: "/v1/shelves/poetry/books/dracula",
  },
];

/** Streams and bytes, which no validator of JSON looks into. */
const others: readonly (Exchange & { readonly accept: string; readonly timeout?: string })[] = [
  {
    operation: "Greeter_SayHellos",
    status: 200,
    path: "/v1/greeter/world/hellos",
    accept: "application/x-ndjson",
  },
  {
    operation: "Greeter_SayHellos",
    status: 200,
    path: "/v1/greeter/world/hellos",
    accept: "text/event-stream",
  },
  {
    operation: "Bookstore_WatchBooks",
    status: 200,
    path: "/v1/shelves/-/books:watch",
    accept: "application/x-ndjson",
    timeout: "1",
  },
  { operation: "Bookstore_DownloadCover", status: 200, path: `${book}/cover`, accept: "image/png" },
];

let demo: Demo;
let relay: Server;

function contentOf(operation: string, type: string): JsonSchema {
  const { responses } =
    operationsOf(document).find((one) => one.operation.operationId === operation)?.operation ??
    assert.fail(operation);
  return responses["200"]?.content?.[type]?.schema ?? assert.fail(`${operation} does not answer ${type}`);
}

beforeAll(async () => {
  demo = await startDemo({
    port: 0,
    grpcPort: 0,
    socket: join(folder, "demo.sock"),
    log: () => {},
    greetingPause: async () => {},
  });
  const app = express();
  app.use(express.raw({ type: () => true }));
  // The validator has types of its own for documents.
  const apiSpec = sealed as never;
  app.use(middleware({ apiSpec, validateRequests: false, validateResponses: true, fileUploader: false }));
  // The validator hears of what goes through `res.json`.
  app.use(async (req: Request & { openapi?: { schema: { operationId: string } } }, res: Response) => {
    const { method, headers, body } = req;
    const type = headers["content-type"];
    const answer = await fetch(demo.url + req.url, {
      method,
      headers: type === undefined ? {} : { "content-type": type },
      ...(body instanceof Buffer ? { body: new Uint8Array(body) } : {}),
    });
    res.setHeader("x-operation", req.openapi?.schema.operationId ?? "");
    res.status(answer.status).json(await answer.json());
  });
  app.use((error: Error, _: Request, res: Response, __: NextFunction) => {
    res.status(599).send(error.message);
  });
  relay = app.listen(0, "127.0.0.1");
  await once(relay, "listening");
});

afterAll(async () => {
  await once(relay.close(), "close");
  await demo.stop();
  rmSync(folder, { recursive: true });
});

async function send({
  method = "GET",
  path,
  body,
  type = "application/json",
}: Exchange): Promise<globalThis.Response> {
  const { port } = relay.address() as AddressInfo; // a TCP server has an AddressInfo
  const isText = typeof body === "string" || body instanceof Buffer;
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          body: isText ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body),
          headers: { "content-type": type },
        }),
  });
}

describe("the demo answers as documented", () => {
  for (const exchange of exchanges) {
    it(`${exchange.status} of ${exchange.operation}`, async () => {
      const response = await send(exchange);
      const text = await response.text();
      assert.equal(response.status, exchange.status, text);
      assert.equal(response.headers.get("x-operation"), exchange.operation);
    });
  }

  for (const { operation, path, accept, timeout } of others) {
    it(`${accept} of ${operation}`, async () => {
      const response = await fetch(demo.url + path, {
        headers: { accept, ...(timeout === undefined ? {} : { "x-server-timeout": timeout }) },
      });
      assert.equal(response.status, 200);
      const schema = contentOf(operation, accept);
      if (accept === "image/png") {
        assert.deepEqual(schema, { type: "string", format: "binary" });
        assert.equal(response.headers.get("content-type"), "image/png");
        return;
      }
      const items = (await response.text())
        .split("\n")
        .map((line) => line.replace(/^data: /, ""))
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
      // A watch ends with its deadline, and says so in its last item.
      const messages = items.filter((item) => item.error === undefined);
      assert.ok(messages.length >= 3);
      for (const message of messages)
        assert.ok(await accepts(schema, message, schemas), JSON.stringify(message));
    });
  }

  it("in every operation, with every failure that the document names", () => {
    const documented = operationsOf(document).flatMap(({ operation }) =>
      Object.keys(operation.responses)
        .filter((status) => status !== "default")
        .map((status) => `${operation.operationId} ${status}`),
    );
    const seen = new Set([...exchanges, ...others].map(({ operation, status }) => `${operation} ${status}`));
    assert.deepEqual(
      documented.filter((one) => !seen.has(one)),
      [],
    );
  });
});

describe("the validator of the demo's answers", () => {
  it("would refuse a member that is not documented", async () => {
    assert.ok(await accepts(sealed.components?.schemas?.HelloReply ?? {}, { message: "Hello" }));
    assert.equal(
      await accepts(sealed.components?.schemas?.HelloReply ?? {}, { message: "Hello", other: 1 }),
      false,
    );
    assert.equal(await accepts(sealed.components?.schemas?.HelloReply ?? {}, {}), false);
  });
});
