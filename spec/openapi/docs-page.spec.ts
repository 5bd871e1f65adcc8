import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { printStartScript } from "../../lib/openapi/docs-page.js";

interface Plugin {
  readonly statePlugins?: { readonly spec: { readonly wrapActions: { readonly parseToJson: WrapParse } } };
  afterLoad?(this: { readonly fn: { resolveSubtree: Resolve } }): void;
}

type Parse = (text?: string) => unknown;

type WrapParse = (readYaml: Parse, system: object) => Parse;

type Resolve = (document: object, path: readonly string[]) => unknown;

/** What Swagger UI would be started with. */
function start(): { readonly plugins: readonly (() => Plugin)[] } {
  const script = printStartScript({
    documents: [{ title: "Library", url: "./openapi.json", size: 1 }],
    folder: "./docs",
    version: "5.0.0",
  });
  let settings: ReturnType<typeof start> | undefined;
  const bundle = (given: ReturnType<typeof start>) => {
    settings = given;
  };
  const run = new Function("SwaggerUIBundle", "SwaggerUIStandalonePreset", "window", "location", script);
  run(Object.assign(bundle, { presets: {} }), {}, {}, { href: "http://127.0.0.1/docs" });
  return settings ?? assert.fail("Swagger UI is not started");
}

function findPlugin(name: string): Plugin {
  const plugin = start().plugins.find((each) => each.name === name);
  return plugin?.() ?? assert.fail(`no plugin ${name}`);
}

/** What Swagger UI reads to resolve the part at a path. */
function readFor(path: readonly string[], document: object): unknown {
  let read: unknown;
  const fn: { resolveSubtree: Resolve } = {
    resolveSubtree(given) {
      read = given;
    },
  };
  findPlugin("resolvePartsAlone").afterLoad?.call({ fn });
  fn.resolveSubtree(document, path);
  return read;
}

const refer = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const operation = (schema: object) => ({
  responses: { 200: { content: { "application/json": { schema } } } },
});
const schemas = {
  Book: { properties: { shelf: refer("Shelf"), odd: refer("odd.Name-1") } },
  Shelf: { properties: { books: { items: refer("Book") } } },
  "odd.Name-1": { discriminator: { mapping: { a: "#/components/schemas/Mapped" } }, examples: ["#50%"] },
  Mapped: { type: "object" },
  Other: { properties: { shelf: refer("Shelf") } },
};
const securitySchemes = { token: { type: "http" } };
const parameters = [{ name: "book", in: "path" }];
const document = {
  openapi: "3.1.0",
  servers: [{ url: "/" }],
  paths: {
    "/v1/books/{book}": { parameters, get: operation(refer("Book")), put: operation(refer("Other")) },
    "/v1/others": { get: operation(refer("Other")) },
  },
  components: { schemas, securitySchemes, responses: { Unused: {} } },
};

describe("the docs page", () => {
  it("reads documents as JSON, and as YAML what is none", () => {
    const { parseToJson } = findPlugin("readDocumentsAsJson").statePlugins?.spec.wrapActions ?? assert.fail();
    const parse = parseToJson((text) => ["YAML", text], {
      specActions: { updateJsonSpec: (read: unknown) => ["JSON", read] },
      specSelectors: { specStr: () => '{"a":1}' },
      errActions: { clear: () => {} },
    });
    assert.deepEqual(parse('{"b":2}'), ["JSON", { b: 2 }]);
    assert.deepEqual(parse(), ["JSON", { a: 1 }]);
    assert.deepEqual(parse("b: 2"), ["YAML", "b: 2"]);
  });

  it("resolves an operation with what it refers to, and without all else", () => {
    const { Other: _, ...reached } = schemas;
    assert.deepEqual(readFor(["paths", "/v1/books/{book}", "get"], document), {
      ...document,
      paths: { "/v1/books/{book}": { parameters, get: operation(refer("Book")) } },
      components: { securitySchemes, schemas: reached },
    });
  });

  it("resolves a component with what it refers to", () => {
    assert.deepEqual(readFor(["components", "schemas", "Other"], document), {
      ...document,
      paths: {},
      components: { securitySchemes, schemas },
    });
    const { components } = readFor(["components", "securitySchemes"], document) as typeof document;
    assert.deepEqual(components, { securitySchemes });
  });

  for (const { name, schema } of [
    { name: "another operation", schema: { $ref: "#/paths/~1v1~1others/get" } },
    { name: "a part of a component", schema: { $ref: "#/components/schemas/Book/properties/shelf" } },
    { name: "an anchor", schema: { $ref: "#book" } },
  ]) {
    it(`resolves what refers to ${name} within the whole document`, () => {
      const whole = { ...document, paths: { "/v1/part": { get: operation(schema) } } };
      assert.equal(readFor(["paths", "/v1/part", "get"], whole), whole);
    });
  }

  it("resolves other parts within the whole document", () => {
    assert.equal(readFor(["webhooks", "changed"], document), document);
  });
});
