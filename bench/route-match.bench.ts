import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import express from "express";
import findMyWay from "find-my-way";
import { match as compilePath } from "path-to-regexp";
import protobuf from "protobufjs";
import type { Binding } from "../lib/http-rule/binding.js";
import { compileBinding } from "../lib/http-rule/compile-binding.js";
import { createRouter } from "../lib/http-rule/router.js";
import { loadSchemaSync } from "../lib/schema/load-schema.js";
import { measure, readMemory, rounds } from "./measure.js";

/**
 * What it costs to find the route of a request, with its path variables decoded, among more and more templates.
 *
 *     npm run bench -- route-match
 *
 * The templates are those of Google's APIs, one for each shape. The other routers have neither verbs nor `**`:
 * a verb is written as a segment for all, and templates with `**` are left out.
 */
export function benchRouteMatch(): void {
  const all = readTemplates();
  console.log(
    `route match, ns (times ours), median of ${rounds} interleaved rounds; ${all.length} templates\n`,
  );
  console.log(
    printRow(["templates", "ours", "five segments", "unknown path", ...others.map(({ name }) => name)]),
  );
  for (const count of [10, 100, 1_000, all.length]) {
    const templates = pickEvenly(all, count);
    const paths = pickEvenly(templates, 100).map(makePath);
    const ours = createOurs([...templates, fiveSegments]);
    const finders = [
      () => paths.forEach(ours),
      () => ours("/v1/projects/p1/secrets/s1"),
      () => ours("/v1/unknown/p1/things/t1"),
      ...others.map(({ create }) => {
        const find = create(templates);
        for (const path of paths) assert.ok(find(path), path);
        return () => paths.forEach(find);
      }),
    ];
    const [all100 = 0, five = 0, unknown = 0, ...rest] = measure(finders);
    const cost = all100 / paths.length;
    const ratios = rest.map(
      (other) => `${printNumber(other / paths.length)} (${(other / all100).toFixed(1)})`,
    );
    console.log(
      printRow([String(count), printNumber(cost), printNumber(five), printNumber(unknown), ...ratios]),
    );
  }
  console.log(`\n${printSize(all)}`);
}

type Find = (path: string) => unknown;

const fiveSegments = "/v1/{a=projects/*/secrets/*}";

const others: readonly { readonly name: string; readonly create: (templates: readonly string[]) => Find }[] =
  [
    {
      name: "find-my-way",
      create(templates) {
        const router = findMyWay({ maxParamLength: 1000 });
        for (const template of templates) router.on("GET", printParameters(template), () => {});
        return (path) => router.find("GET", path);
      },
    },
    {
      name: "Express's router",
      create(templates) {
        const router = express.Router({ strict: true, caseSensitive: true });
        let found: unknown;
        for (const template of templates) {
          router.get(printParameters(template), (request) => {
            found = request.params;
          });
        }
        return (path) => {
          found = undefined;
          // The router reads no more of a request than this, and hands the response on.
          router({ method: "GET", url: path } as express.Request, {} as express.Response, () => {});
          return found;
        };
      },
    },
    {
      name: "path-to-regexp",
      create(templates) {
        const matchers = templates.map((template) => compilePath(printParameters(template)));
        return (path) => {
          for (const matcher of matchers) {
            const found = matcher(path);
            if (found) return found;
          }
          return undefined;
        };
      },
    },
  ];

function createOurs(templates: readonly string[]): Find {
  const router = createRouter(compileTemplates(templates), () => {});
  return (path) => router.match("GET", path)?.captures;
}

function compileTemplates(templates: readonly string[]): Binding[] {
  const { root } = protobuf.parse(`syntax = "proto3";
    message M { string a = 1; string b = 2; string c = 3; string d = 4; }
    service S { rpc Call(M) returns (M); }`);
  const method = loadSchemaSync(root).services[0]?.methods[0];
  assert.ok(method);
  return templates.flatMap((template, index) => {
    const rule = { httpMethod: "GET", template, body: "", responseBody: "", index };
    return compileBinding(method, rule, ({ message }) => assert.fail(`${template}: ${message}`)) ?? [];
  });
}

/** The templates of google-proto-files, each shape once, with the fields renamed to `a`, `b`, `c`, ... */
function readTemplates(): string[] {
  const folder = dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json"));
  const shapes = new Map<string, string>();
  for (const file of readdirSync(join(folder, "google"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".proto")) continue;
    const source = readFileSync(join(folder, "google", file), "utf8");
    for (const [, text = ""] of source.matchAll(/\b(?:get|put|post|delete|patch): *"(\/[^"]*)"/g)) {
      const names = ["a", "b", "c", "d"].values();
      const template = text
        .replace(/:(\w+)$/, "/$1")
        .replace(/\{[\w.]+/g, () => `{${names.next().value ?? "e"}`)
        .replaceAll("=*}", "}");
      const shape = template.replace(/\{\w\}/g, "*").replace(/\{\w=|\}/g, "");
      if (!template.includes("**") && !template.includes("{e") && !shapes.has(shape))
        shapes.set(shape, template);
    }
  }
  return [...shapes.values()];
}

/** A template as the others write it: `/v1/projects/:p2` for `/v1/projects/{a}`. */
function printParameters(template: string): string {
  return segmentsOf(template)
    .map((segment, i) => (segment === "*" ? `/:p${i}` : `/${segment}`))
    .join("");
}

function makePath(template: string): string {
  return segmentsOf(template)
    .map((segment, i) => (segment === "*" ? `/value-${i}` : `/${segment}`))
    .join("");
}

function segmentsOf(template: string): string[] {
  const shape = template.replace(/\{\w\}/g, "*").replace(/\{\w=|\}/g, "");
  return shape.split("/").slice(1);
}

function pickEvenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_, i) => items[Math.floor((i * items.length) / count)] ?? assert.fail(),
  );
}

/** What the router of all templates costs at startup. */
function printSize(templates: readonly string[]): string {
  const empty = readMemory();
  const start = performance.now();
  const bindings = compileTemplates(templates);
  const compiled = performance.now();
  const withBindings = readMemory();
  const startOfRouter = performance.now();
  const router = createRouter(bindings, () => {});
  const built = performance.now();
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const sizes = `${megabytes(withBindings - empty)} and ${megabytes(readMemory() - withBindings)}`;
  assert.ok(router.match("GET", makePath(templates[0] ?? "/")));
  const times = `${(compiled - start).toFixed(0)} ms and ${(built - startOfRouter).toFixed(0)} ms`;
  return `${templates.length} bindings and their router: ${times}, ${sizes}`;
}

function printNumber(value: number): string {
  return value < 10_000 ? value.toFixed(0) : `${(value / 1_000).toFixed(0)}k`;
}

function printRow(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(18)).join("");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) benchRouteMatch();
