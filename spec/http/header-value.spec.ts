import assert from "node:assert/strict";
import { validateHeaderValue } from "node:http";
import { describe, it } from "vitest";
import { isHeaderValue } from "../../lib/http/header-value.js";

describe("isHeaderValue", () => {
  it("lets in what Node sends, but for nothing that ends a header", () => {
    for (let code = 0; code < 0x300; code++) {
      const value = `a${String.fromCharCode(code)}b`;
      let isSent = true;
      try {
        validateHeaderValue("x", value);
      } catch {
        isSent = false;
      }
      assert.equal(isHeaderValue(value), isSent, `character ${code}`);
    }
    assert.equal(isHeaderValue(""), true);
    assert.equal(isHeaderValue("a\r\nset-cookie: b"), false);
  });
});
