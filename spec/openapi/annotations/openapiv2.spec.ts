import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { describeSource, operationOf, propertiesOf, schemaOf } from "../describe-source.js";

const options = "grpc.gateway.protoc_gen_openapiv2.options";

const document = describeSource(`
  option (${options}.openapiv2_swagger) = {
    info: {
      title: "Library"
      version: "2.0"
      terms_of_service: "https://example.com/terms"
      contact: { name: "Us" email: "us@example.com" }
      license: { name: "MIT" url: "https://example.com/mit" }
      extensions: { key: "x-logo" value { string_value: "logo.png" } }
    }
    host: "api.example.com"
    base_path: "/library"
    schemes: [HTTPS, HTTP]
    consumes: "application/json"
    external_docs: { url: "https://example.com/docs" description: "More" }
    tags: { name: "Books" description: "All about books." }
    security_definitions: {
      security: { key: "Basic" value: { type: TYPE_BASIC } }
      security: { key: "Key" value: { type: TYPE_API_KEY in: IN_HEADER name: "X-Key" description: "Ask us." } }
      security: {
        key: "OAuth"
        value: {
          type: TYPE_OAUTH2 flow: FLOW_ACCESS_CODE
          authorization_url: "https://example.com/authorize" token_url: "https://example.com/token"
          scopes: { scope: { key: "read" value: "Reads" } scope: { key: "write" value: "Writes" } }
        }
      }
    }
    security: { security_requirement: { key: "Basic" value: {} } }
    security: { security_requirement: { key: "OAuth" value: { scope: ["read", "write"] } } }
    responses: { key: "403" value: { description: "Not for you." } }
    extensions: { key: "x-flags" value { list_value { values { bool_value: true } values { number_value: 2 } } } }
    extensions: { key: "internal" value { string_value: "no extension" } }
  };
  message Request {
    string name = 1 [(${options}.openapiv2_field) = { field_configuration: { path_param_name: "bookName" } description: "Which." max_length: 9 }];
    int32 page_size = 2 [(${options}.openapiv2_field) = { description: "How many." maximum: 100 default: "10" }];
    repeated string tags = 3 [(${options}.openapiv2_field) = { pattern: "^[a-z]+$" max_items: 3 }];
  }
  // A book.
  message Book {
    option (${options}.openapiv2_schema) = {
      json_schema: { title: "The book" description: "Something to read." required: ["title", "page_count"] }
      external_docs: { url: "https://example.com/book" }
      example: "{\\"title\\": \\"Emma\\"}"
    };
    // Its title.
    string title = 1 [(${options}.openapiv2_field) = { min_length: 1 example: "\\"Emma\\"" title: "Title" }];
    int32 page_count = 2 [
      (${options}.openapiv2_field).minimum = 0,
      (${options}.openapiv2_field).exclusive_minimum = true
    ];
    // Where it stands.
    string place = 3 [(${options}.openapiv2_field) = { ref: ".test.v1.Place" }];
    string isbn = 4 [(${options}.openapiv2_field) = { required: ["isbn"] read_only: true format: "isbn" }];
    string code = 5 [(${options}.openapiv2_field) = { type: INTEGER enum: ["1", "2"] extensions: { key: "x-a" value { null_value: NULL_VALUE } } }];
    State state = 6;
  }
  message Place { string shelf = 1; }
  message Problem { string text = 1; }
  enum State {
    option (${options}.openapiv2_enum) = { title: "The state" description: "Lent or not." };
    UNKNOWN = 0;
  }
  // Serves books.
  service Service {
    option (${options}.openapiv2_tag) = { name: "Books" external_docs: { url: "https://example.com/tag" } };
    // Gets a book. With care.
    rpc Call(Request) returns (Book) {
      option (google.api.http) = { get: "/v1/{name}" };
      option (${options}.openapiv2_operation) = {
        summary: "Fetch a book"
        operation_id: "fetchBook"
        tags: ["Books", "Reading"]
        deprecated: true
        security: {}
        external_docs: { url: "https://example.com/fetch" }
        responses: { key: "200" value: { description: "The book." examples: { key: "application/json" value: "{\\"title\\": \\"Emma\\"}" } } }
        responses: { key: "404" value: { description: "No book." schema: { json_schema: { ref: ".test.v1.Problem" } } } }
        responses: { key: "418" value: {} }
        responses: { key: "429" value: { description: "Too fast." headers: { key: "Retry-After" value: { type: "integer" description: "Seconds" } } } }
        parameters: { headers: { name: "X-Trace" type: STRING required: true description: "Who asks." } }
        extensions: { key: "x-cost" value { struct_value { fields { key: "points" value { number_value: 3 } } } } }
      };
    }
  }`);

describe("the options of protoc-gen-openapiv2", () => {
  it("describe the document", () => {
    assert.deepEqual(document.info, {
      title: "Library",
      version: "2.0",
      description: "Serves books.",
      termsOfService: "https://example.com/terms",
      contact: { name: "Us", email: "us@example.com" },
      license: { name: "MIT", url: "https://example.com/mit" },
      "x-logo": "logo.png",
    });
    assert.deepEqual(document.servers, [
      { url: "https://api.example.com/library" },
      { url: "http://api.example.com/library" },
    ]);
    assert.deepEqual(document.externalDocs, { url: "https://example.com/docs", description: "More" });
    assert.deepEqual(document["x-flags"], [true, 2]);
    assert.equal("internal" in document, false);
    assert.equal("consumes" in document, false);
  });

  it("describe who may call", () => {
    assert.deepEqual(document.security, [{ Basic: [] }, { OAuth: ["read", "write"] }]);
    assert.deepEqual(document.components?.securitySchemes, {
      Basic: { type: "http", scheme: "basic" },
      Key: { type: "apiKey", in: "header", name: "X-Key", description: "Ask us." },
      OAuth: {
        type: "oauth2",
        flows: {
          authorizationCode: {
            authorizationUrl: "https://example.com/authorize",
            tokenUrl: "https://example.com/token",
            scopes: { read: "Reads", write: "Writes" },
          },
        },
      },
    });
  });

  it("name and describe tags", () => {
    assert.deepEqual(document.tags, [
      { name: "Books", description: "All about books.", externalDocs: { url: "https://example.com/tag" } },
    ]);
  });

  it("describe an operation", () => {
    const { parameters, responses, ...operation } = operationOf(document, "fetchBook");
    assert.deepEqual(operation, {
      tags: ["Books", "Reading"],
      summary: "Fetch a book",
      description: "With care.",
      operationId: "fetchBook",
      deprecated: true,
      "x-google-http-path": "/v1/{name}",
      security: [{}],
      externalDocs: { url: "https://example.com/fetch" },
      "x-cost": { points: 3 },
    });
    const status = { "application/json": { schema: { $ref: "#/components/schemas/Status" } } };
    assert.deepEqual(responses, {
      "200": {
        description: "The book.",
        content: {
          "application/json": { schema: { $ref: "#/components/schemas/Book" }, example: { title: "Emma" } },
        },
      },
      default: { description: "The call failed.", content: status },
      "403": { description: "Not for you.", content: status },
      "404": {
        description: "No book.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
      "418": { description: "The answer with status 418.", content: status },
      "429": {
        description: "Too fast.",
        headers: { "Retry-After": { description: "Seconds", schema: { type: "integer" } } },
        content: status,
      },
    });
    assert.deepEqual(Object.keys(propertiesOf(document, "Problem")), ["text"]);
    assert.ok(parameters);
  });

  it("describe parameters", () => {
    const operation = operationOf(document, "fetchBook");
    assert.deepEqual(operation.parameters, [
      {
        name: "bookName",
        in: "path",
        description: "Which.",
        required: true,
        schema: { type: "string", maxLength: 9 },
      },
      {
        name: "pageSize",
        in: "query",
        description: "How many.",
        schema: { type: "integer", format: "int32", maximum: 100, default: 10 },
      },
      {
        name: "tags",
        in: "query",
        style: "form",
        explode: true,
        schema: { type: "array", items: { type: "string", pattern: "^[a-z]+$" }, maxItems: 3 },
      },
      { name: "X-Trace", in: "header", required: true, description: "Who asks.", schema: { type: "string" } },
    ]);
    assert.deepEqual(Object.keys(document.paths), ["/v1/{bookName}"]);
  });

  it("describe a message and its fields", () => {
    assert.deepEqual(schemaOf(document, "Book"), {
      type: "object",
      title: "The book",
      description: "Something to read.",
      externalDocs: { url: "https://example.com/book" },
      examples: [{ title: "Emma" }],
      properties: {
        title: {
          type: "string",
          title: "Title",
          description: "Its title.",
          minLength: 1,
          examples: ["Emma"],
        },
        pageCount: { type: "integer", format: "int32", exclusiveMinimum: 0 },
        place: { $ref: "#/components/schemas/Place", description: "Where it stands." },
        isbn: { type: "string", format: "isbn", readOnly: true },
        code: { type: "integer", enum: ["1", "2"], "x-a": null },
        state: { $ref: "#/components/schemas/State" },
      },
      required: ["title", "pageCount", "isbn"],
    });
    assert.deepEqual(schemaOf(document, "State"), {
      type: "string",
      enum: ["UNKNOWN"],
      title: "The state",
      description: "Lent or not.\n\nAn answer may have a number that is not listed: that of a newer value.",
    });
  });

  it("give values of the type of their field, whatever JSON they look like", () => {
    const given = describeSource(`
      message Request {}
      message Response {
        string zip = 1 [(${options}.openapiv2_field) = { default: "12345" example: "true" }];
        int64 n = 2 [(${options}.openapiv2_field) = { default: "3" example: "9007199254740993" }];
        int32 i = 3 [(${options}.openapiv2_field) = { default: "3.0" example: "\\"4\\"" }];
        string version = 4 [(${options}.openapiv2_field) = { example: "1.0" }];
      }
      service Service { rpc Call(Request) returns (Response) { option (google.api.http) = { get: "/v1/call" }; } }`);
    const { zip, n, i, version } = propertiesOf(given, "Response");
    assert.deepEqual(
      [zip, n, i, version].map((schema) => [schema?.default, schema?.examples]),
      [
        ["12345", ["true"]],
        ["3", ["9007199254740993"]],
        [3, [4]],
        [undefined, ["1.0"]],
      ],
    );
  });

  it("limit numbers that are written as text in words, and others by keywords", () => {
    const source = `
      message Response {
        // Its size.
        int64 size = 1 [(${options}.openapiv2_field) = { minimum: 1 maximum: 9 }];
        repeated uint64 marks = 2 [(${options}.openapiv2_field) = { maximum: 9 exclusive_maximum: true multiple_of: 3 }];
        int32 count = 3 [(${options}.openapiv2_field) = { maximum: 9 }];
        int64 shelf = 4 [(${options}.openapiv2_field) = { minimum: 100 }];
      }
      service Service { rpc Call(Response) returns (Response) { option (google.api.http) = { get: "/v1/{size}" }; } }`;
    const text = describeSource(source);
    const { size, marks, count, shelf } = propertiesOf(text, "Response");
    assert.deepEqual(size, {
      type: "string",
      format: "int64",
      description: "Its size.\n\nIt is at least 1, and at most 9.",
    });
    assert.deepEqual(marks, {
      type: "array",
      items: { type: "string", format: "uint64" },
      examples: [["3"]],
      description: "Each is less than 9, and a multiple of 3.",
    });
    assert.deepEqual(count, { type: "integer", format: "int32", maximum: 9 });
    assert.deepEqual(shelf?.examples, ["100"]);
    const { content = {} } = operationOf(text).responses["200"] ?? {};
    assert.deepEqual(content["application/json"]?.example, {
      size: "1",
      marks: ["3"],
      count: 1,
      shelf: "100",
    });
    assert.deepEqual(
      operationOf(text).parameters?.map(({ name, description }) => [name, description]),
      [
        ["size", "Its size.\n\nIt is at least 1, and at most 9."],
        ["marks", "Each is less than 9, and a multiple of 3."],
        ["count", undefined],
        ["shelf", "It is at least 100."],
      ],
    );
    const numbers = propertiesOf(describeSource(source, { json: { int64AsNumbers: true } }), "Response");
    assert.deepEqual(numbers.size, {
      type: "integer",
      format: "int64",
      description: "Its size.",
      minimum: 1,
      maximum: 9,
    });
  });

  it("name the content types of bytes, and of nothing else", () => {
    const document = describeSource(`
      message Request { google.api.HttpBody file = 1; string name = 2; }
      service Service {
        rpc Call(Request) returns (google.api.HttpBody) {
          option (google.api.http) = { post: "/v1/file" body: "file" additional_bindings { post: "/v1/whole" body: "*" } };
          option (${options}.openapiv2_operation) = { consumes: ["image/png", "image/gif"] produces: "text/csv" };
        }
      }`);
    const typesOf = (id: string) => {
      const { requestBody, responses } = operationOf(document, id);
      return [requestBody, responses["200"]].map((part) => Object.keys(part?.content ?? {}));
    };
    assert.deepEqual(typesOf("Service_Call"), [["image/png", "image/gif"], ["text/csv"]]);
    assert.deepEqual(typesOf("Service_Call2"), [["application/json"], ["text/csv"]]);
  });

  it("may put several services under one tag, whose name no other service gets", () => {
    const service = (name: string, tag: string) => `
      // ${name} it is.
      service ${name} {
        ${tag}
        rpc Call(M) returns (M) { option (google.api.http) = { get: "/v1/${name}" }; }
      }`;
    const books = `option (${options}.openapiv2_tag) = { name: "Books"`;
    const { tags, paths } = describeSource(
      `message M {} ${service("Books", "")} ${service("A", `${books} };`)} ${service("B", `${books} };`)}`,
    );
    assert.deepEqual(
      Object.values(paths).map((item) => item.get?.tags),
      [["test.v1.Books"], ["Books"], ["Books"]],
    );
    assert.deepEqual(tags, [
      { name: "test.v1.Books", description: "Books it is." },
      { name: "Books", description: "A it is.\n\nB it is." },
    ]);
  });

  it("number the operation id of further rules, and refuse one that is taken", () => {
    const service = (id: string) => `message M {} service Service {
      rpc Call(M) returns (M) {
        option (google.api.http) = { get: "/v1/a" additional_bindings { get: "/v1/b" } };
        option (${options}.openapiv2_operation).operation_id = "call";
      }
      rpc Other(M) returns (M) {
        option (google.api.http) = { get: "/v1/c" };
        option (${options}.openapiv2_operation).operation_id = "${id}";
      } }`;
    const paths = Object.values(describeSource(service("other")).paths);
    assert.deepEqual(
      paths.map((item) => item.get?.operationId),
      ["call", "call2", "other"],
    );
    assert.throws(() => describeSource(service("call")), {
      name: "ConfigError",
      message:
        /test\.v1\.Service\.Other: the operation id "call" is taken by another method: choose another$/,
    });
  });
});
