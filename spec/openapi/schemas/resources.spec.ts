import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { matcherOf } from "../../../lib/openapi/schemas/resources.js";
import { describeSource, propertiesOf } from "../describe-source.js";

const document = describeSource(`
  option (google.api.resource_definition) = { type: "example.com/Shop" pattern: "shops/{shop}" };
  message Request {}
  message Book {
    option (google.api.resource) = {
      type: "example.com/Book"
      pattern: "shelves/{shelf}/books/{book}"
      pattern: "shops/{shop}/books/{book}"
    };
    string name = 1;
    string shop = 2 [(google.api.resource_reference).type = "example.com/Shop"];
    repeated string related = 3 [(google.api.resource_reference) = { type: "example.com/Book" }];
    string parent = 4 [(google.api.resource_reference).child_type = "example.com/Book"];
    string anything = 5 [(google.api.resource_reference).type = "*"];
    string unknown = 6 [(google.api.resource_reference).type = "example.com/Nobody"];
    Setting setting = 7;
  }
  message Setting {
    option (google.api.resource) = { type: "example.com/Setting" pattern: "settings/{setting=**}" name_field: "path" };
    string name = 1;
    string path = 2;
  }
  service Service { rpc Call(Request) returns (Book) { option (google.api.http) = { get: "/v1/call" }; } }
`);

describe("the pattern of a resource name", () => {
  const book = propertiesOf(document, "Book");

  it("is that of the resource, for its own name", () => {
    assert.deepEqual(book.name, {
      type: "string",
      pattern: "^(shelves/[^/]+/books/[^/]+|shops/[^/]+/books/[^/]+)?$",
      examples: ["shelves/my-shelf/books/my-book"],
    });
  });

  it("is in the field that the resource chooses", () => {
    const { name, path } = propertiesOf(document, "Setting");
    const pattern = { pattern: "^(settings/.+)?$", examples: ["settings/my-setting"] };
    assert.deepEqual([name, path], [{ type: "string" }, { type: "string", ...pattern }]);
  });

  it("is that of the resource that is referred to", () => {
    assert.deepEqual(book.shop, {
      type: "string",
      pattern: "^(shops/[^/]+)?$",
      examples: ["shops/my-shop"],
    });
  });

  it("is that of each item of a list", () => {
    assert.equal(book.related?.items?.pattern, book.name?.pattern);
  });

  it("is that of the parents, for a reference by child", () => {
    assert.deepEqual(book.parent, {
      type: "string",
      pattern: "^(shelves/[^/]+|shops/[^/]+)?$",
      examples: ["shelves/my-shelf"],
    });
  });

  it("is none where any resource will do, or nobody knows it", () => {
    assert.deepEqual([book.anything, book.unknown], [{ type: "string" }, { type: "string" }]);
  });

  for (const { pattern, text, isMatch } of [
    { pattern: "shelves/{shelf}", text: "shelves/1", isMatch: true },
    { pattern: "shelves/{shelf}", text: "", isMatch: true },
    { pattern: "shelves/{shelf}", text: "shelves/", isMatch: false },
    { pattern: "shelves/{shelf}", text: "shelves/1/2", isMatch: false },
    { pattern: "users/{user}~{session}", text: "users/a~b", isMatch: true },
    { pattern: "a.b/{c}", text: "aXb/c", isMatch: false },
    { pattern: "files/{file=**}", text: "files/a/b", isMatch: true },
  ]) {
    it(`${pattern} ${isMatch ? "allows" : "refuses"} "${text}"`, () => {
      assert.equal(new RegExp(matcherOf([pattern]), "u").test(text), isMatch);
    });
  }
});
