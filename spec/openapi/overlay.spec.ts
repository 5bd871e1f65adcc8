import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { overlay } from "../../lib/openapi/overlay.js";

describe("overlay", () => {
  for (const { title, lower, upper, result } of [
    { title: "adds members", lower: { a: 1 }, upper: { b: 2 }, result: { a: 1, b: 2 } },
    { title: "replaces values", lower: { a: 1 }, upper: { a: [2] }, result: { a: [2] } },
    {
      title: "merges objects",
      lower: { a: { b: 1, c: 2 } },
      upper: { a: { c: 3 } },
      result: { a: { b: 1, c: 3 } },
    },
    { title: "replaces lists", lower: { a: [1, 2] }, upper: { a: [3] }, result: { a: [3] } },
    {
      title: "ignores what is undefined",
      lower: { a: 1 },
      upper: { a: undefined, b: undefined },
      result: { a: 1 },
    },
    {
      title: "merges lists by name",
      lower: { tags: [{ name: "a", x: 1 }, { name: "b" }] },
      upper: { tags: [{ name: "c" }, { name: "a", y: 2 }] },
      result: { tags: [{ name: "a", x: 1, y: 2 }, { name: "b" }, { name: "c" }] },
    },
    {
      title: "adds references to lists by name",
      lower: { parameters: [{ name: "a", in: "path" }] },
      upper: { parameters: [{ $ref: "#/b" }] },
      result: { parameters: [{ name: "a", in: "path" }, { $ref: "#/b" }] },
    },
    {
      title: "replaces lists without names",
      lower: { servers: [{ url: "/" }] },
      upper: { servers: [{ url: "/a" }, { url: "/b" }] },
      result: { servers: [{ url: "/a" }, { url: "/b" }] },
    },
    {
      title: "keeps parameters of other places apart",
      lower: { parameters: [{ name: "a", in: "path" }] },
      upper: { parameters: [{ name: "a", in: "header" }] },
      result: {
        parameters: [
          { name: "a", in: "path" },
          { name: "a", in: "header" },
        ],
      },
    },
    {
      title: "takes content types that are named for those of any content",
      lower: { content: { "text/plain": { schema: { a: 1 } }, "*/*": { schema: { b: 2 } } } },
      upper: { content: { "image/png": {}, "text/plain": { schema: { c: 3 } } } },
      result: { content: { "image/png": { schema: { b: 2 } }, "text/plain": { schema: { a: 1, c: 3 } } } },
    },
    {
      title: "leaves any content where none is named",
      lower: { content: { "*/*": { schema: { b: 2 } } } },
      upper: { content: {} },
      result: { content: { "*/*": { schema: { b: 2 } } } },
    },
    {
      title: "replaces a reference by a schema",
      lower: { schema: { $ref: "#/a" } },
      upper: { schema: { type: "string" } },
      result: { schema: { type: "string" } },
    },
    {
      title: "replaces a schema by a reference",
      lower: { schema: { type: "string" } },
      upper: { schema: { $ref: "#/a" } },
      result: { schema: { $ref: "#/a" } },
    },
  ]) {
    it(title, () => assert.deepEqual(overlay(lower, upper), result));
  }

  it("changes neither of the two", () => {
    const lower = { a: { b: [1] } };
    const upper = { a: { c: [2] } };
    overlay(lower, upper);
    assert.deepEqual([lower, upper], [{ a: { b: [1] } }, { a: { c: [2] } }]);
  });

  it("takes __proto__ for a member", () => {
    const merged = overlay({}, JSON.parse('{ "__proto__": { "polluted": true } }') as object);
    assert.deepEqual(Object.keys(merged), ["__proto__"]);
    assert.equal("polluted" in {}, false);
    assert.equal("polluted" in merged, false);
  });
});
