import assert from "node:assert/strict";
import { describe, it, vi } from "vitest";
import { createHttpHandler } from "../../lib/server/http-handler.js";
import { createAsker, greeter, load, textOf } from "./ask-pages.js";

vi.mock("../../lib/schema/find-package.js", () => ({ findPackage: () => undefined }));

describe("without swagger-ui-dist", () => {
  const ask = createAsker(load(greeter));

  it("the docs page says what to install, and where the document is", () => {
    const response = ask("/docs");
    assert.equal(response?.status, 404);
    assert.equal(response.headers["content-type"], "text/plain; charset=utf-8");
    assert.match(textOf(response), /npm install swagger-ui-dist\n.*\/openapi\.json/s);
    assert.equal(ask("/docs", { method: "HEAD" })?.body, undefined);
    assert.equal(ask("/docs/swagger-ui.css"), undefined);
    assert.equal(ask("/openapi.json")?.status, 200);
  });
});

describe("without express-openapi-validator", () => {
  it("a router that validates cannot be made", () => {
    assert.throws(() => createHttpHandler(load(greeter), { validate: true }), {
      name: "ConfigError",
      message: 'option "validate" needs a package: npm install express-openapi-validator',
    });
    assert.doesNotThrow(() => createHttpHandler(load(greeter), { validate: false }));
  });
});
