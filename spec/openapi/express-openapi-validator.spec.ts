import assert from "node:assert/strict";
import express, { type NextFunction, type Request, type Response } from "express";
import { middleware } from "express-openapi-validator";
import request from "supertest";
import { describe, it } from "vitest";
import type { DocumentOptions } from "../../lib/openapi/build-document.js";
import { describeSource } from "./describe-source.js";

const source = `
  message Book {
    string name = 1;
    string title = 2 [(google.api.field_behavior) = REQUIRED];
    int64 size = 3;
    double weight = 4;
    State state = 5;
    bytes cover = 6;
    google.protobuf.Any any = 7;
    google.protobuf.Value value = 8;
    map<string, string> labels = 9;
    oneof id { string isbn = 10; int32 mark = 11; }
    Book sequel = 12;
    google.protobuf.Timestamp create_time = 13 [(google.api.field_behavior) = OUTPUT_ONLY];
    google.protobuf.FieldMask mask = 14;
  }
  enum State { UNKNOWN = 0; LENT = 1; }
  message GetBookRequest { string name = 1; }
  message ListBooksRequest {
    string parent = 1;
    int32 page_size = 2;
    repeated string tags = 3;
    map<string, string> labels = 4;
    Filter filter = 5;
    google.protobuf.Struct extra = 6;
    bool all = 7;
    double weight = 8;
  }
  message Filter { string author = 1; }
  message ListBooksResponse { repeated Book books = 1; string next_page_token = 2; }
  message CreateBookRequest { string parent = 1; Book book = 2; }
  message UpdateBookRequest { Book book = 1; google.protobuf.FieldMask update_mask = 2; }
  message MoveBookRequest { string name = 1; string shelf = 2 [(google.api.field_behavior) = REQUIRED]; }
  message ImportBooksRequest { string parent = 1; Book book = 2 [(google.api.field_behavior) = REQUIRED]; }
  message LendBookRequest { string name = 1; string to = 2; }
  message UploadRequest { string name = 1; google.api.HttpBody file = 2; }
  service Library {
    rpc GetBook(GetBookRequest) returns (Book) { option (google.api.http) = { get: "/v1/{name=shelves/*/books/*}" }; }
    rpc GetNote(GetBookRequest) returns (Book) { option (google.api.http) = { get: "/v1/notes/{name}" }; }
    rpc ListBooks(ListBooksRequest) returns (ListBooksResponse) { option (google.api.http) = { get: "/v1/{parent=shelves/*}/books" }; }
    rpc CreateBook(CreateBookRequest) returns (Book) { option (google.api.http) = { post: "/v1/{parent=shelves/*}/books" body: "book" }; }
    rpc UpdateBook(UpdateBookRequest) returns (Book) { option (google.api.http) = { patch: "/v1/{book.name=shelves/*/books/*}" body: "book" }; }
    rpc DeleteBook(GetBookRequest) returns (google.protobuf.Empty) { option (google.api.http) = { delete: "/v1/shelves/{name}/books/main" }; }
    rpc MoveBook(MoveBookRequest) returns (Book) { option (google.api.http) = { post: "/v1/{name=shelves/*/books/*}:move" body: "*" }; }
    rpc LendBook(LendBookRequest) returns (Book) { option (google.api.http) = { post: "/v1/{name=shelves/*/books/*}:lend" body: "*" }; }
    rpc ImportBooks(stream ImportBooksRequest) returns (google.protobuf.Empty) { option (google.api.http) = { post: "/v1/{parent=shelves/*}/books:import" body: "*" }; }
    rpc Upload(UploadRequest) returns (google.api.HttpBody) { option (google.api.http) = { post: "/v1/{name=shelves/*/books/*}/cover" body: "file" }; }
  }`;

/** An Express app with the validator in front; it answers 200 with `answer` to all that the validator lets through. */
function createApp(options: DocumentOptions, answer?: object) {
  const app = express();
  app.use(express.json());
  // The validator has types of its own for documents, which are those of neither version to the letter.
  const apiSpec = describeSource(source, options) as never;
  app.use(middleware({ apiSpec, validateRequests: true, validateResponses: answer !== undefined }));
  app.use((_: Request, res: Response) => {
    res.json(answer ?? {});
  });
  app.use((error: Error & { status?: number }, _: Request, res: Response, __: NextFunction) => {
    res.status(error.status ?? 500).send({ message: error.message });
  });
  return app;
}

type Case = readonly [method: "get" | "post" | "patch" | "delete", path: string, body?: object];

const book = { title: "Emma" };

/** What the server serves, in the form that the document says. */
const served: readonly Case[] = [
  ["get", "/v1/shelves/1/books/2"],
  ["get", "/v1/notes/1"],
  ["get", "/v1/notes/a%2Fb"],
  ["get", "/v1/shelves/1/books"],
  ["get", "/v1/shelves/1/books?pageSize=10&tags=a&tags=b&filter.author=Ada&all=true&weight=1.5"],
  ["get", "/v1/shelves/1/books?tags=a"],
  ["get", "/v1/shelves/1/books?labels[a]=b"],
  ["get", "/v1/shelves/1/books?extra=%7B%22a%22%3A1%7D"],
  ["delete", "/v1/shelves/1/books/main"],
  ["post", "/v1/shelves/1/books", book],
  ["post", "/v1/shelves/1/books", { ...book, size: "12", weight: 1.5, state: "LENT", labels: { a: "b" } }],
  ["post", "/v1/shelves/1/books", { ...book, weight: "NaN" }],
  [
    "post",
    "/v1/shelves/1/books",
    { ...book, any: { "@type": "type.googleapis.com/a.B", c: 1 }, value: [1, null] },
  ],
  ["post", "/v1/shelves/1/books", { ...book, sequel: { ...book, sequel: book }, isbn: "1", mask: "a,b" }],
  ["patch", "/v1/shelves/1/books/2", { weight: 2 }],
  ["patch", "/v1/shelves/1/books/2?updateMask=weight", { weight: 2 }],
  ["post", "/v1/shelves/1/books/2:move", { shelf: "2" }],
];

/** What the server refuses, or serves to nobody. */
const refused: readonly (readonly [status: number, ...Case])[] = [
  [404, "get", "/v1/shelves/1"],
  [405, "delete", "/v1/shelves/1/books"],
  [400, "get", "/v1/shelves/1/books?pageSize=many"],
  [400, "get", "/v1/shelves/1/books?all=perhaps"],
  [400, "post", "/v1/shelves/1/books", {}],
  [400, "post", "/v1/shelves/1/books", { title: [] }],
  [400, "post", "/v1/shelves/1/books", { ...book, weight: true }],
  [400, "post", "/v1/shelves/1/books", { ...book, state: {} }],
  [400, "post", "/v1/shelves/1/books", { ...book, sequel: {} }],
  [400, "post", "/v1/shelves/1/books/2:move", {}],
];

/** What the server reads, though the document does not say so unless it is lenient. */
const alsoRead: readonly Case[] = [
  ["post", "/v1/shelves/1/books", { ...book, size: 12 }],
  ["post", "/v1/shelves/1/books", { ...book, weight: "1.5" }],
  ["post", "/v1/shelves/1/books", { ...book, state: 1 }],
  ["post", "/v1/shelves/1/books", { ...book, sequel: null }],
  ["post", "/v1/shelves/1/books", { ...book, createTime: "2026-01-15T01:30:15Z" }],
  ["post", "/v1/shelves/1/books", { ...book, isbn: "1", mark: null }],
];

async function statusOf(app: express.Express, [method, path, body]: Case): Promise<number> {
  const sent = request(app)[method](path);
  const { status } = await (body === undefined ? sent : sent.send(body));
  return status;
}

for (const version of ["3.1", "3.0"] as const) {
  for (const lenient of [false, true]) {
    describe(`express-openapi-validator with a ${lenient ? "lenient " : ""}document of ${version}`, () => {
      const app = createApp({ version, lenient });

      for (const one of served) {
        it(`lets through ${JSON.stringify(one)}`, async () => assert.equal(await statusOf(app, one), 200));
      }
      for (const [status, ...one] of refused) {
        it(`answers ${status} to ${JSON.stringify(one)}`, async () =>
          assert.equal(await statusOf(app, one), status));
      }
      for (const one of alsoRead) {
        it(`${lenient ? "lets through" : "refuses"} ${JSON.stringify(one)}`, async () => {
          assert.equal(await statusOf(app, one), lenient ? 200 : 400);
        });
      }

      it("reads a stream that is an array", async () => {
        const path = "/v1/shelves/1/books:import";
        assert.equal(await statusOf(app, ["post", path, [{ book }, { book }]]), 200);
        assert.equal(await statusOf(app, ["post", path, [{ book }, {}]]), 400);
      });

      // To a validator, lines that nobody has parsed are no body.
      it(`${lenient ? "lets through" : "refuses"} a stream of lines whose messages have required fields`, async () => {
        const lines = request(app)
          .post("/v1/shelves/1/books:import")
          .set("content-type", "application/x-ndjson");
        assert.equal((await lines.send(`${JSON.stringify({ book })}\n`)).status, lenient ? 200 : 400);
      });

      it("lets a request without a body through, where nothing in it is required", async () => {
        assert.equal(await statusOf(app, ["post", "/v1/shelves/1/books/2:lend"]), 200);
      });

      it("lets bytes through", async () => {
        const sent = request(app).post("/v1/shelves/1/books/2/cover").set("content-type", "image/png");
        assert.equal((await sent.send(Buffer.from([137, 80]))).status, 200);
      });
    });
  }

  describe(`express-openapi-validator reading base64 with a document of ${version}`, () => {
    // Version 3.0 has only `format: byte` to say base64, and the validator takes it for the standard alphabet.
    const expected = version === "3.1" ? [200, 200] : [200, 400];

    it("knows the standard alphabet, and that of URLs in 3.1", async () => {
      const app = createApp({ version });
      const statuses = [];
      for (const cover of ["+/8=", "-_8"])
        statuses.push(await statusOf(app, ["post", "/v1/shelves/1/books", { ...book, cover }]));
      assert.deepEqual(statuses, expected);
    });
  });

  describe(`express-openapi-validator reading responses with a document of ${version}`, () => {
    for (const { answer, status } of [
      {
        answer: { title: "Emma", size: "12", createTime: "2026-01-15T01:30:15Z", weight: "Infinity" },
        status: 200,
      },
      { answer: { title: "Emma", size: 12 }, status: 500 },
      { answer: { title: "Emma", state: "LOST" }, status: 500 },
      { answer: { name: "shelves/1/books/2" }, status: 500 },
    ]) {
      it(`answers ${status} for ${JSON.stringify(answer)}`, async () => {
        const app = createApp({ version }, answer);
        assert.equal(await statusOf(app, ["get", "/v1/shelves/1/books/2"]), status);
      });
    }
  });
}
