import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, it } from "vitest";
import { compileFunction } from "../../lib/schema/compile-function.js";

describe("compileFunction", () => {
  it("gives what the text says", () => {
    assert.equal(compileFunction(["a", "b"], "return a + b;")(1, 2), 3);
  });

  it("says why Node makes no functions of text", { timeout: 120_000 }, async () => {
    const program = `
      import { loadServicesSync } from "./lib/index.ts";
      try {
        loadServicesSync("spec/cases/proto/kinds/v1/kinds.proto");
      } catch (error) {
        console.log(error.name, error.message);
      }`;
    const flags = ["--disallow-code-generation-from-strings", "--import", "./bench/typescript.js"];
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...flags,
      "--input-type=module",
      "-e",
      program,
    ]);
    assert.match(stdout, /^ConfigError .* run node without --disallow-code-generation-from-strings\n$/);
  });
});
