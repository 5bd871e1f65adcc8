import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { makePage } from "./make-page.js";

describe("docs/interceptors.md", async () => {
  const { loose, programs, run } = await makePage("interceptors.md");

  it("shows nothing but what its programs are made of", () => assert.deepEqual(loose, []));

  for (const { file, printed } of programs) {
    it(`tells what ${file} prints`, { timeout: 60_000 }, async () => assert.equal(await run(file), printed));
  }
});
