import assert from "node:assert/strict";
import type protobuf from "protobufjs";
import { describe, it } from "vitest";
import { type BoundFields, collectBoundFields } from "../../lib/http-rule/bound-fields.js";
import { compileBinding } from "../../lib/http-rule/compile-binding.js";
import { failOn, methodOf } from "./compile-routes.js";

const method = methodOf(`
  message Request {
    string name = 1;
    Book book = 2;
    oneof source { string url = 3; Book copy = 4; string __proto__ = 5; }
    optional string left = 6;
    optional string right = 7;
  }
  message Book { string name = 1; Author author = 2; oneof id { string isbn = 3; int64 number = 4; } }
  message Author { string name = 1; string home = 2; }
  message Response {}`);

function boundBy(template: string, body: string): unknown {
  const rule = { httpMethod: "POST", template, body, responseBody: "", index: 0 };
  const binding = compileBinding(method, rule, failOn);
  assert.ok(binding);
  return print(collectBoundFields(binding));
}

function print(bound: BoundFields): unknown {
  const entries = [...bound].map(([field, below]: [protobuf.Field, "bound" | BoundFields]) => [
    field.protoName,
    below === "bound" ? below : print(below),
  ]);
  return Object.fromEntries(entries);
}

const cases: readonly { fact: string; template: string; body?: string; bound: object }[] = [
  { fact: "nothing without variables and body", template: "/v1", bound: {} },
  { fact: "a variable", template: "/v1/{name}", bound: { name: "bound" } },
  { fact: "a part of a message", template: "/v1/{book.name}", bound: { book: { name: "bound" } } },
  {
    fact: "several parts of a message",
    template: "/v1/{book.author.name}/{book.name}/{book.author.home}",
    bound: { book: { author: { name: "bound", home: "bound" }, name: "bound" } },
  },
  {
    fact: "the others of the oneof of a field",
    template: "/v1/{url}",
    bound: Object.fromEntries(["url", "copy", "__proto__"].map((name) => [name, "bound"])),
  },
  {
    fact: "the others of each oneof on the way",
    template: "/v1/{copy.isbn}",
    bound: Object.fromEntries([
      ["url", "bound"],
      ["copy", { isbn: "bound", number: "bound" }],
      ["__proto__", "bound"],
    ]),
  },
  { fact: "an optional field alone", template: "/v1/{left}", bound: { left: "bound" } },
  {
    fact: "a field that is the body",
    template: "/v1/{name}",
    body: "book",
    bound: { name: "bound", book: "bound" },
  },
  {
    fact: "all of the body, of which the path has a part",
    template: "/v1/{book.name}",
    body: "book",
    bound: { book: "bound" },
  },
  {
    fact: "no field of its own by the whole message",
    template: "/v1/{name}",
    body: "*",
    bound: { name: "bound" },
  },
];

describe("collectBoundFields", () => {
  for (const { fact, template, body = "", bound } of cases) {
    it(`collects ${fact}`, () => assert.deepEqual(boundBy(template, body), bound));
  }
});
