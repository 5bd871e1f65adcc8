import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { buildDocument } from "../../../lib/openapi/build-document.js";
import type { JsonSchema } from "../../../lib/openapi/document.js";
import { createExample } from "../../../lib/openapi/schemas/create-example.js";
import { accepts } from "../accepts.js";
import { bindingsOf, describeSource, operationOf } from "../describe-source.js";

const table: readonly [schema: JsonSchema, example: unknown][] = [
  [{ type: "string" }, "text"],
  [{ type: "string", examples: ["Ada"] }, "Ada"],
  [{ type: "string", default: "x" }, "x"],
  [{ type: "string", format: "int64" }, "1"],
  [{ type: "string", format: "uuid" }, "123e4567-e89b-42d3-a456-426614174000"],
  [{ type: "string", format: "somebody's" }, undefined],
  [{ type: "string", contentEncoding: "base64" }, "Ynl0ZXM="],
  [{ type: "string", pattern: "^[0-9]+$" }, "1"],
  [{ type: "string", pattern: "^[A-Z_]+$" }, "TEXT"],
  [{ type: "string", pattern: "^@{7}$" }, undefined],
  [{ type: "string", pattern: "(?i)pcre" }, undefined],
  [{ type: "string", minLength: 6 }, "text-1"],
  [{ type: "string", minLength: 10 }, "texttextte"],
  [{ type: "string", maxLength: 2 }, "1"],
  [{ type: "string", enum: ["UNKNOWN", "OPEN"] }, "OPEN"],
  [
    {
      anyOf: [
        { type: "number", format: "double" },
        { type: "string", enum: ["NaN"] },
      ],
    },
    1,
  ],
  [{ type: "string", anyOf: [{ format: "ipv4" }, { format: "ipv6" }] }, "192.0.2.1"],
  [{ type: "integer", minimum: 0 }, 1],
  [{ type: "integer", minimum: 5, maximum: 6 }, 5],
  [{ type: "integer", exclusiveMinimum: 5 }, 6],
  [{ type: "integer", maximum: -3 }, -3],
  [{ type: "integer", exclusiveMaximum: -3 }, -4],
  [{ type: "number", multipleOf: 0.5, minimum: 2 }, 2],
  [{ type: "boolean" }, true],
  [{ type: "null" }, null],
  [{ type: "array", items: { type: "string" } }, ["text"]],
  [{ type: "array", items: { type: "string" }, minItems: 2 }, ["text", "text"]],
  [{ type: "object", additionalProperties: { type: "string" } }, { key: "text" }],
  [
    { type: "object", propertyNames: { pattern: "^[0-9]+$" }, additionalProperties: { type: "string" } },
    { 1: "text" },
  ],
  [{ type: "object", additionalProperties: true }, {}],
  [{ type: "object", properties: { a: { type: "string" }, b: {} } }, { a: "text" }],
  [{ type: "object", properties: { a: { type: "string", deprecated: true } } }, {}],
  [{ type: "object", properties: { a: {} }, required: ["a"] }, undefined],
  [{ type: "object", properties: { etag: { type: "string" }, pageToken: { type: "string" } } }, {}],
  [{ type: "object", properties: { etag: { type: "string" } }, required: ["etag"] }, { etag: "text" }],
];

describe("createExample", () => {
  for (const [schema, example] of table) {
    it(`makes ${JSON.stringify(example)} of ${JSON.stringify(schema)}`, async () => {
      assert.deepEqual(createExample(schema, { side: "request", schemas: {} }), example);
      if (example !== undefined) assert.ok(await accepts(schema, example));
    });
  }
});

const source = `
  message Book {
    option (google.api.resource) = { type: "example.com/Book" pattern: "shelves/{shelf}/books/{book}" };
    string name = 1 [(google.api.field_behavior) = IDENTIFIER];
    string title = 2 [(google.api.field_behavior) = REQUIRED];
    int64 pages = 3;
    google.protobuf.Timestamp create_time = 4 [(google.api.field_behavior) = OUTPUT_ONLY];
    string secret = 5 [(google.api.field_behavior) = INPUT_ONLY];
    oneof id { string isbn = 6; int32 number = 7; }
    oneof payload {
      string text = 8 [(google.api.field_behavior) = REQUIRED];
      bytes scan = 9 [(google.api.field_behavior) = REQUIRED];
    }
    Book sequel = 10;
    map<int32, string> chapters = 11;
  }
  message UpdateBookRequest { Book book = 1; google.protobuf.FieldMask update_mask = 2; }
  service Service {
    rpc Call(UpdateBookRequest) returns (Book) {
      option (google.api.http) = {
        patch: "/v1/{book.name=shelves/*/books/*}" body: "book"
        additional_bindings { post: "/v1/books:update" body: "*" }
      };
    }
  }`;

describe("the examples of a document", () => {
  const document = describeSource(source);
  const { requestBody, responses, parameters } = operationOf(document);
  const sent = requestBody?.content["application/json"];
  const answered = responses["200"]?.content?.["application/json"];

  it("have one member of each oneof, and nothing that only the server sets", () => {
    assert.deepEqual(sent?.example, {
      name: "shelves/my-shelf/books/my-book",
      title: "text",
      pages: "1",
      secret: "text",
      isbn: "text",
      text: "text",
      chapters: { 1: "text" },
    });
  });

  it("have nothing in answers that only clients set", () => {
    const { secret, ...others } = Object(sent?.example);
    assert.equal(secret, "text");
    assert.deepEqual(answered?.example, { ...others, createTime: "2026-01-15T01:30:15Z" });
  });

  it("are valid by their schemas", async () => {
    for (const media of [sent, answered])
      assert.ok(await accepts(media?.schema ?? {}, media?.example, document.components?.schemas));
  });

  it("name in a mask what an update changes", () => {
    const mask = parameters?.find(({ name }) => name === "updateMask");
    assert.deepEqual(mask?.schema, { type: "string", examples: ["title,pages"] });
    const whole = operationOf(document, "Service_Call2").requestBody?.content["application/json"]?.example;
    assert.equal((whole as { updateMask: string }).updateMask, "title,pages");
  });

  it("give way to those of a base document", () => {
    const examples = { emma: { value: { title: "Emma" } } };
    const path = Object.keys(document.paths)[0] ?? "";
    const base = {
      paths: { [path]: { patch: { requestBody: { content: { "application/json": { examples } } } } } },
    };
    const media = operationOf(buildDocument(bindingsOf(source), { base })).requestBody?.content;
    assert.deepEqual(Object.keys(media?.["application/json"] ?? {}), ["schema", "examples"]);
  });
});
