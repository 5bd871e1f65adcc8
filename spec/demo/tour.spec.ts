import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createTour } from "../../demo/tour.js";
import { printNativeCall } from "../../demo/welcome.js";
import { type Program, runLine, startProgram } from "./demo-process.js";

type Check = (output: string) => void;

/** What each line of the tour answers, in the order of the tour. */
const answers: Readonly<Record<string, Check>> = {
  "say hello": json({ message: "Hello world" }),
  "say hello, asked in JSON": json({ message: "Hello world" }),
  "three greetings, one second apart": text(
    '{"message":"Hello world 1"}\n{"message":"Hello world 2"}\n{"message":"Hello world 3"}\n',
  ),
  "the same as server-sent events": text(
    'data: {"message":"Hello world 1"}\n\ndata: {"message":"Hello world 2"}\n\n',
  ),
  "the shelves": (output) => {
    const { shelves, nextPageToken } = JSON.parse(output);
    assert.deepEqual(shelves.map(readName), ["shelves/fiction", "shelves/poetry", "shelves/science"]);
    assert.equal(nextPageToken, "");
  },
  "the first two books of all shelves": books([
    "shelves/fiction/books/emma",
    "shelves/fiction/books/frankenstein",
  ]),
  "the next two": books(["shelves/fiction/books/moby-dick", "shelves/poetry/books/odyssey"]),
  "one book": (output) => {
    const { createTime, updateTime, etag, ...book } = JSON.parse(output);
    assert.deepEqual(book, {
      name: "shelves/fiction/books/emma",
      title: "Emma",
      author: "Jane Austen",
      pageCount: 474,
      format: "PAPERBACK",
      publishYear: 1815,
      subjects: ["matchmaking", "villages"],
      labels: {},
      coverSize: "0",
    });
    assert.deepEqual([createTime, updateTime], ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]);
    assert.notEqual(etag, "");
  },
  "a new shelf": json({ name: "shelves/travel", theme: "Travel" }),
  "a new book": json({
    name: "shelves/fiction/books/dracula",
    title: "Dracula",
    author: "Bram Stoker",
    pageCount: 0,
  }),
  "two of its fields changed": json({ title: "Dracula", pageCount: 418, format: "HARDCOVER" }),
  "a change to a book that somebody else has changed: 409": failure(409, {
    code: 10,
    message: 'book "shelves/fiction/books/dracula" has changed: read it again, then retry',
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "ETAG_MISMATCH",
        domain: "bookstore.example.com",
        metadata: { book: "shelves/fiction/books/dracula" },
      },
    ],
  }),
  "the book on another shelf": json({
    name: "shelves/travel/books/dracula",
    title: "Dracula",
    pageCount: 418,
  }),
  "a picture for its cover": json({ name: "shelves/travel/books/dracula", coverSize: "121" }),
  "the picture, byte for byte": text("200 image/png 121 bytes\n"),
  "two books at once, one JSON text a line": json({
    names: ["shelves/travel/books/eothen", "shelves/travel/books/roughing-it"],
  }),
  "every change to the books of a shelf, for two seconds": (output) => {
    const lines = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.slice(0, -1).map(({ change, book }) => [change, book.title]),
      [
        ["EXISTING", "Dracula"],
        ["EXISTING", "Eothen"],
        ["EXISTING", "Roughing It"],
      ],
    );
    assert.equal(lines.at(-1).error.code, 4);
  },
  "a book that is not there: 404": failure(404, {
    code: 5,
    message: 'book "shelves/fiction/books/nothing" not found',
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ResourceInfo",
        resourceType: "bookstore.example.com/Book",
        resourceName: "shelves/fiction/books/nothing",
        description: 'book "shelves/fiction/books/nothing" not found',
      },
    ],
  }),
  "a number that is none: 400": failure(400, {
    code: 3,
    message: 'invalid value "many" for field "page_size" (int32)',
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        fieldViolations: [
          { field: "page_size", description: 'invalid value "many" for field "page_size" (int32)' },
        ],
      },
    ],
  }),
  "a shelf with books on it cannot go: 400": failure(400, {
    code: 9,
    message:
      'shelf "shelves/travel" is not empty: books stand on the shelf: delete or move them first, or set force',
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
        violations: [
          {
            type: "NOT_EMPTY",
            subject: "shelves/travel",
            description: "books stand on the shelf: delete or move them first, or set force",
          },
        ],
      },
    ],
  }),
  "unless it is forced": text("{}"),
  "the OpenAPI document": (output) => {
    const { openapi, paths } = JSON.parse(output);
    assert.match(openapi, /^3\.1\./);
    assert.ok(Object.keys(paths).includes("/v1/greeter/{name}"));
  },
};

/** Steps that the native client takes as well. */
const sharedSteps = [
  "say hello",
  "the shelves",
  "the first two books of all shelves",
  "the next two",
  "a new book",
  "two of its fields changed",
  "the book on another shelf",
  "a picture for its cover",
  "the picture, byte for byte",
  "unless it is forced",
];

/** The answer is this text. */
function text(expected: string): Check {
  return (output) => assert.equal(output, expected);
}

/** The answer is JSON with these members, and maybe others. */
function json(expected: Readonly<Record<string, unknown>>): Check {
  return (output) => {
    const actual = JSON.parse(output);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, actual[name]])), expected);
  };
}

function books(names: readonly string[]): Check {
  return (output) => {
    const page = JSON.parse(output);
    assert.deepEqual(page.books.map(readName), names);
    assert.notEqual(page.nextPageToken, "");
  };
}

/** The answer, which `curl -i` prints with its headers, has this status and this body. */
function failure(status: number, body: unknown): Check {
  return (output) => {
    const [head = "", ...rest] = output.split("\r\n\r\n");
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `));
    assert.deepEqual(JSON.parse(rest.join("")), body);
  };
}

function readName({ name }: { readonly name: string }): string {
  return name;
}

describe("npm run demo", () => {
  const folder = mkdtempSync(join(tmpdir(), "demo-"));
  const socket = join(folder, "demo.sock");
  let demo: Program;
  let url = "";
  let grpcAddress = "";

  beforeAll(async () => {
    demo = startProgram("demo/server.ts", { PORT: "0", GRPC_PORT: "0", SOCKET: socket });
    [, url = ""] = await demo.waitFor(/^REST and JSON +(\S+)$/m);
    [, grpcAddress = ""] = await demo.waitFor(/^native gRPC +(\S+)$/m);
    await demo.waitFor(/one call over TCP\n.+\n/);
  });

  afterAll(() => {
    demo.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  it("prints the routes", () => {
    assert.match(demo.output(), /^ {2}GET +\/v1\/greeter\/\{name\} +greet\.v1\.Greeter\.SayHello$/m);
    assert.match(
      demo.output(),
      /^ {2}PATCH +\/v1\/\{book\.name=shelves\/\*\/books\/\*\} +bookstore\.v1\.Bookstore\.UpdateBook$/m,
    );
  });

  for (const [index, { about }] of createTour("").entries()) {
    it(`prints a line that answers ${about}`, { timeout: 30_000 }, async () => {
      const { line = "" } = createTour(url)[index] ?? {};
      assert.ok(demo.output().includes(`\n  ${about}\n    ${line}\n`), `the demo does not print: ${line}`);
      const check = answers[about];
      assert.ok(check, "no answer is expected of it");
      check(await runLine(line));
    });
  }

  it("prints a native call in one line", { timeout: 30_000 }, async () => {
    const line = printNativeCall(grpcAddress);
    assert.ok(demo.output().includes(`\n    ${line}\n`), `the demo does not print: ${line}`);
    assert.equal(await runLine(line), "{ message: 'Hello world' }\n");
  });

  it("prints a line for the tour over the Unix socket", { timeout: 30_000 }, async () => {
    const line = `npx tsx demo/client.ts unix:${socket}`;
    assert.ok(demo.output().includes(`\n    ${line}\n`), `the demo does not print: ${line}`);
    const output = await runLine(line);
    for (const about of sharedSteps) assert.ok(output.includes(`# ${about}\n`), about);
    assert.match(output, /message: 'Hello world 3'/);
    assert.match(output, /^ABORTED: book "shelves\/fiction\/books\/[^"]+" has changed/m);
    assert.match(output, /^\{ change: 'DELETED', title: 'Dracula' \}$/m);
    assert.match(output, /^NOT_FOUND: book /m);
    assert.match(output, /^FAILED_PRECONDITION: shelf /m);
  });

  it("logs every request, with the method that it executed", () => {
    const log = demo.output();
    for (const line of [
      /^GET \/v1\/greeter\/world -> greet\.v1\.Greeter\.SayHello 200 OK \d+\.\d ms$/m,
      /^GET \/v1\/greeter\/world\/hellos -> greet\.v1\.Greeter\.SayHellos 200 OK [23]\d{3}\.\d ms$/m,
      /^GET \/v1\/shelves\/fiction\/books\/nothing -> bookstore\.v1\.Bookstore\.GetBook 404 NOT_FOUND \d+\.\d ms$/m,
      /^GET \/v1\/shelves\?pageSize=many -> bookstore\.v1\.Bookstore\.ListShelves 400 INVALID_ARGUMENT \d+\.\d ms$/m,
      /^gRPC -> greet\.v1\.Greeter\.SayHello OK \d+\.\d ms$/m,
    ]) {
      assert.match(log, line);
    }
  });

  it("lets a running stream finish when it is told to stop, and takes its socket file away", async () => {
    assert.ok((await stat(socket)).isSocket());
    const hellos = await fetch(`${url}/v1/greeter/you/hellos`);
    demo.kill("SIGTERM");
    assert.equal(await demo.waitForExit(), 0);
    assert.match(await hellos.text(), /Hello you 3/);
    await assert.rejects(stat(socket), { code: "ENOENT" });
  });
});
