import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { JsonSchema } from "../../../lib/openapi/document.js";
import { toVersion30 } from "../../../lib/openapi/versions/version-30.js";

function convert(schema: JsonSchema): JsonSchema | undefined {
  const document = {
    openapi: "3.1.0",
    info: { title: "T", version: "1" },
    paths: {},
    components: { schemas: { S: schema } },
  };
  return toVersion30(document).components?.schemas?.S;
}

const reference = { $ref: "#/components/schemas/S" };

const table: readonly [schema: JsonSchema, schema30: JsonSchema][] = [
  [
    { type: "string", format: "uuid" },
    { type: "string", format: "uuid" },
  ],
  [reference, reference],
  [
    { ...reference, description: "D", readOnly: true },
    { allOf: [reference], description: "D", readOnly: true },
  ],
  [
    { type: "string", contentEncoding: "base64" },
    { type: "string", format: "byte" },
  ],
  [{ type: "string", contentMediaType: "application/json" }, { type: "string" }],
  [
    { type: "string", examples: ["a", "b"] },
    { type: "string", example: "a" },
  ],
  [{ const: 1 }, { enum: [1] }],
  [{ type: "null" }, { type: "string", nullable: true, enum: [null] }],
  [{ type: ["string", "null"] }, { type: "string", nullable: true }],
  [
    { type: ["string", "integer"], format: "int64" },
    { anyOf: [{ type: "string" }, { type: "integer" }], format: "int64" },
  ],
  [
    { type: ["string", "integer", "null"] },
    {
      anyOf: [
        { type: "string", nullable: true },
        { type: "integer", nullable: true },
      ],
    },
  ],
  [
    { type: "number", exclusiveMinimum: 0, maximum: 9 },
    { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 9 },
  ],
  [
    { type: "number", exclusiveMaximum: 9 },
    { type: "number", maximum: 9, exclusiveMaximum: true },
  ],
  [
    { type: "array", items: { ...reference, deprecated: true } },
    { type: "array", items: { allOf: [reference], deprecated: true } },
  ],
  [
    { type: "object", properties: { type: { type: "null" }, const: { const: "a" } }, required: ["type"] },
    {
      type: "object",
      properties: { type: { type: "string", nullable: true, enum: [null] }, const: { enum: ["a"] } },
      required: ["type"],
    },
  ],
  [
    { type: "object", additionalProperties: { ...reference, description: "D" } },
    { type: "object", additionalProperties: { allOf: [reference], description: "D" } },
  ],
  [
    { type: "object", additionalProperties: true },
    { type: "object", additionalProperties: true },
  ],
  [
    { anyOf: [{ const: 1 }], not: { type: "null" } },
    { anyOf: [{ enum: [1] }], not: { type: "string", nullable: true, enum: [null] } },
  ],
  [
    { type: "object", propertyNames: { pattern: "a" }, $comment: "C", "x-kept": 1 },
    { type: "object", "x-kept": 1 },
  ],
];

describe("a schema of version 3.0", () => {
  for (const [schema, schema30] of table) {
    it(`of ${JSON.stringify(schema)}`, () => assert.deepEqual(convert(schema), schema30));
  }
});

describe("a document of version 3.0", () => {
  it("has no summary, and no license by its identifier", () => {
    const info = { title: "T", version: "1", summary: "S", license: { name: "MIT", identifier: "MIT" } };
    const document = toVersion30({ openapi: "3.1.0", info, paths: {} });
    assert.deepEqual(document, {
      openapi: "3.0.3",
      info: { title: "T", version: "1", license: { name: "MIT" } },
      paths: {},
    });
  });

  it("has its schemas wherever they stand, and what is none as it was", () => {
    const schema = { type: "null" };
    const schema30 = { type: "string", nullable: true, enum: [null] };
    const content = (one: JsonSchema) => ({ "application/json": { schema: one, example: { schema } } });
    const operation = (one: JsonSchema) => ({
      operationId: "a",
      parameters: [{ name: "b", in: "query" as const, schema: one }],
      requestBody: { content: content(one) },
      responses: { "200": { description: "", headers: { c: { schema: one } }, content: content(one) } },
      "x-note": { schema },
    });
    const info = { title: "T", version: "1" };
    const paths = (one: JsonSchema) => ({
      "/": { get: operation(one), "x-additionalOperations": { LINK: operation(one) } },
    });
    assert.deepEqual(toVersion30({ openapi: "3.1.0", info, paths: paths(schema) }), {
      openapi: "3.0.3",
      info,
      paths: paths(schema30),
    });
  });
});
