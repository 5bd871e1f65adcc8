import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("the dependencies", () => {
  it("are what lib imports, and nothing else", () => {
    const files = readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const targets = files.flatMap((file) => {
      const text = readFileSync(join(root, "lib", file), "utf8");
      return [...text.matchAll(/^(?:import|export)\s[^;]*?from\s"([^."][^"]*)";/gms)].map(
        ([, target = ""]) => target,
      );
    });
    const packages = new Set(
      targets
        .filter((target) => !target.startsWith("node:") && !builtinModules.includes(target))
        .map((target) => target.split("/", target.startsWith("@") ? 2 : 1).join("/")),
    );
    assert.deepEqual([...packages].sort(), [...Object.keys(manifest.dependencies), "express"].sort());
  });

  it("need no host to be installed from", () => {
    assert.doesNotMatch(readFileSync(join(root, "package-lock.json"), "utf8"), /"resolved":/);
  });
});
