import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { makePage } from "./make-page.js";

describe("docs/remote.md", () => {
  it("tells what its program prints", { timeout: 60_000 }, async () => {
    const { programs, run } = await makePage("remote.md");
    assert.deepEqual(
      programs.map(({ file }) => file),
      ["main.ts"],
    );
    assert.equal(await run("main.ts"), programs[0]?.printed);
  });
});
