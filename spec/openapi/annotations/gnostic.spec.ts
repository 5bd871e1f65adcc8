import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { describeMethod, describeSource, operationOf, propertiesOf, schemaOf } from "../describe-source.js";

const document = describeSource(`
  option (openapi.v3.document) = {
    info: { title: "Library" version: "3.0" contact: { name: "Us" } specification_extension: { name: "x-tier" value: { yaml: "1" } } }
    servers: { url: "https://{region}.example.com" variables: { additional_properties: { name: "region" value: { default: "eu" enum: ["eu", "us"] } } } }
    security: { additional_properties: { name: "Bearer" value: {} } }
    components: {
      security_schemes: { additional_properties: { name: "Bearer" value: { security_scheme: { type: "http" scheme: "bearer" bearer_format: "JWT" } } } }
      responses: { additional_properties: { name: "Gone" value: { response: { description: "It is gone." } } } }
      schemas: { additional_properties: { name: "Note" value: { schema: { type: "string" nullable: true } } } }
    }
    tags: { name: "Extra" description: "Others." }
    external_docs: { url: "https://example.com/docs" }
  };
  message Request { string name = 1; }
  message Book {
    option (openapi.v3.schema) = { title: "The book" required: "title" example: { yaml: "title: Emma\\npages: 3" } };
    string title = 1 [(openapi.v3.property) = { min_length: 1 pattern: "^.+$" default: { string: "Emma" } }];
    int32 pages = 2 [(openapi.v3.property) = { minimum: 0 exclusive_minimum: true example: { yaml: "3" } }];
    repeated string words = 3 [(openapi.v3.property) = { max_items: 2 min_length: 1 }];
    google.protobuf.Value extra = 4 [(openapi.v3.property) = {
      one_of: [{ schema: { type: "string" } }, { reference: { _ref: "#/components/schemas/Note" } }]
      not: { type: "array" items: { schema_or_reference: { schema: { type: "integer" } } } }
      properties: { additional_properties: { name: "a" value: { schema: { type: "boolean" } } } }
      additional_properties: { boolean: false }
    }];
  }
  service Service {
    // Gets a book.
    rpc Call(Request) returns (Book) {
      option (google.api.http) = { get: "/v1/{name}" };
      option (openapi.v3.operation) = {
        description: "As it is."
        operation_id: "fetchBook"
        parameters: { parameter: { name: "X-Trace" in: "header" required: true schema: { schema: { type: "string" format: "uuid" } } } }
        responses: {
          default: { response: { description: "Otherwise." } }
          response_or_reference: { name: "404" value: { response: {
            description: "No book."
            content: { additional_properties: { name: "text/plain" value: { schema: { schema: { type: "string" } } example: { yaml: "'None'" } } } }
          } } }
          response_or_reference: { name: "410" value: { reference: { _ref: "#/components/responses/Gone" } } }
        }
        security: { additional_properties: { name: "Bearer" value: { value: ["read"] } } }
        specification_extension: { name: "x-cost" value: { yaml: "{ points: 3 }" } }
        specification_extension: { name: "cost" value: { yaml: "3" } }
      };
    }
  }`);

describe("the options of gnostic", () => {
  it("describe the document", () => {
    assert.deepEqual(document.info, {
      title: "Library",
      version: "3.0",
      contact: { name: "Us" },
      "x-tier": 1,
    });
    assert.deepEqual(document.servers, [
      { url: "https://{region}.example.com", variables: { region: { default: "eu", enum: ["eu", "us"] } } },
    ]);
    assert.deepEqual(document.security, [{ Bearer: [] }]);
    assert.deepEqual(document.tags, [{ name: "Service" }, { name: "Extra", description: "Others." }]);
    assert.deepEqual(document.externalDocs, { url: "https://example.com/docs" });
    const { schemas, ...components } = document.components ?? {};
    assert.deepEqual(components, {
      securitySchemes: { Bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      responses: { Gone: { description: "It is gone." } },
    });
    assert.deepEqual(schemas?.Note, { type: ["string", "null"] });
  });

  it("describe an operation", () => {
    const { responses, ...operation } = operationOf(document, "fetchBook");
    assert.deepEqual(operation, {
      tags: ["Service"],
      summary: "Gets a book",
      description: "As it is.",
      operationId: "fetchBook",
      "x-google-http-path": "/v1/{name}",
      parameters: [
        { name: "name", in: "path", required: true, schema: { type: "string" } },
        { name: "X-Trace", in: "header", required: true, schema: { type: "string", format: "uuid" } },
      ],
      security: [{ Bearer: ["read"] }],
      "x-cost": { points: 3 },
    });
    assert.deepEqual(Object.keys(responses), ["200", "404", "410", "default"]);
    assert.deepEqual(responses["404"], {
      description: "No book.",
      content: { "text/plain": { schema: { type: "string" }, example: "None" } },
    });
    assert.deepEqual(responses["410"], { $ref: "#/components/responses/Gone" });
    assert.equal(responses.default?.description, "Otherwise.");
    assert.ok(responses.default?.content);
  });

  it("describe a message and its fields", () => {
    const { properties, ...book } = schemaOf(document, "Book");
    assert.deepEqual(book, {
      type: "object",
      title: "The book",
      examples: [{ title: "Emma", pages: 3 }],
      required: ["title"],
    });
    assert.deepEqual(properties, propertiesOf(document, "Book"));
    assert.deepEqual(properties, {
      title: { type: "string", minLength: 1, pattern: "^.+$", default: "Emma" },
      pages: { type: "integer", format: "int32", exclusiveMinimum: 0, examples: [3] },
      words: { type: "array", items: { type: "string", minLength: 1 }, maxItems: 2 },
      extra: {
        oneOf: [{ type: "string" }, { $ref: "#/components/schemas/Note" }],
        not: { type: "array", items: { type: "integer" } },
        properties: { a: { type: "boolean" } },
        additionalProperties: false,
      },
    });
  });

  it("name the content types of bytes", () => {
    const { requestBody } = operationOf(
      describeSource(`
        service Service {
          rpc Call(google.api.HttpBody) returns (google.api.HttpBody) {
            option (google.api.http) = { post: "/v1" body: "*" };
            option (openapi.v3.operation) = {
              request_body: { request_body: { content: { additional_properties: { name: "image/png" value: {} } } } }
            };
          }
        }`),
    );
    assert.deepEqual(requestBody?.content, { "image/png": { schema: { type: "string", format: "binary" } } });
  });

  for (const yaml of ["{ a: [", "*nowhere"]) {
    it(`take a value that is no YAML for text: ${yaml}`, () => {
      const document = describeMethod(
        `get: "/v1"`,
        `message Request {}
         message Response { option (openapi.v3.schema) = { example: { yaml: "${yaml}" } }; }`,
      );
      assert.deepEqual(schemaOf(document, "Response").examples, [yaml]);
    });
  }
});
