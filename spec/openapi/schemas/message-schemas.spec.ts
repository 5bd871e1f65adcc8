import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { JsonSwitches } from "../../../lib/json/codec.js";
import { buildDocument } from "../../../lib/openapi/build-document.js";
import type { JsonSchema } from "../../../lib/openapi/document.js";
import { bindingsOf, describeMethod, operationOf, propertiesOf, schemaOf } from "../describe-source.js";

/** What a field of a response is, and another message or enum beside it. */
function describeField(declaration: string, json: JsonSwitches = {}): JsonSchema | undefined {
  const document = describeMethod(
    `get: "/v1/call"`,
    `message Request {}
     message Response {
       ${declaration}
     }
     message Book { string title = 1; }
     enum State { STATE_UNSPECIFIED = 0; STATE_ACTIVE = 1; }`,
    { json },
  );
  return Object.values(propertiesOf(document, "Response"))[0];
}

const double = (format: string): JsonSchema => ({
  anyOf: [
    { type: "number", format },
    { type: "string", enum: ["NaN", "Infinity", "-Infinity"] },
  ],
});
const uint32: JsonSchema = { type: "integer", format: "int64", minimum: 0, maximum: 4294967295 };
const bytes: JsonSchema = { type: "string", contentEncoding: "base64" };
const timestamp: JsonSchema = { type: "string", format: "date-time", examples: ["2026-01-15T01:30:15Z"] };

const fields: readonly [declaration: string, schema: JsonSchema, json?: JsonSwitches][] = [
  ["double v = 1;", double("double")],
  ["float v = 1;", double("float")],
  ["int32 v = 1;", { type: "integer", format: "int32" }],
  ["sint32 v = 1;", { type: "integer", format: "int32" }],
  ["sfixed32 v = 1;", { type: "integer", format: "int32" }],
  ["uint32 v = 1;", uint32],
  ["fixed32 v = 1;", uint32],
  ["int64 v = 1;", { type: "string", format: "int64" }],
  ["sint64 v = 1;", { type: "string", format: "int64" }],
  ["sfixed64 v = 1;", { type: "string", format: "int64" }],
  ["uint64 v = 1;", { type: "string", format: "uint64" }],
  ["fixed64 v = 1;", { type: "string", format: "uint64" }],
  ["int64 v = 1;", { type: "integer", format: "int64" }, { int64AsNumbers: true }],
  ["uint64 v = 1;", { type: "integer", format: "uint64", minimum: 0 }, { int64AsNumbers: true }],
  ["bool v = 1;", { type: "boolean" }],
  ["string v = 1;", { type: "string" }],
  ["bytes v = 1;", bytes],
  ["optional int32 v = 1;", { type: "integer", format: "int32" }],
  ["repeated int32 v = 1;", { type: "array", items: { type: "integer", format: "int32" } }],
  ["map<string, bytes> v = 1;", { type: "object", additionalProperties: bytes }],
  [
    "map<int32, Book> v = 1;",
    {
      type: "object",
      propertyNames: { pattern: "^-?[0-9]+$" },
      additionalProperties: { $ref: "#/components/schemas/Book" },
    },
  ],
  [
    "map<fixed64, string> v = 1;",
    {
      type: "object",
      propertyNames: { pattern: "^[0-9]+$" },
      additionalProperties: { type: "string" },
    },
  ],
  [
    "map<bool, string> v = 1;",
    {
      type: "object",
      propertyNames: { enum: ["true", "false"] },
      additionalProperties: { type: "string" },
    },
  ],
  ["Book v = 1;", { $ref: "#/components/schemas/Book" }],
  ["repeated Book v = 1;", { type: "array", items: { $ref: "#/components/schemas/Book" } }],
  ["State v = 1;", { $ref: "#/components/schemas/State" }],
  ["repeated State v = 1;", { type: "array", items: { $ref: "#/components/schemas/State" } }],
  ["google.protobuf.Timestamp v = 1;", timestamp],
  ["repeated google.protobuf.Timestamp v = 1;", { type: "array", items: timestamp }],
  [
    "google.protobuf.Duration v = 1;",
    { type: "string", pattern: "^-?[0-9]+(\\.[0-9]{1,9})?s$", examples: ["1.5s"] },
  ],
  ["google.protobuf.FieldMask v = 1;", { type: "string", examples: ["displayName,author.givenName"] }],
  ["google.protobuf.Struct v = 1;", { type: "object", additionalProperties: true }],
  ["google.protobuf.ListValue v = 1;", { type: "array", items: {} }],
  ["google.protobuf.Value v = 1;", {}],
  ["google.protobuf.NullValue v = 1;", { type: "null" }],
  ["google.protobuf.Empty v = 1;", { type: "object" }],
  ["google.protobuf.Any v = 1;", { $ref: "#/components/schemas/Any" }],
  ["google.rpc.Status v = 1;", { $ref: "#/components/schemas/Status" }],
  ["google.protobuf.StringValue v = 1;", { type: "string" }],
  ["google.protobuf.BytesValue v = 1;", bytes],
  ["google.protobuf.BoolValue v = 1;", { type: "boolean" }],
  ["google.protobuf.Int32Value v = 1;", { type: "integer", format: "int32" }],
  ["google.protobuf.UInt32Value v = 1;", uint32],
  ["google.protobuf.Int64Value v = 1;", { type: "string", format: "int64" }],
  ["google.protobuf.Int64Value v = 1;", { type: "integer", format: "int64" }, { int64AsNumbers: true }],
  ["google.protobuf.UInt64Value v = 1;", { type: "string", format: "uint64" }],
  ["google.protobuf.FloatValue v = 1;", double("float")],
  ["google.protobuf.DoubleValue v = 1;", double("double")],
  ["string v = 1 [deprecated = true];", { type: "string", deprecated: true }],
  ["string v = 1 [(google.api.field_behavior) = OUTPUT_ONLY];", { type: "string", readOnly: true }],
  ["string v = 1 [(google.api.field_behavior) = INPUT_ONLY];", { type: "string", writeOnly: true }],
  [
    "string v = 1 [(google.api.field_behavior) = IMMUTABLE];",
    {
      type: "string",
      description: "Immutable: it is set at creation and stays.",
      "x-google-immutable": true,
    },
  ],
  // What is not set is written as an empty text.
  [
    "string v = 1 [(google.api.field_info).format = UUID4];",
    { type: "string", anyOf: [{ format: "uuid" }, { maxLength: 0 }] },
  ],
  ["optional string v = 1 [(google.api.field_info).format = UUID4];", { type: "string", format: "uuid" }],
  [
    "repeated string v = 1 [(google.api.field_info).format = IPV4];",
    { type: "array", items: { type: "string", format: "ipv4" } },
  ],
  ["optional string v = 1 [(google.api.field_info).format = IPV6];", { type: "string", format: "ipv6" }],
  [
    "string v = 1 [(google.api.field_info).format = IPV4_OR_IPV6];",
    { type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }, { maxLength: 0 }] },
  ],
  ["// The\n// value.\nstring v = 1;", { type: "string", description: "The\nvalue." }],
  ["string v = 1; // The value.\n", { type: "string", description: "The value." }],
  ["// The book.\nBook v = 1;", { $ref: "#/components/schemas/Book", description: "The book." }],
];

describe("the schema of a field", () => {
  for (const [declaration, schema, json] of fields) {
    it(`of ${declaration.replaceAll("\n", " ")} ${json === undefined ? "" : JSON.stringify(json)}`, () => {
      assert.deepEqual(describeField(declaration, json), schema);
    });
  }
});

describe("the schema of a message", () => {
  it("has the names of JSON", () => {
    const messages = `message Request {} message Response { string page_token = 1; string x = 2 [json_name = "why"]; }`;
    const byJson = describeMethod(`get: "/v1/call"`, messages);
    assert.deepEqual(Object.keys(propertiesOf(byJson, "Response")), ["pageToken", "why"]);
    const byProto = describeMethod(`get: "/v1/call"`, messages, { json: { protoFieldNames: true } });
    assert.deepEqual(Object.keys(propertiesOf(byProto, "Response")), ["page_token", "x"]);
  });

  it("may have members and a name that objects have of their own", () => {
    const document = describeMethod(
      `get: "/v1/call"`,
      `message Request {}
       message Response { string __proto__ = 1; string constructor = 2; toString text = 3; }
       message toString { string value = 1; }`,
      { json: { protoFieldNames: true } },
    );
    const properties = propertiesOf(document, "Response");
    assert.deepEqual(Object.keys(properties), ["__proto__", "constructor", "text"]);
    assert.deepEqual(Object.getOwnPropertyDescriptor(properties, "__proto__")?.value, { type: "string" });
    assert.deepEqual(Object.keys(propertiesOf(document, "toString")), ["value"]);
  });

  it("allows members that it does not know, as newer servers have them", () => {
    const document = describeMethod(
      `get: "/v1/call"`,
      `message Request {} message Response { string v = 1; }`,
    );
    assert.deepEqual(schemaOf(document, "Response"), {
      type: "object",
      properties: { v: { type: "string" } },
    });
  });

  it("has the comment, and says that it is deprecated", () => {
    const document = describeMethod(
      `get: "/v1/call"`,
      `message Request {}
       // What was found.
       message Response { option deprecated = true; }`,
    );
    assert.deepEqual(schemaOf(document, "Response"), {
      type: "object",
      description: "What was found.",
      deprecated: true,
      properties: {},
    });
  });

  it("refers to itself where it holds itself", () => {
    const document = describeMethod(
      `get: "/v1/call"`,
      `message Request {} message Response { Response parent = 1; map<string, Response> others = 2; }`,
    );
    const itself = { $ref: "#/components/schemas/Response" };
    assert.deepEqual(propertiesOf(document, "Response"), {
      parent: itself,
      others: { type: "object", additionalProperties: itself },
    });
  });

  it("is there only if it is reached", () => {
    const document = describeMethod(
      `get: "/v1/call"`,
      `message Request { string name = 1; } message Response { Used used = 1; } message Used {} message Unused {}`,
    );
    assert.deepEqual(Object.keys(document.components?.schemas ?? {}), ["Response", "Used", "Status", "Any"]);
  });
});

describe("the names of schemas", () => {
  const rule = `get: "/v1/call"`;
  const response = `message Request {} message Response { Outer.Inner a = 1; Outer_Inner b = 2; Outer.State c = 3; }`;

  it("have the messages around them, and the package where that is not enough", () => {
    const document = describeMethod(
      rule,
      `${response} message Outer { message Inner {} enum State { UNKNOWN = 0; } } message Outer_Inner {}`,
    );
    const names = Object.keys(document.components?.schemas ?? {});
    assert.deepEqual(names.slice(0, 4), ["Response", "Outer_Inner", "test_v1_Outer_Inner", "Outer_State"]);
  });

  it("leave short ones to the API's own messages", () => {
    const document = describeMethod(
      rule,
      `message Request {} message Response { Status a = 1; } message Status {}`,
    );
    const names = Object.keys(document.components?.schemas ?? {});
    assert.deepEqual(names, ["Response", "Status", "google_rpc_Status", "Any"]);
  });
});

describe("required members", () => {
  const book = `
    message Book {
      string name = 1;
      string title = 2 [(google.api.field_behavior) = REQUIRED];
      string etag = 3 [(google.api.field_behavior) = REQUIRED, (google.api.field_behavior) = OUTPUT_ONLY];
      Author author = 4;
    }
    message Author { string name = 1 [(google.api.field_behavior) = REQUIRED]; }`;

  it("are those that must be given", () => {
    const document = describeMethod(
      `post: "/v1/books" body: "book"`,
      `${book} message Request { Book book = 1; } message Response { Book book = 1; }`,
      { json: { emitDefaults: true } },
    );
    assert.deepEqual(schemaOf(document, "Book").required, ["title"]);
    assert.deepEqual(schemaOf(document, "Author").required, ["name"]);
  });

  it("are none in the body of a PATCH, however deep", () => {
    const document = describeMethod(
      `patch: "/v1/books" body: "book"`,
      `${book} message Request { Book book = 1; Author author = 2; } message Response { Book book = 1; }`,
      { json: { emitDefaults: true } },
    );
    const { requestBody } = operationOf(document);
    assert.deepEqual(requestBody?.content["application/json"]?.schema, {
      $ref: "#/components/schemas/BookPatch",
    });
    assert.equal(schemaOf(document, "BookPatch").required, undefined);
    assert.deepEqual(propertiesOf(document, "BookPatch").author, {
      $ref: "#/components/schemas/AuthorPatch",
    });
    assert.equal(schemaOf(document, "AuthorPatch").required, undefined);
    assert.deepEqual(schemaOf(document, "Book").required, ["name", "title", "etag"]);
  });

  it("are none in answers that leave them out when they are empty", () => {
    const messages = `
      message Request {}
      message Sub {}
      message Response {
        int32 count = 1 [(google.api.field_behavior) = REQUIRED]; Sub sub = 2 [(google.api.field_behavior) = REQUIRED];
      }`;
    const requiredWith = (emitDefaults: boolean) =>
      schemaOf(describeMethod(`get: "/v1/call"`, messages, { json: { emitDefaults } }), "Response").required;
    assert.deepEqual([requiredWith(false), requiredWith(true)], [undefined, ["count"]]);
  });

  it("need no second schema for a PATCH when nothing is required", () => {
    const document = describeMethod(
      `patch: "/v1/books" body: "book"`,
      `message Book { string title = 1; } message Request { Book book = 1; } message Response { Book book = 1; }`,
    );
    assert.deepEqual(Object.keys(document.components?.schemas ?? {}), ["Book", "Response", "Status", "Any"]);
  });

  it("are all that is always written, in messages that are only answered", () => {
    const messages = `
      message Request {}
      message Response {
        string a = 1; optional string b = 2; repeated string c = 3; map<string, string> d = 4; Nested e = 5;
        google.protobuf.Int32Value f = 6; oneof g { string h = 7; } State i = 8;
        string j = 9 [(google.api.field_behavior) = INPUT_ONLY];
      }
      message Nested {}
      enum State { UNKNOWN = 0; }`;
    const written = describeMethod(`get: "/v1/call"`, messages, { json: { emitDefaults: true } });
    assert.deepEqual(schemaOf(written, "Response").required, ["a", "c", "d", "i"]);
    const left = describeMethod(`get: "/v1/call"`, messages);
    assert.equal(schemaOf(left, "Response").required, undefined);
  });

  it("are those of proto2", () => {
    const document = describeMethodOfProto2(`required string a = 1; optional string b = 2 [default = "x"];`);
    assert.deepEqual(schemaOf(document, "Response"), {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string", description: "Defaults to `x`." } },
      required: ["a"],
    });
  });

  it("are none of the fields of extensions, which have names in brackets", () => {
    const document = describeMethodOfProto2(
      `extensions 100 to 200; } extend Response { optional string note = 100;`,
    );
    assert.deepEqual(propertiesOf(document, "Response"), { "[test.v1.note]": { type: "string" } });
  });
});

function describeMethodOfProto2(response: string) {
  const source = `syntax = "proto2"; package test.v1; import "google/api/annotations.proto";
    message Request {} message Response { ${response} }
    service Service { rpc Call(Request) returns (Response) { option (google.api.http) = { get: "/v1/call" }; } }`;
  return buildDocument(bindingsOf(source));
}
