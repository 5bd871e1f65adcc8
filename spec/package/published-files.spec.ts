import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("what is published", () => {
  it("is what was built and what a reader needs, and nothing else", () => {
    const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
    });
    const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }];
    const outside = files
      .map(({ path }) => path)
      .filter((path) => !/^dist\/.+\.(js|d\.ts)(\.map)?$/.test(path));
    assert.deepEqual(outside.sort(), ["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);
  });

  it("runs nothing when it is installed", () => {
    for (const script of ["preinstall", "install", "postinstall", "prepare"]) {
      assert.equal(manifest.scripts[script], undefined);
    }
  });

  it("depends on packages that run nothing when they are installed", () => {
    const seen = new Set<string>();
    const queue = Object.keys(manifest.dependencies).map((name) => ({ name, from: root }));
    for (const { name, from } of queue) {
      const folder = findPackage(name, from);
      if (seen.has(folder)) continue;
      seen.add(folder);
      const { scripts = {}, dependencies = {} } = JSON.parse(
        readFileSync(join(folder, "package.json"), "utf8"),
      );
      const run = ["preinstall", "install", "postinstall"].filter((script) => script in scripts);
      // The version of protobufjs that @grpc/proto-loader brings prints a warning about version ranges, and does no more.
      if (name !== "protobufjs") assert.deepEqual(run, [], name);
      queue.push(...Object.keys(dependencies).map((each) => ({ name: each, from: folder })));
    }
    assert(seen.size >= Object.keys(manifest.dependencies).length);
  });
});

/** Where node finds a package. */
function findPackage(name: string, from: string): string {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  assert.notEqual(dirname(from), from, `${name} is not installed`);
  return findPackage(name, dirname(from));
}
