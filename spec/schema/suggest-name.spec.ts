import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { didYouMean, suggestName } from "../../lib/schema/suggest-name.js";

const names = ["name", "page_size", "page_token", "additional_bindings", "body", "get"];

const suggestions = [
  { name: "nam", suggestion: "name" },
  { name: "nmae", suggestion: "name" },
  { name: "pageSize", suggestion: "page_size" },
  { name: "PAGE_TOKEN", suggestion: "page_token" },
  { name: "additional_binding", suggestion: "additional_bindings" },
  { name: "aditionnal_bindings", suggestion: "additional_bindings" },
  { name: "bdoy", suggestion: "body" },
  { name: "gte", suggestion: "get" },
  { name: "xyz", suggestion: undefined },
  { name: "", suggestion: undefined },
  { name: "something_else_entirely", suggestion: undefined },
];

describe("suggestName", () => {
  for (const { name, suggestion } of suggestions) {
    it(`finds ${suggestion ?? "nothing"} for "${name}"`, () => {
      assert.equal(suggestName(name, names), suggestion);
    });
  }

  it("prefers the nearest name", () => {
    assert.equal(suggestName("shelfs", ["shell", "shelf", "shelves"]), "shelf");
  });

  it("never suggests the name itself", () => {
    assert.equal(suggestName("name", ["name"]), undefined);
  });
});

describe("didYouMean", () => {
  it("ends a message with the suggestion", () => {
    assert.equal(didYouMean("nam", names), '; did you mean "name"?');
  });

  it("adds nothing without one", () => {
    assert.equal(didYouMean("xyz", names), "");
  });
});
