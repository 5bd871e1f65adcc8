import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { runPage } from "./run-page.js";

describe("docs/migrate-grpc-js.md", () => {
  it("is a program that prints what it says, the same before and after", async () => {
    const { stdout, printed } = await runPage("migrate-grpc-js.md");
    assert.equal(stdout, printed);
    const [, before, after] = /^before\n(.*)^after\n(.*)^and over REST\n/ms.exec(stdout) ?? [];
    assert.ok(before);
    assert.equal(before, after);
  });
});
