import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { RequestBody } from "../../../lib/openapi/document.js";
import { describeMethod, describeSource, operationOf, schemaOf, schemasIn } from "../describe-source.js";

const messages = `
  message Request {
    Book book = 1;
    string name = 2;
    // The words
    // that it is about.
    repeated string tags = 3;
    map<string, Book> books = 4;
    google.protobuf.Int32Value count = 5;
    google.api.HttpBody file = 6;
    Book wanted = 7 [(google.api.field_behavior) = REQUIRED];
    oneof place { string shelf = 8; string box = 9; }
  }
  message Book {
    string name = 1 [(google.api.field_behavior) = REQUIRED];
    string title = 2;
    Author author = 3;
  }
  message Author { string name = 1 [(google.api.field_behavior) = REQUIRED]; }
  message Response {}`;

function bodyOf(rule: string): RequestBody | undefined {
  const { requestBody } = operationOf(describeMethod(rule, messages));
  return requestBody && { ...requestBody, content: schemasIn(requestBody.content) ?? {} };
}

const book = { $ref: "#/components/schemas/Book" };
const json = (schema: object) => ({ "application/json": { schema } });
const binary = { schema: { type: "string", format: "binary" } };

describe("the request body", () => {
  for (const { rule, body } of [
    { rule: `get: "/v1/call"`, body: undefined },
    { rule: `post: "/v1/call" body: "book"`, body: { required: false, content: json(book) } },
    { rule: `post: "/v1/call" body: "wanted"`, body: { required: true, content: json(book) } },
    {
      rule: `post: "/v1/call" body: "tags"`,
      body: {
        description: "The words\nthat it is about.",
        required: false,
        content: json({ type: "array", items: { type: "string" } }),
      },
    },
    {
      rule: `post: "/v1/call" body: "books"`,
      body: { required: false, content: json({ type: "object", additionalProperties: book }) },
    },
    {
      rule: `post: "/v1/call" body: "count"`,
      body: { required: false, content: json({ type: "integer", format: "int32" }) },
    },
    {
      rule: `post: "/v1/call" body: "file"`,
      body: { required: false, content: { "application/octet-stream": binary, "*/*": binary } },
    },
    {
      rule: `post: "/v1/call" body: "*"`,
      body: { required: true, content: json({ $ref: "#/components/schemas/Request" }) },
    },
    {
      rule: `patch: "/v1/call" body: "*"`,
      body: { required: false, content: json({ $ref: "#/components/schemas/RequestPatch" }) },
    },
    {
      rule: `delete: "/v1/call" body: "book"`,
      body: { required: false, content: json(book) },
    },
  ]) {
    it(`of ${rule}`, () => assert.deepEqual(bodyOf(rule), body));
  }

  it("is the request without what the path sets, and what that excludes", () => {
    const document = describeMethod(`post: "/v1/{name}/{shelf}" body: "*"`, messages);
    const body = operationOf(document).requestBody;
    assert.deepEqual(schemasIn(body?.content), json({ $ref: "#/components/schemas/RequestBody" }));
    assert.deepEqual(Object.keys(schemaOf(document, "RequestBody").properties ?? {}), [
      "book",
      "tags",
      "books",
      "count",
      "file",
      "wanted",
    ]);
  });

  it("is one schema for all rules that leave the same", () => {
    const document = describeSource(`${messages} service Service {
      rpc Call(Request) returns (Response) { option (google.api.http) = {
        post: "/v1/{name}:call" body: "*"
        additional_bindings { put: "/v2/{name=books/*}" body: "*" }
        additional_bindings { post: "/v3/{shelf}" body: "*" }
      }; } }`);
    const refs = ["Service_Call", "Service_Call2", "Service_Call3"].map(
      (id) => operationOf(document, id).requestBody?.content["application/json"]?.schema?.$ref,
    );
    assert.deepEqual(
      refs.map((ref) => ref?.split("/").at(-1)),
      ["RequestBody", "RequestBody", "test_v1_RequestBody"],
    );
  });

  it("does not ask for what the path sets within it", () => {
    const document = describeMethod(`post: "/v1/{book.name=books/*}" body: "book"`, messages);
    const { content } = operationOf(document).requestBody ?? {};
    assert.deepEqual(schemasIn(content), json({ $ref: "#/components/schemas/BookBody" }));
    assert.deepEqual(schemaOf(document, "BookBody"), {
      type: "object",
      properties: { title: { type: "string" }, author: { $ref: "#/components/schemas/Author" } },
    });
  });

  it("does not ask for it at any depth", () => {
    const document = describeMethod(`post: "/v1/{book.author.name}" body: "*"`, messages);
    const properties = ["RequestBody", "BookBody", "AuthorBody"].map(
      (name) => schemaOf(document, name).properties,
    );
    assert.deepEqual(properties[0]?.book, { $ref: "#/components/schemas/BookBody" });
    assert.deepEqual(properties[1]?.author, { $ref: "#/components/schemas/AuthorBody" });
    assert.deepEqual(properties[2], {});
  });

  it("is the message itself when the path sets something in it that need not be given", () => {
    const document = describeMethod(`post: "/v1/{book.title}" body: "book"`, messages);
    assert.deepEqual(schemasIn(operationOf(document).requestBody?.content), json(book));
  });

  it("of a stream is JSON, line by line or as an array, and may be empty", () => {
    const document = describeSource(`${messages} service Service {
      rpc Call(stream Book) returns (Response) { option (google.api.http) = { post: "/v1/call" body: "*" }; } }`);
    const { required, content } = operationOf(document).requestBody ?? {};
    assert.equal(required, false);
    assert.deepEqual(schemasIn(content), {
      "application/x-ndjson": { schema: book },
      "application/json": { schema: { type: "array", items: book } },
    });
  });

  it("of a stream of bytes is bytes", () => {
    const document = describeSource(`${messages} service Service {
      rpc Call(stream google.api.HttpBody) returns (Response) {
        option (google.api.http) = { post: "/v1/call" body: "*" };
      } }`);
    assert.deepEqual(Object.keys(operationOf(document).requestBody?.content ?? {}), [
      "application/octet-stream",
      "*/*",
    ]);
  });
});
