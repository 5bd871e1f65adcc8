import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { Binding } from "../../lib/http-rule/binding.js";
import { compileBinding, compileBindings } from "../../lib/http-rule/compile-binding.js";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import type { HttpRule } from "../../lib/schema/schema.js";
import { loadSource, methodOf } from "./compile-routes.js";

const updateBook = methodOf(`
  message Request {
    Book book = 1;
    string page_token = 2;
    int32 page_size = 3;
    repeated string tags = 4;
    repeated Book books = 5;
    map<string, Book> by_name = 6;
    bytes data = 7;
    Genre genre = 8;
    Request parent = 9;
    google.protobuf.Timestamp at = 10;
    google.protobuf.Int64Value count = 11;
    google.protobuf.FieldMask mask = 12;
    google.protobuf.Struct fields = 13;
    google.protobuf.Any any = 14;
    Empty empty = 15;
    optional bool draft = 16;
    oneof source { string url = 17; string path = 18; Book copy_of = 19; }
    optional string left = 20;
    optional string right = 21;
    string custom = 22 [json_name = "renamed"];
    string __proto__ = 23;
  }
  message Book {
    string name = 1;
    Author author = 2;
    repeated Author editors = 3;
    oneof id { string isbn = 4; int64 number = 5; }
  }
  message Author { string name = 1; string given_name = 2; }
  message Empty {}
  message Response { Book book = 1; repeated Book books = 2; int32 total_size = 3; }
  enum Genre { GENRE_UNSPECIFIED = 0; POETRY = 1; }`);

function compile(rule: Partial<HttpRule>): { binding: Binding | undefined; faults: ConfigFault[] } {
  const faults: ConfigFault[] = [];
  const whole = { httpMethod: "GET", template: "/v1", body: "", responseBody: "", index: 0, ...rule };
  return { binding: compileBinding(updateBook, whole, (fault) => faults.push(fault)), faults };
}

function namesOf(binding: Binding | undefined) {
  return binding?.variables.map(({ fields, span, start, end }) => [
    fields.map((field) => field.protoName).join("."),
    span,
    start,
    end,
  ]);
}

describe("compileBinding", () => {
  it("carries the rule over", () => {
    const { binding, faults } = compile({ httpMethod: "PATCH", template: "/v1/x:go", index: 3 });
    assert.deepEqual(faults, []);
    assert.equal(binding?.method, updateBook);
    assert.equal(binding.httpMethod, "PATCH");
    assert.equal(binding.template.text, "/v1/x:go");
    assert.equal(binding.index, 3);
    assert.equal(binding.body, undefined);
    assert.equal(binding.responseBody, undefined);
    assert.deepEqual(binding.variables, []);
  });

  it("resolves variables by proto names, with the span that the template gives them", () => {
    const template = "/v1/{page_token}/{book.author.given_name=a/*}/{book.name=x}/{path=**}";
    const { binding, faults } = compile({ template });
    assert.deepEqual(faults, []);
    assert.deepEqual(namesOf(binding), [
      ["page_token", "one-segment", 1, 2],
      ["book.author.given_name", "many-segments", 2, 4],
      ["book.name", "one-segment", 4, 5],
      ["path", "many-segments", 5, 6],
    ]);
  });

  for (const name of ["page_size", "data", "genre", "draft", "at", "count", "mask", "custom", "__proto__"]) {
    it(`takes ${name} as a variable`, () => {
      const { binding, faults } = compile({ template: `/v1/{${name}}` });
      assert.deepEqual(faults, []);
      assert.deepEqual(namesOf(binding), [[name, "one-segment", 1, 2]]);
    });
  }

  for (const name of ["parent.parent.page_token", "at.seconds", "parent.left", "book.isbn"]) {
    it(`takes the nested ${name} as a variable`, () => {
      assert.deepEqual(namesOf(compile({ template: `/v1/{${name}}` }).binding), [
        [name, "one-segment", 1, 2],
      ]);
    });
  }

  it("takes fields of different oneofs and of none", () => {
    const template = "/v1/{url}/{book.isbn}/{parent.path}/{left}/{right}";
    assert.deepEqual(compile({ template }).faults, []);
  });

  for (const name of [
    "book",
    "page_size",
    "tags",
    "books",
    "by_name",
    "data",
    "genre",
    "fields",
    "any",
    "copy_of",
  ]) {
    it(`takes ${name} as body`, () => {
      const { binding } = compile({ body: name });
      assert.ok(typeof binding?.body === "object");
      assert.equal(binding.body.protoName, name);
    });
  }

  it("takes the whole message as body", () => assert.equal(compile({ body: "*" }).binding?.body, "*"));

  it("takes the parent of a variable as body", () => {
    const { binding, faults } = compile({ template: "/v1/{book.name=books/*}", body: "book" });
    assert.deepEqual(faults, []);
    assert.equal(binding?.body, binding?.variables[0]?.fields[0]);
  });

  for (const name of ["book", "books", "total_size"]) {
    it(`takes ${name} as response body`, () => {
      assert.equal(compile({ responseBody: name }).binding?.responseBody?.protoName, name);
    });
  }
});

/** What is wrong with a rule, with the column where it has one. */
const refused: readonly { rule: Partial<HttpRule>; column?: number; message: string | RegExp }[] = [
  {
    rule: { template: "/v1/{name" },
    column: 10,
    message: 'the brace of column 5 is not closed: write "}"',
  },
  {
    rule: { template: "/v1/{page_tokn}" },
    column: 6,
    message: 'field "page_tokn" is not in test.Request; did you mean "page_token"?',
  },
  {
    rule: { template: "/v1/{pageToken}" },
    column: 6,
    message: 'field "pageToken" is not in test.Request; did you mean "page_token"?',
  },
  {
    rule: { template: "/v1/{renamed}" },
    column: 6,
    message: 'field "renamed" is not in test.Request; did you mean "custom"?',
  },
  {
    rule: { template: "/v1/{book.author.givenName}" },
    column: 18,
    message: 'field "givenName" is not in test.Author; did you mean "given_name"?',
  },
  {
    rule: { template: "/v1/{book.author.zzzzzz}" },
    column: 18,
    message: 'field "zzzzzz" is not in test.Author: write one of "name", "given_name"',
  },
  {
    rule: { template: "/v1/{zzzzzz}" },
    column: 6,
    message: /^field "zzzzzz" is not in test.Request: write one of /,
  },
  {
    rule: { template: "/v1/{empty.x}" },
    column: 12,
    message: 'field "x" is not in test.Empty, which has no fields',
  },
  { rule: { template: "/v1/{toString}" }, column: 6, message: /^field "toString" is not in test.Request/ },
  {
    rule: { template: "/v1/{tags}" },
    column: 6,
    message:
      'field "tags" of test.Request is repeated and cannot be in a path: leave it to the query or the body',
  },
  {
    rule: { template: "/v1/{books.name}" },
    column: 6,
    message:
      'field "books" of test.Request is repeated and cannot be in a path: leave it to the query or the body',
  },
  {
    rule: { template: "/v1/{book.editors.name}" },
    column: 11,
    message:
      'field "editors" of test.Book is repeated and cannot be in a path: leave it to the query or the body',
  },
  {
    rule: { template: "/v1/{by_name}" },
    column: 6,
    message:
      'field "by_name" of test.Request is a map and cannot be in a path: leave it to the query or the body',
  },
  {
    rule: { template: "/v1/{by_name.x}" },
    column: 6,
    message:
      'field "by_name" of test.Request is a map and cannot be in a path: leave it to the query or the body',
  },
  {
    rule: { template: "/v1/{book}" },
    column: 6,
    message:
      'field "book" of test.Request is a message (test.Book) and cannot be in a path: ' +
      'name one of its fields, as in "book.name"',
  },
  {
    rule: { template: "/v1/{empty}" },
    column: 6,
    message:
      'field "empty" of test.Request is a message (test.Empty) and cannot be in a path: ' +
      "leave it to the query or the body",
  },
  { rule: { template: "/v1/{fields}" }, column: 6, message: /is a message \(google.protobuf.Struct\)/ },
  { rule: { template: "/v1/{any}" }, column: 6, message: /is a message \(google.protobuf.Any\)/ },
  {
    rule: { template: "/v1/{page_size.x}" },
    column: 6,
    message: 'field "page_size" of test.Request has the type int32 and no fields: remove ".x"',
  },
  {
    rule: { template: "/v1/{genre.x}" },
    column: 6,
    message: 'field "genre" of test.Request has the type Genre and no fields: remove ".x"',
  },
  {
    rule: { template: "/v1/{book.name}/{book.name}" },
    column: 18,
    message: 'field "book.name" is in the path twice: remove one',
  },
  {
    rule: { template: "/v1/{at}/{at.nanos}" },
    column: 11,
    message: 'fields "at" and "at.nanos" are in the path and one is part of the other: remove one',
  },
  {
    rule: { template: "/v1/{at.nanos}/{at}" },
    column: 17,
    message: 'fields "at.nanos" and "at" are in the path and one is part of the other: remove one',
  },
  {
    rule: { template: "/v1/{url}/{path}" },
    column: 12,
    message:
      'fields "url" and "path" are of one oneof "source", which holds one of them: ' +
      "give each a rule of its own in additional_bindings",
  },
  {
    rule: { template: "/v1/{copy_of.name}/{url}" },
    column: 21,
    message: /^fields "copy_of.name" and "url" are of one/,
  },
  { rule: { template: "/v1/{book.isbn}/{book.number}" }, column: 18, message: /are of one oneof "id"/ },
  {
    rule: { body: "book.name" },
    message: 'body "book.name" is not at the top level of test.Request: write "book"',
  },
  {
    rule: { body: "pageSize" },
    message: 'body: field "pageSize" is not in test.Request; did you mean "page_size"?',
  },
  { rule: { body: "boook.name" }, message: /^body: field "boook.name" is not in test.Request/ },
  {
    rule: { responseBody: "book.name" },
    message: /^response_body "book.name" is not at the top level of test.Resp/,
  },
  {
    rule: { responseBody: "totalSize" },
    message: 'response_body: field "totalSize" is not in test.Response; did you mean "total_size"?',
  },
  {
    rule: { responseBody: "*" },
    message: 'response_body "*" is not a field: leave response_body out to send the whole message',
  },
  {
    rule: { template: "/v1/{page_token}", body: "page_token" },
    message: 'body "page_token" is in the path already: name another field or leave body out',
  },
  {
    rule: { template: "/v1/{url}", body: "path" },
    message:
      'body "path" and field "url" of the path are of one oneof "source", which holds one of them: ' +
      "name another field or leave body out",
  },
];

describe("a rule with a fault", () => {
  for (const { rule, column, message } of refused) {
    it(`is refused: ${Object.values(rule).join(" with ")}`, () => {
      const { binding, faults } = compile(rule);
      assert.equal(binding, undefined);
      assert.equal(faults.length, 1, faults.map((fault) => fault.message).join("\n"));
      const [fault] = faults;
      if (typeof message === "string") assert.equal(fault?.message, message);
      else assert.match(fault?.message ?? "", message);
      assert.equal(fault?.column, column);
      assert.equal(fault?.method, "test.Service.Call");
      assert.equal(fault?.template, rule.template ?? "/v1");
    });
  }

  it("has all its faults reported", () => {
    const template = "/v1/{nam}/{tags}/{book.name}/{book.nam}";
    const { binding, faults } = compile({ template, body: "boook", responseBody: "x.y" });
    assert.equal(binding, undefined);
    assert.deepEqual(
      faults.map((fault) => [fault.column, fault.message.split(" ").slice(0, 3).join(" ")]),
      [
        [6, 'field "nam" is'],
        [12, 'field "tags" of'],
        [31 + 5, 'field "nam" is'],
        [undefined, 'body: field "boook"'],
        [undefined, 'response_body: field "x.y"'],
      ],
    );
  });

  it("has the faults of its bodies reported beside one of its template", () => {
    const { faults } = compile({ template: "v1", body: "boook", responseBody: "boook" });
    assert.deepEqual(
      faults.map(({ message }) => message.split(" ")[0]),
      ["a", "body:", "response_body:"],
    );
  });
});

describe("compileBindings", () => {
  it("compiles all rules of all methods, leaves out the faulty ones and reports them", () => {
    const { services } = loadSource(`
      message Shelf { string name = 1; }
      service Reader {
        rpc Get(Shelf) returns (Shelf) {
          option (google.api.http) = {
            get: "/v1/{name}"
            additional_bindings { get: "/v1/{nam}" }
            additional_bindings { custom { kind: "purge" path: "/v2/{name=**}" } body: "*" response_body: "name" }
          };
        }
        rpc Unannotated(Shelf) returns (Shelf);
      }
      service Writer {
        rpc Put(Shelf) returns (Shelf) { option (google.api.http) = { put: "v3" }; }
        rpc Delete(Shelf) returns (Shelf) { option (google.api.http) = { delete: "/v3" }; }
      }`);
    const faults: ConfigFault[] = [];
    const bindings = compileBindings(services, (fault) => faults.push(fault));
    assert.deepEqual(
      bindings.map(({ method, httpMethod, template, index }) => [
        method.name,
        httpMethod,
        template.text,
        index,
      ]),
      [
        ["Get", "GET", "/v1/{name}", 0],
        ["Get", "PURGE", "/v2/{name=**}", 2],
        ["Delete", "DELETE", "/v3", 0],
      ],
    );
    assert.equal(bindings[1]?.body, "*");
    assert.equal(bindings[1].responseBody?.name, "name");
    assert.deepEqual(
      faults.map(({ method, template, column }) => [method, template, column]),
      [
        ["test.Reader.Get", "/v1/{nam}", 6],
        ["test.Writer.Put", "v3", 1],
      ],
    );
  });
});
