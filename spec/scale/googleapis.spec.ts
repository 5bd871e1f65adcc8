import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, it } from "vitest";
import type { Binding } from "../../lib/http-rule/binding.js";
import { compileBindings } from "../../lib/http-rule/compile-binding.js";
import { templateShape } from "../../lib/http-rule/print-template.js";
import { createRouter, type Router } from "../../lib/http-rule/router.js";
import type { Segment } from "../../lib/http-rule/template.js";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { loadSchema } from "../../lib/schema/load-schema.js";
import type { Schema } from "../../lib/schema/schema.js";
import { failOn, printMatch } from "../http-rule/compile-routes.js";
import { naiveMatch } from "../http-rule/naive-match.js";

describe("the HTTP rules of all of Google's APIs", () => {
  const faults: ConfigFault[] = [];
  const sameRequests: ConfigFault[] = [];
  let schema: Schema;
  let bindings: Binding[];
  let router: Router;

  beforeAll(async () => {
    const folder = dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json"));
    schema = await loadSchema(findAnnotated(folder), { includeDirs: [folder] });
    bindings = compileBindings(schema.services, (fault) => faults.push(fault));
    router = createRouter(bindings, (fault) => sameRequests.push(fault));
  }, 180_000);

  it("are some 15,000, and have no fault", () => {
    assert.ok(bindings.length > 15_000, `${bindings.length} rules`);
    assert.deepEqual(faults, []);
  });

  it("are for the same requests in places, and each rule that comes too late is reported", () => {
    const late = bindings.length - new Set(bindings.map(requestsOf)).size;
    assert.equal(sameRequests.length, late);
    assert.ok(late < bindings.length / 20, `${late} rules`);
  });

  it("are for the same requests within one service in BigQuery's storage alone", () => {
    const services = new Set<string>();
    for (const service of schema.services) {
      createRouter(compileBindings([service], failOn), () => services.add(service.fullName));
    }
    assert.deepEqual([...services].sort(), [
      "google.cloud.bigquery.storage.v1.BigQueryRead",
      "google.cloud.bigquery.storage.v1.BigQueryWrite",
      "google.cloud.bigquery.storage.v1beta1.BigQueryStorage",
      "google.cloud.bigquery.storage.v1beta2.BigQueryRead",
      "google.cloud.bigquery.storage.v1beta2.BigQueryWrite",
    ]);
  });

  it("each take a path made from their template, and capture what was put in", () => {
    const first = new Map<string, Binding>();
    for (const binding of bindings) {
      if (!first.has(requestsOf(binding))) first.set(requestsOf(binding), binding);
    }
    const candidatesFor = groupByStart([...first.values()]);
    let preferred = 0;
    for (const [index, binding] of bindings.entries()) {
      const { path, values } = makePath(binding, index);
      const request = `${binding.httpMethod} ${path} of ${binding.template.text}`;
      const match = router.match(binding.httpMethod, path);
      assert.deepEqual(
        printMatch(match),
        naiveMatch(candidatesFor(binding), binding.httpMethod, path),
        request,
      );
      assert.ok(router.allowedMethods(path).includes(binding.httpMethod), request);
      if (match?.binding === first.get(requestsOf(binding))) {
        assert.deepEqual(match?.captures, expectCaptures(match?.binding ?? binding, values), request);
      } else {
        preferred++;
      }
    }
    assert.ok(preferred < bindings.length / 100, `${preferred} paths go to a preferred rule`);
  }, 120_000);
});

/** The files with HTTP rules; what else they need is imported by them. */
function findAnnotated(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".proto") && !file.includes("node_modules"))
    .map((file) => join(folder, file))
    .filter((file) => readFileSync(file, "utf8").includes("(google.api.http)"));
}

/** What tells rules apart: those of equal text are for the same requests. */
function requestsOf({ httpMethod, template }: Binding): string {
  return `${httpMethod} ${templateShape(template)}`;
}

/** Leave out of the naive matcher's templates those that are plainly others: it would take an hour otherwise. */
function groupByStart(bindings: readonly Binding[]): (binding: Binding) => readonly Binding[] {
  const groups = new Map<string, Binding[]>();
  const inAllGroups: Binding[] = [];
  for (const binding of bindings) {
    const start = startOf(binding);
    if (start === undefined) inAllGroups.push(binding);
    else groups.set(start, [...(groups.get(start) ?? []), binding]);
  }
  return (binding) => {
    const start = startOf(binding);
    return start === undefined ? bindings : [...inAllGroups, ...(groups.get(start) ?? [])];
  };
}

/** What a template of fixed length starts with, if it is two literals. */
function startOf({ httpMethod, template: { segments } }: Binding): string | undefined {
  const [first, second] = segments;
  if (first?.kind !== "literal" || second?.kind !== "literal") return undefined;
  if (segments.some(({ kind }) => kind === "deep-wildcard")) return undefined;
  return `${httpMethod} ${segments.length} ${first.value} ${second.value}`;
}

/** Values as a client may have them, with everything that a path gives a meaning to. */
const texts = ["a b", "é/ü", "x:y", "100%", "?#&=", "..", "a/b:c", "+", "日本/語", "projects", "-", "{x}*"];

/** Make a path from a template, and the text that stands for each of its segments. */
function makePath({ template }: Binding, seed: number): { path: string; values: string[][] } {
  const values = template.segments.map((segment, i) => valuesFor(segment, seed + i));
  const segments = template.segments.flatMap((segment, i) =>
    (values[i] ?? []).map((value) =>
      segment.kind === "literal" ? escapeSome(value, seed) : escapeValue(value),
    ),
  );
  return { path: `/${segments.join("/")}${template.verb === undefined ? "" : `:${template.verb}`}`, values };
}

function valuesFor(segment: Segment, seed: number): string[] {
  if (segment.kind === "literal") return [segment.value];
  const text = `${texts[seed % texts.length]}${seed}`;
  return segment.kind === "wildcard" ? [text] : [text, `${texts[(seed + 1) % texts.length]}`].slice(seed % 3);
}

/** All but the colon, which needs no escape in a path. */
function escapeValue(value: string): string {
  return encodeURIComponent(value).replaceAll("%3A", ":");
}

/** Every other path has its literals with an escape that they do not need. */
function escapeSome(literal: string, seed: number): string {
  return seed % 2 === 0 ? literal : `%${literal.charCodeAt(0).toString(16)}${literal.slice(1)}`;
}

function expectCaptures(binding: Binding, values: readonly string[][]): string[] {
  return binding.variables.map(({ start, end, span }) => {
    const captured = values.slice(start, end).flat();
    if (span === "one-segment") return captured.join("/");
    return captured.map((value) => value.replaceAll("/", "%2F")).join("/");
  });
}
