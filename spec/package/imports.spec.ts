import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, it } from "vitest";

const lib = resolve(import.meta.dirname, "../../lib");

/** Which folders each folder of lib may import from, itself aside; the files beside them may import everything. */
const layers: Readonly<Record<string, readonly string[]>> = {
  schema: [],
  call: ["schema"],
  "http-rule": ["call", "schema"],
  json: ["call", "schema"],
  http: ["call"],
  rest: ["http", "http-rule", "json", "call", "schema"],
  openapi: ["http", "http-rule", "json", "call", "schema"],
  rpc: ["http", "json", "call", "schema"],
  "grpc-web": ["rpc", "http", "json", "call", "schema"],
  connect: ["rpc", "http", "json", "call", "schema"],
  grpc: ["rpc", "http", "json", "call", "schema", "."],
  server: [
    "rest",
    "grpc-web",
    "connect",
    "rpc",
    "openapi",
    "grpc",
    "http",
    "http-rule",
    "json",
    "call",
    "schema",
    ".",
  ],
  express: ["server", "."],
  interceptors: ["call", "schema"],
  codegen: ["schema"],
  cli: [
    "codegen",
    "express",
    "server",
    "grpc",
    "openapi",
    "http",
    "http-rule",
    "json",
    "call",
    "schema",
    ".",
  ],
};

/** Packages with one door each, and the files that may use them besides. */
const doors: Readonly<Record<string, readonly string[]>> = {
  express: ["express/"],
  // A handler's metadata is grpc-js metadata whichever door its call came through; `status` is handed on as it is.
  "@grpc/grpc-js": ["grpc/", "call/metadata.ts", "index.ts"],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isTypeOnly: boolean;
}

const files = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const imports = files.flatMap((file) => readImports(file));

function readImports(file: string): Import[] {
  const text = readFileSync(join(lib, file), "utf8");
  const statements = text.matchAll(/^(?:import|export)\s(type\s)?([^;]*?)\sfrom\s"([^"]+)";/gms);
  return [...statements].map(([, type, names = "", target = ""]) => {
    const named =
      /^\{([\s\S]*)\}$/
        .exec(names.trim())?.[1]
        ?.split(",")
        .map((name) => name.trim()) ?? [];
    const isTypeOnly =
      type !== undefined ||
      (named.length > 0 && named.every((name) => name === "" || name.startsWith("type ")));
    return { file, target, isTypeOnly };
  });
}

function folderOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] as string) : ".";
}

describe("the imports of lib", () => {
  it("are found", () => assert(imports.length > 100));

  for (const [folder, allowed] of Object.entries(layers)) {
    it(`of ${folder} point down`, () => {
      const wrong = imports
        .filter(({ file, target }) => folderOf(file) === folder && target.startsWith("."))
        .map(({ file, target }) => ({
          file,
          to: folderOf(relative(lib, resolve(lib, dirname(file), target))),
        }))
        .filter(({ to }) => to !== folder && !allowed.includes(to));
      assert.deepEqual(wrong, []);
    });
  }

  it("lead nowhere back, those of types included", () => {
    const targets = new Map(files.map((file) => [file, [] as string[]]));
    for (const { file, target } of imports) {
      if (!target.startsWith(".")) continue;
      const to = relative(lib, resolve(lib, dirname(file), target)).replace(/\.js$/, ".ts");
      targets.get(file)?.push(to);
    }
    // Taken away again and again: files that import none of those that are left. What remains is in circles.
    for (;;) {
      const free = [...targets].filter(([, to]) => !to.some((one) => targets.has(one)));
      if (free.length === 0) break;
      for (const [file] of free) targets.delete(file);
    }
    assert.deepEqual([...targets.keys()], []);
  });

  it("are within folders that have a place", () => {
    const folders = new Set(files.map(folderOf));
    folders.delete(".");
    assert.deepEqual(
      [...folders].filter((folder) => !(folder in layers)),
      [],
    );
  });

  for (const [name, places] of Object.entries(doors)) {
    it(`use ${name} at run time in ${places.join(", ")} only`, () => {
      const wrong = imports
        .filter(({ target, isTypeOnly }) => target === name && !isTypeOnly)
        .filter(
          ({ file }) =>
            !places.some((place) => file === place || (place.endsWith("/") && file.startsWith(place))),
        );
      assert.deepEqual(wrong, []);
    });
  }

  it("name files, not folders", () => {
    assert.deepEqual(
      imports.filter(({ target }) => target.startsWith(".") && !target.endsWith(".js")),
      [],
    );
  });
});
