import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "vitest";
import { buildDocument, type DocumentOptions } from "../../lib/openapi/build-document.js";
import { bindingsOf, describeSource } from "./describe-source.js";

const greeter = `
  message Request { string name = 1; }
  message Reply { string message = 1; }
  // Greets. Always.
  service Greeter { rpc SayHello(Request) returns (Reply) { option (google.api.http) = { get: "/v1/greeter/{name}" }; } }`;

const library = `syntax = "proto3"; package library.v2; import "google/api/annotations.proto";
  message Book { string name = 1; }
  service Library { rpc GetBook(Book) returns (Book) { option (google.api.http) = { get: "/v2/{name=books/*}" }; } }
  service Archive { rpc GetBook(Book) returns (Book) { option (google.api.http) = { get: "/v2/{name=old/*}" }; } }`;

function describeAll(options: DocumentOptions = {}) {
  return buildDocument(bindingsOf(greeter, library), options);
}

describe("buildDocument", () => {
  it("describes a service", () => {
    const error = {
      description: "The call failed.",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Status" } } },
    };
    const document = describeSource(greeter, { json: { emitDefaults: true } });
    const { Status, Any, ...schemas } = document.components?.schemas ?? {};
    assert.ok(Status && Any);
    assert.deepEqual(
      { ...document, components: { schemas } },
      {
        openapi: "3.1.0",
        info: { title: "Greeter", version: "v1", description: "Greets. Always." },
        servers: [{ url: "/" }],
        security: [],
        tags: [{ name: "Greeter", description: "Greets. Always." }],
        paths: {
          "/v1/greeter/{name}": {
            get: {
              tags: ["Greeter"],
              summary: "Say hello",
              operationId: "Greeter_SayHello",
              "x-google-http-path": "/v1/greeter/{name}",
              parameters: [{ name: "name", in: "path", required: true, schema: { type: "string" } }],
              responses: {
                "200": {
                  description: "OK",
                  content: {
                    "application/json": {
                      schema: { $ref: "#/components/schemas/Reply" },
                      example: { message: "text" },
                    },
                  },
                },
                default: error,
              },
            },
          },
        },
        components: {
          schemas: {
            Reply: { type: "object", properties: { message: { type: "string" } }, required: ["message"] },
          },
        },
      },
    );
  });

  it("says the same each time, to the letter", () => {
    assert.equal(JSON.stringify(describeAll()), JSON.stringify(describeAll()));
  });

  it("describes nothing as an empty document", () => {
    assert.deepEqual(buildDocument([]), {
      openapi: "3.1.0",
      info: { title: "API", version: "1.0.0" },
      servers: [{ url: "/" }],
      security: [],
      tags: [],
      paths: {},
      components: { schemas: {} },
    });
  });

  it("is called by its services when nobody says otherwise", () => {
    assert.deepEqual(describeAll().info, { title: "Greeter, Library, Archive", version: "1.0.0" });
    assert.deepEqual(describeAll({ services: ["library.v2"] }).info, { title: "library.v2", version: "v2" });
  });
});

describe("the options of a document", () => {
  it("say its title, its servers and who may call", () => {
    const document = describeAll({
      info: { title: "All", license: { name: "MIT" } },
      servers: [{ url: "https://example.com" }],
      security: [{ token: [] }],
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    });
    assert.deepEqual(document.info, { title: "All", version: "1.0.0", license: { name: "MIT" } });
    assert.deepEqual(document.servers, [{ url: "https://example.com" }]);
    assert.deepEqual(document.security, [{ token: [] }]);
    assert.deepEqual(document.components?.securitySchemes, { token: { type: "http", scheme: "bearer" } });
  });

  for (const { services, paths } of [
    { services: ["test.v1.Greeter"], paths: ["/v1/greeter/{name}"] },
    { services: ["library.v2"], paths: ["/v2/books/{book}", "/v2/old/{old}"] },
    { services: ["library"], paths: ["/v2/books/{book}", "/v2/old/{old}"] },
    { services: ["library.v2.Archive", "test"], paths: ["/v1/greeter/{name}", "/v2/old/{old}"] },
    { services: [], paths: [] },
  ]) {
    it(`show ${services.join(" and ") || "nothing"}`, () => {
      const document = describeAll({ services });
      assert.deepEqual(Object.keys(document.paths), paths);
    });
  }

  it("leave no schema that only hidden services use", () => {
    const { components } = describeAll({ services: ["library.v2.Archive"] });
    assert.deepEqual(Object.keys(components?.schemas ?? {}), ["Book", "Status", "Any"]);
  });

  it("merge with a base document, whose word holds", () => {
    const base = {
      info: { title: "Mine", "x-team": "a" },
      tags: [{ name: "Greeter", description: "Hello." }, { name: "Health" }],
      paths: {
        "/healthz": { get: { operationId: "health", responses: { "200": { description: "Healthy" } } } },
        "/v1/greeter/{name}": {
          get: { summary: "Greet", parameters: [{ name: "name", in: "path", example: "Ada" }] },
        },
      },
      components: { schemas: { Reply: { properties: { message: { example: "Hello Ada" } } } } },
    };
    const document = describeSource(greeter, { base });
    assert.deepEqual(document.info, {
      title: "Mine",
      version: "v1",
      description: "Greets. Always.",
      "x-team": "a",
    });
    assert.deepEqual(document.tags, base.tags);
    assert.deepEqual(Object.keys(document.paths), ["/v1/greeter/{name}", "/healthz"]);
    const operation = document.paths["/v1/greeter/{name}"]?.get;
    assert.equal(operation?.summary, "Greet");
    assert.equal(operation?.operationId, "Greeter_SayHello");
    assert.deepEqual(operation?.parameters, [
      { name: "name", in: "path", required: true, schema: { type: "string" }, example: "Ada" },
    ]);
    assert.deepEqual(document.components?.schemas?.Reply?.properties?.message, {
      type: "string",
      example: "Hello Ada",
    });
  });

  it("hold over the base document", () => {
    const document = describeSource(greeter, {
      base: { info: { title: "Mine", version: "3" } },
      info: { title: "Ours" },
    });
    assert.deepEqual(document.info, { title: "Ours", version: "3", description: "Greets. Always." });
  });

  it("take the version from the base document", () => {
    assert.equal(describeSource(greeter, { base: { openapi: "3.0.1" } }).openapi, "3.0.1");
    assert.equal(describeSource(greeter, { version: "3.0" }).openapi, "3.0.3");
    assert.equal(describeSource(greeter, { version: "3.1" }).openapi, "3.1.0");
  });

  for (const { options, message } of [
    { options: { versoin: "3.0" }, message: 'openapi: unknown option "versoin"; did you mean "version"?' },
    { options: { version: "2.0" }, message: 'openapi: option "version" takes "3.1" or "3.0", not "2.0"' },
    {
      options: { servers: "https://x" },
      message:
        'openapi: option "servers" takes an array of servers such as { url: "https://api.example.com" }, not "https://x"',
    },
    ...[{}, { url: "not a url" }].map((server) => ({
      options: { servers: [server] },
      message:
        'openapi: option "servers" takes an array of servers such as { url: "https://api.example.com" }, ' +
        `not ${inspect([server])}`,
    })),
    ...["openapi", "/my api.json", "/a?b", "/a#b", "//host/a", "/a/../b"].map((path) => ({
      options: { path },
      message: `openapi: option "path" takes a path as URLs have it, such as "/openapi.json", not "${path}"`,
    })),
    {
      options: { info: { titel: "x", title: 3, contact: "me", "x-logo": 1 } },
      message: [
        'openapi: info: unknown name "titel"; did you mean "title"?',
        'openapi: info: "title" takes text, not 3',
        'openapi: info: "contact" takes an object, not "me"',
      ].join("\n"),
    },
    {
      options: { security: [{ token: 1 }] },
      message:
        'openapi: option "security" takes an array of requirements such as { token: [] }, not [ { token: 1 } ]',
    },
    {
      options: { securitySchemes: { token: { type: "bearer" } } },
      message:
        'openapi: option "securitySchemes" takes an object of schemes such as ' +
        `{ token: { type: "http", scheme: "bearer" } }, not { token: { type: 'bearer' } }`,
    },
    {
      options: { base: { openapi: 3.1 } },
      message: "openapi: the base document says openapi: 3.1, a number: write it as text",
    },
    {
      options: { visibility: [1] },
      message: 'openapi: option "visibility" takes an array of labels, not [ 1 ]',
    },
    {
      options: { path: 1n },
      message: 'openapi: option "path" takes a path as URLs have it, such as "/openapi.json", not 1n',
    },
    {
      options: { streamFormat: "lines" },
      message: 'openapi: option "streamFormat" takes "ndjson", "sse", "array" or "result-error", not "lines"',
    },
    {
      options: { errors: "text" },
      message:
        'openapi: option "errors" takes "status", "google", "problem" or { contentType, schema }, not "text"',
    },
    {
      options: { inferUpdateMask: 1 },
      message: 'openapi: option "inferUpdateMask" takes true or false, not 1',
    },
    {
      options: { json: "pretty" },
      message: 'openapi: option "json" takes an object of switches, not "pretty"',
    },
    {
      options: { base: { swagger: "2.0" } },
      message: "openapi: the base document is of version 2.0: it must be 3.1 or 3.0",
    },
    { options: { toString: 1 }, message: 'openapi: unknown option "toString"' },
    {
      options: { version: "3.1", base: { openapi: "3.0.3" } },
      message: "openapi: the base document is of version 3.0, the one asked for is 3.1",
    },
    {
      options: { services: ["test.v1.Greter"] },
      message:
        'openapi: no service or package "test.v1.Greter" has HTTP rules; did you mean "test.v1.Greeter"?',
    },
  ]) {
    it(`are refused: ${inspect(options)}`, () => {
      // What the compiler would refuse, as people without it write it.
      assert.throws(() => describeSource(greeter, options as DocumentOptions), {
        name: "ConfigError",
        message,
      });
    });
  }

  it("are refused all together", () => {
    const options: object = { versoin: "3.0", lenient: "yes" };
    assert.throws(
      () => describeSource(greeter, options as DocumentOptions),
      (error: { faults?: unknown[] }) => error.faults?.length === 2,
    );
  });
});
