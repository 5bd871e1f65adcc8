import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { readTarget } from "../../lib/server/node-http.js";

describe("readTarget", () => {
  const targets: readonly [target: string | undefined, path: string, query: string][] = [
    [undefined, "/", ""],
    ["/a/b", "/a/b", ""],
    ["/a?b=c?d", "/a", "b=c?d"],
    ["http://host:80/a?b", "/a", "b"],
    ["http://host?b", "/", "b"],
    // The bytes of ö, which no client should send raw, one character each.
    ["/gr\xc3\xb6?q=\xc3\xb6", "/gr%c3%b6", "q=%c3%b6"],
    ["*", "*", ""],
  ];
  for (const [target, path, query] of targets) {
    it(`splits ${target}`, () => assert.deepEqual(readTarget(target), { path, query }));
  }
});
