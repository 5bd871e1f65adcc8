import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { runPage } from "./run-page.js";

describe("docs/interceptors.md", () => {
  it("is a program that prints what it says", async () => {
    const { stdout, printed } = await runPage("interceptors.md");
    assert.equal(stdout, printed);
  });
});
