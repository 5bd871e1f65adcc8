import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { DocumentOptions } from "../../../lib/openapi/build-document.js";
import type { Parameter } from "../../../lib/openapi/document.js";
import { describeMethod, describeSource, parametersOf } from "../describe-source.js";

function describeQuery(fields: string, rule = `get: "/v1/call"`, options: DocumentOptions = {}): Parameter[] {
  const messages = `
    message Request {
      ${fields}
    }
    message Book { string title = 1; Author author = 2; Book sequel = 3; }
    message Author { string given_name = 1; Book first_book = 2; }
    enum State { UNKNOWN = 0; }
    message Response {}`;
  return parametersOf(describeMethod(rule, messages, options), "query");
}

const string = { type: "string" };
const state = { $ref: "#/components/schemas/State" };
const jsonText = { type: "string", description: "JSON text." };

const table: readonly [fields: string, parameters: Omit<Parameter, "in">[]][] = [
  ["string page_token = 1;", [{ name: "pageToken", schema: string }]],
  ["// Where to\n// go on.\nstring v = 1;", [{ name: "v", description: "Where to\ngo on.", schema: string }]],
  ["int64 v = 1;", [{ name: "v", schema: { type: "string", format: "int64" } }]],
  ["State v = 1;", [{ name: "v", schema: state }]],
  ["string v = 1 [deprecated = true];", [{ name: "v", deprecated: true, schema: string }]],
  ["string v = 1 [(google.api.field_behavior) = REQUIRED];", [{ name: "v", required: true, schema: string }]],
  ["string v = 1 [(google.api.field_behavior) = OUTPUT_ONLY];", []],
  [
    "repeated State v = 1;",
    [{ name: "v", style: "form", explode: true, schema: { type: "array", items: state } }],
  ],
  [
    "map<string, int32> v = 1;",
    [
      {
        name: "v",
        style: "deepObject",
        explode: true,
        schema: { type: "object", additionalProperties: { type: "integer", format: "int32" } },
      },
    ],
  ],
  [
    "google.protobuf.FieldMask v = 1;",
    [{ name: "v", schema: { ...string, examples: ["displayName,author.givenName"] } }],
  ],
  ["google.protobuf.BoolValue v = 1;", [{ name: "v", schema: { type: "boolean" } }]],
  [
    "google.protobuf.Struct v = 1;",
    [
      {
        name: "v",
        content: { "application/json": { schema: { type: "object", additionalProperties: true } } },
      },
    ],
  ],
  ["google.protobuf.Value v = 1;", [{ name: "v", content: { "application/json": { schema: {} } } }]],
  [
    "google.protobuf.Any v = 1;",
    [{ name: "v", content: { "application/json": { schema: { $ref: "#/components/schemas/Any" } } } }],
  ],
  [
    "repeated google.protobuf.Value v = 1;",
    [{ name: "v", style: "form", explode: true, schema: { type: "array", items: jsonText } }],
  ],
  [
    "map<string, google.protobuf.Value> v = 1;",
    [
      {
        name: "v",
        style: "deepObject",
        explode: true,
        schema: { type: "object", additionalProperties: jsonText },
      },
    ],
  ],
  ["google.protobuf.Empty v = 1;", []],
  ["google.protobuf.NullValue v = 1;", []],
  ["repeated Author v = 1;", []],
  ["map<string, Author> v = 1;", []],
];

describe("a query parameter", () => {
  for (const [fields, parameters] of table) {
    it(`of ${fields.replaceAll("\n", " ")}`, () => {
      assert.deepEqual(
        describeQuery(fields),
        parameters.map((parameter) => ({ ...parameter, in: "query" })),
      );
    });
  }

  it("has the proto name with protoFieldNames", () => {
    const names = describeQuery("Author the_author = 1;", `get: "/v1/call"`, {
      json: { protoFieldNames: true },
    });
    assert.equal(names[0]?.name, "the_author.given_name");
  });
});

function namesOf(fields: string, rule?: string): string[] {
  return describeQuery(fields, rule).map(({ name }) => name);
}

describe("the query parameters of an operation", () => {
  it("reach into messages, but into no type within itself", () => {
    assert.deepEqual(namesOf("Book book = 1; string name = 2;"), [
      "book.title",
      "book.author.givenName",
      "name",
    ]);
  });

  it("are required below messages that are required", () => {
    const of = (rule: string) =>
      describeQuery(
        `Wanted wanted = 1 ${rule}; } message Wanted { string v = 1 [(google.api.field_behavior) = REQUIRED];`,
      );
    assert.equal(of("")[0]?.required, undefined);
    assert.equal(of("[(google.api.field_behavior) = REQUIRED]")[0]?.required, true);
  });

  it("are none with the whole request as the body", () => {
    assert.deepEqual(namesOf("string a = 1; string b = 2;", `post: "/v1/{a}" body: "*"`), []);
  });

  it("leave out what the path sets, and what stands in the same oneof", () => {
    const fields = "string a = 1; oneof x { string b = 2; string c = 3; } string d = 4;";
    assert.deepEqual(namesOf(fields, `get: "/v1/{b}"`), ["a", "d"]);
  });

  it("leave out what the path sets within a message, but there only", () => {
    const fields = "Book book = 1; Book other = 2;";
    assert.deepEqual(namesOf(fields, `get: "/v1/{book.title}"`), [
      "book.author.givenName",
      "other.title",
      "other.author.givenName",
    ]);
  });

  it("leave out the field that is the body, and what stands in the same oneof", () => {
    const fields = "oneof x { Book book = 1; string isbn = 2; } string id = 3;";
    assert.deepEqual(namesOf(fields, `post: "/v1/books" body: "book"`), ["id"]);
  });

  it("leave out a message whose sibling the path reaches into", () => {
    const fields = "oneof x { Book book = 1; Author author = 2; }";
    assert.deepEqual(namesOf(fields, `get: "/v1/{book.title}"`), ["book.author.givenName"]);
  });

  it("are no more than can be read, however many paths there are between types", () => {
    const types = Array.from({ length: 12 }, (_, i) => `T${i}`);
    const fields = types.map((name, i) => `${name} t${i} = ${i + 2};`).join(" ");
    const source = `
      ${types.map((name) => `message ${name} { string v = 1; ${fields} }`).join("\n")}
      message Response {}
      service Service { rpc Call(T0) returns (Response) { option (google.api.http) = { get: "/v1/call" }; } }`;
    const names = parametersOf(describeSource(source), "query").map(({ name }) => name);
    assert.ok(names.length > 100 && names.length < 1000, `${names.length} parameters`);
    assert.ok(names.includes("t1.t2.v"));
  });

  it("are all there of one message, however many", () => {
    const fields = Array.from({ length: 1500 }, (_, i) => `string v${i} = ${i + 1};`);
    assert.equal(describeQuery(fields.join(" ")).length, 1500);
  });

  it("say which others they exclude, and ask for no member of a oneof", () => {
    const fields = `
      message Id { oneof id {
        // The ISBN.
        string isbn = 1 [(google.api.field_behavior) = REQUIRED];
        int32 number = 2 [(google.api.field_behavior) = REQUIRED];
      } }
      Id id = 1 [(google.api.field_behavior) = REQUIRED];`;
    assert.deepEqual(
      describeQuery(fields).map(({ description, required }) => ({ description, required })),
      [
        { description: "The ISBN.\n\nNot together with `id.number`.", required: undefined },
        { description: "Not together with `id.isbn`.", required: undefined },
      ],
    );
  });

  it("have bytes as text in either alphabet, for which pages show no choice of a file", () => {
    const bytes = { type: "string", pattern: "^[A-Za-z0-9+/_-]*={0,2}$", examples: ["Ynl0ZXM="] };
    const schemas = (fields: string) => describeQuery(fields).map(({ schema }) => schema);
    assert.deepEqual(schemas("bytes v = 1; google.protobuf.BytesValue w = 2;"), [bytes, bytes]);
    assert.deepEqual(schemas("repeated bytes v = 1;"), [{ type: "array", items: bytes }]);
  });

  it("do not require a mask that the server infers", () => {
    const fields =
      "Book book = 1; google.protobuf.FieldMask update_mask = 2 [(google.api.field_behavior) = REQUIRED];";
    const requiredOf = (options: DocumentOptions) =>
      describeQuery(fields, `patch: "/v1/books" body: "book"`, options).map(({ required }) => required);
    assert.deepEqual(requiredOf({}), [true]);
    assert.deepEqual(requiredOf({ inferUpdateMask: true }), [undefined]);
    const withoutBody = describeQuery(fields, `patch: "/v1/books"`, { inferUpdateMask: true });
    assert.equal(withoutBody.find(({ name }) => name === "updateMask")?.required, true);
  });
});
