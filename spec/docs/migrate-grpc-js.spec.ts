import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { makePage } from "./make-page.js";

describe("docs/migrate-grpc-js.md", () => {
  it("tells what its program prints, the same before and after", { timeout: 60_000 }, async () => {
    const { loose, programs, run } = await makePage("migrate-grpc-js.md");
    assert.deepEqual(loose, []);
    const stdout = await run("main.ts");
    assert.equal(stdout, programs[0]?.printed);
    const [, before, after] = /^before\n(.*)^after\n(.*)^and over REST\n/ms.exec(stdout) ?? [];
    assert.ok(before);
    assert.equal(before, after);
  });
});
