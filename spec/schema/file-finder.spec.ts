import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createFileFinder } from "../../lib/schema/file-finder.js";

const files: Readonly<Record<string, string>> = { "vendor/b.proto": "\uFEFFmessage B {}" };

/** What is found, and the paths that were read for it. */
function find(findFile: ReturnType<typeof createFileFinder>, path: string, folders: readonly string[]) {
  const read: string[] = [];
  const reading = findFile(path, folders, () => {});
  let step = reading.next();
  while (!step.done) {
    read.push(step.value);
    const text = files[step.value];
    step = reading.next(text === undefined ? undefined : Buffer.from(text));
  }
  return { found: step.value, read };
}

describe("createFileFinder", () => {
  it("finds a file in the first folder that has it, without its byte order mark", () => {
    assert.deepEqual(find(createFileFinder(), "b.proto", ["src", "vendor"]), {
      found: { name: "vendor/b.proto", text: "message B {}" },
      read: ["src/b.proto", "vendor/b.proto"],
    });
  });

  it("looks in no place twice", () => {
    const findFile = createFileFinder();
    const { found } = find(findFile, "b.proto", ["src", "vendor"]);
    assert.deepEqual(find(findFile, "b.proto", ["src", "other", "vendor"]), {
      found,
      read: ["other/b.proto"],
    });
  });
});
