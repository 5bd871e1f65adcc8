import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "vitest";

const lib = resolve(import.meta.dirname, "../../lib");

describe("lib/README.md", () => {
  it("has one line for each file", () => {
    const files = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const listed = readFileSync(resolve(lib, "README.md"), "utf8").matchAll(/^\| `([^`]+\.ts)` \| .+ \|$/gm);
    assert.deepEqual([...listed].map(([, file]) => file).sort(), files.sort());
  });
});
