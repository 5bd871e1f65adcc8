import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "vitest";
import type { Binding } from "../../lib/http-rule/binding.js";
import { compileBindings } from "../../lib/http-rule/compile-binding.js";
import { createRouter } from "../../lib/http-rule/router.js";
import { buildDocument } from "../../lib/openapi/build-document.js";
import type { OpenApiDocument } from "../../lib/openapi/document.js";
import { loadSchema } from "../../lib/schema/load-schema.js";
import { failOn } from "../http-rule/compile-routes.js";
import {
  danglingReferences,
  operationsOf,
  rulesIn,
  rulesOf,
  unusedSchemas,
} from "../openapi/document-checks.js";

const root = dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json"));

/** The newest version of each API with HTTP rules, a stable one if there is any, with the files that have them. */
function findApis(): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".proto") || file.includes("node_modules")) continue;
    if (!readFileSync(join(root, file), "utf8").includes("(google.api.http)")) continue;
    folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file]);
  }
  const newest = new Map<string, string>();
  for (const folder of folders.keys()) {
    const api = folder.replace(version, "");
    const other = newest.get(api);
    if (other === undefined || ageOf(folder) > ageOf(other)) newest.set(api, folder);
  }
  return new Map([...folders].filter(([folder]) => newest.get(folder.replace(version, "")) === folder));
}

const version = /\/v(\d+)(\w*)(?=\/|$)/;

function ageOf(folder: string): number {
  const [, major = "0", preview = "unknown"] = version.exec(folder) ?? [];
  return Number(major) + (preview === "" ? 1000 : 0);
}

/** The seconds of processor time that something takes, however much else the machine does. */
function timeOf(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** What is wrong with a document as a whole. */
function faultsOf(document: OpenApiDocument): string[] {
  const operations = operationsOf(document);
  const ids = operations.map(({ operation }) => operation.operationId);
  const parameters = operations.flatMap(({ path, operation }) => {
    const all = operation.parameters?.map(({ name, in: place }) => `${place} ${name}`) ?? [];
    const inPath = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => `path ${name}`);
    const isComplete = inPath.join() === all.filter((one) => one.startsWith("path ")).join();
    return isComplete && new Set(all).size === all.length ? [] : [`parameters of ${path}: ${all}`];
  });
  return [
    ...ids.filter((id, i) => ids.indexOf(id) < i).map((id) => `two operations ${id}`),
    ...danglingReferences(document).map((name) => `no schema ${name}`),
    ...unusedSchemas(document).map((name) => `unused ${name}`),
    ...parameters,
  ];
}

/** The rules that come too late for their requests, which the router reports. */
function countLate(bindings: readonly Binding[]): number {
  let late = 0;
  createRouter(bindings, () => late++);
  return late;
}

// Less than a minute by itself; a busy machine may take ten times as long.
describe("the documents of Google's APIs", { timeout: 1_800_000 }, () => {
  it("have each rule as an operation, and are of one piece", async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const [api, files] of findApis()) {
      const { services } = await loadSchema(files, { includeDirs: [root] });
      const bindings = compileBindings(services, failOn);
      if (bindings.length === 0) continue;
      count++;
      const document = buildDocument(bindings, { json: { emitDefaults: true } });
      wrong.push(...faultsOf(document).map((fault) => `${api}: ${fault}`));
      const [shown, declared] = [rulesIn(document).length, rulesOf(services).length];
      if (shown < declared - countLate(bindings)) wrong.push(`${api}: ${shown} of ${declared} rules`);
    }
    assert.ok(count > 290, `${count} documents`);
    assert.deepEqual(wrong, []);
  });

  it("are made in less than five seconds, the largest too", async () => {
    const { services } = await loadSchema("google/cloud/compute/v1/compute.proto", { includeDirs: [root] });
    const bindings = compileBindings(services, failOn);
    assert.ok(bindings.length > 900);
    const seconds = timeOf(() => JSON.stringify(buildDocument(bindings, { json: { emitDefaults: true } })));
    assert.ok(seconds < 5, `${seconds} s`);
  });
});
