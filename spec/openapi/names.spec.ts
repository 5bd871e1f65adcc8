import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createNamePool, singularOf, toIdentifier } from "../../lib/openapi/names.js";

describe("a name pool", () => {
  it("gives each name once, the first candidate that is free", () => {
    const names = createNamePool();
    assert.equal(names.take("Book", "v1_Book"), "Book");
    assert.equal(names.take("Book", "v1_Book"), "v1_Book");
    assert.equal(names.take("Book", "v1_Book"), "v1_Book2");
    assert.equal(names.take("Book", "v1_Book"), "v1_Book3");
    assert.equal(names.take("Book"), "Book2");
  });

  it("knows no names that nobody took", () => {
    assert.equal(createNamePool().take("constructor"), "constructor");
    assert.equal(createNamePool().take("__proto__"), "__proto__");
  });
});

describe("toIdentifier", () => {
  for (const [text, identifier] of [
    ["shelf", "shelf"],
    ["page_token", "page_token"],
    ["key-rings", "keyRings"],
    ["book.id", "bookId"],
    ["a.b.c", "aBC"],
    ["$ref", "Ref"],
    ["a$", "a"],
    ["2", undefined],
    ["é", undefined],
    ["", undefined],
  ] as const) {
    it(`reads "${text}"`, () => assert.equal(toIdentifier(text), identifier));
  }
});

describe("singularOf", () => {
  for (const [plural, singular] of [
    ["shelves", "shelf"],
    ["books", "book"],
    ["cryptoKeys", "cryptoKey"],
    ["categories", "category"],
    ["policies", "policy"],
    ["movies", "movie"],
    ["addresses", "address"],
    ["branches", "branch"],
    ["caches", "cache"],
    ["releases", "release"],
    ["databases", "database"],
    ["licenses", "license"],
    ["indexes", "index"],
    ["databaseIndices", "databaseIndex"],
    ["analyses", "analysis"],
    ["statuses", "status"],
    ["status", "status"],
    ["aliases", "alias"],
    ["people", "person"],
    ["childrenOf", "childrenOf"],
    ["data", "data"],
    ["news", "news"],
    ["series", "series"],
    ["s", "s"],
  ] as const) {
    it(`reads ${plural}`, () => assert.equal(singularOf(plural), singular));
  }
});
