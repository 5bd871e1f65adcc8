import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { problemJson } from "../../lib/rest/error-formats.js";
import { buildOpenApi } from "../../lib/server/build-openapi.js";
import { createHttpHandler, type TranscodingOptions } from "../../lib/server/http-handler.js";
import { createAsker, documentOf, greeter, load, rpc, textOf } from "./ask-pages.js";

describe("the OpenAPI document of a router", () => {
  it("is what buildOpenApi gives, as JSON and as YAML", () => {
    const services = load(greeter);
    const ask = createAsker(services);
    const [json, yaml] = [ask("/openapi.json"), ask("/openapi.yaml")];
    assert.equal(json?.headers["content-type"], "application/json; charset=utf-8");
    assert.equal(yaml?.headers["content-type"], "application/yaml; charset=utf-8");
    assert.deepEqual(documentOf(json), JSON.parse(JSON.stringify(buildOpenApi(services))));
    assert.deepEqual(parseYaml(textOf(yaml)), documentOf(json));
  });

  for (const { path, json, yaml, docs } of [
    { path: "/docs/api.json", json: "/docs/api.json", yaml: "/docs/api.yaml" },
    { path: "/docs/api.yaml", json: "/docs/api.json", yaml: "/docs/api.yaml" },
    { path: "/docs/api.yml", json: "/docs/api.json", yaml: "/docs/api.yml" },
    { path: "/docs", json: "/docs", yaml: "/docs.yaml", docs: false },
  ]) {
    it(`is at ${json} and ${yaml} for ${path}`, () => {
      const ask = createAsker(load(greeter), { openapi: { path }, docs });
      assert.equal(documentOf(ask(json)).openapi, "3.1.0");
      assert.match(textOf(ask(yaml)), /^openapi: 3\.1\.0\n/);
      assert.equal(ask("/openapi.json"), undefined);
    });
  }

  it("is not there when it is switched off", () => {
    assert.equal(createAsker(load(greeter), { openapi: false })("/openapi.json"), undefined);
  });

  it("leaves other HTTP methods to others", () => {
    const ask = createAsker(load(greeter));
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
      assert.equal(ask("/openapi.json", { method }), undefined, method);
  });

  it("answers HEAD with the same headers and no body", () => {
    const ask = createAsker(load(greeter));
    const { headers, body } = ask("/openapi.json", { method: "HEAD" }) ?? assert.fail();
    assert.deepEqual(headers, ask("/openapi.json")?.headers);
    assert.equal(body, undefined);
  });

  it("is not sent to who has it", () => {
    const ask = createAsker(load(greeter));
    const etag = String(ask("/openapi.json")?.headers.etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const response = ask("/openapi.json", { headers: { "if-none-match": known } });
      assert.deepEqual(response, { status: 304, headers: { etag }, body: undefined }, known);
    }
    assert.equal(ask("/openapi.json", { headers: { "if-none-match": '"other"' } })?.status, 200);
    assert.notEqual(ask("/openapi.yaml")?.headers.etag, etag);
  });

  it("tells what the options of the router make of errors and streams", () => {
    const services = load(
      `service S { rpc List(M) returns (stream M) { option (google.api.http).get = "/v1"; } }`,
    );
    const document = documentOf(createAsker(services, { preset: "google" })("/openapi.json"));
    const { responses } = document.paths["/v1"].get;
    assert.equal(responses["200"].content["application/json"].schema.type, "array");
    assert.equal(responses.default.content["application/json"].schema.$ref, "#/components/schemas/Error");
  });

  it("is that of the services that have been added since", () => {
    const services = load(`${greeter} service Other { ${rpc("Get", 'get: "/v2"')} }`);
    const ask = createAsker(services);
    assert.deepEqual(Object.keys(documentOf(ask("/openapi.json")).paths), ["/v1/{name}", "/v2"]);
    services.add("test.v1.Other", { get: async () => ({}) });
    assert.deepEqual(Object.keys(documentOf(ask("/openapi.json")).paths), ["/v2"]);
  });
});

describe("several documents of a router", () => {
  const services = load(`
    ${greeter}
    service Admin {
      option (google.api.api_visibility).restriction = "INTERNAL";
      ${rpc("Purge", 'post: "/v1:purge"')}
    }`);
  const openapi = [
    { services: ["test.v1.Greeter"] },
    { path: "/internal.yaml", visibility: ["INTERNAL"], version: "3.0" },
  ] as const;

  it("are each at its own path, for its own readers", () => {
    const ask = createAsker(services, { openapi });
    assert.deepEqual(Object.keys(documentOf(ask("/openapi.json")).paths), ["/v1/{name}"]);
    const internal = documentOf(ask("/internal.json"));
    assert.deepEqual(Object.keys(internal.paths), ["/v1/{name}", "/v1:purge"]);
    assert.equal(internal.openapi, "3.0.3");
    assert.deepEqual(parseYaml(textOf(ask("/internal.yaml"))), internal);
  });

  for (const { openapi, message } of [
    {
      openapi: [{}, {}],
      message:
        'openapi: two documents are at "/openapi.json": give each a "path" of its own\n' +
        'openapi: two documents are at "/openapi.yaml": give each a "path" of its own',
    },
    {
      openapi: [{ path: "/a.json" }, { path: "/a.yaml" }, { path: "/b.json" }],
      message: [".json", ".yaml"]
        .map((end) => `openapi: two documents are at "/a${end}": give each a "path" of its own`)
        .join("\n"),
    },
    {
      openapi: [{}, { path: "/b.json", vsibility: ["X"] }],
      message: 'openapi[1]: unknown option "vsibility"; did you mean "visibility"?',
    },
    { openapi: [{}, false], message: 'option "openapi[1]" takes an object, not false' },
    { openapi: [], message: 'option "openapi" has no document: write false for none' },
  ]) {
    it(`are refused when the router is made: ${JSON.stringify(openapi)}`, () => {
      // What the compiler would refuse, as people without it write it.
      const options = { openapi } as unknown as TranscodingOptions;
      assert.throws(() => createHttpHandler(services, options), { name: "ConfigError", message });
    });
  }
});

describe("buildOpenApi", () => {
  const services = load(`service S {
    rpc List(M) returns (stream M) { option (google.api.http).get = "/v1"; }
    rpc Act(M) returns (M);
  }`);

  for (const options of [
    { preset: "google" },
    { preset: "grpc-gateway" },
    { json: { protoFieldNames: true, emitDefaults: false } },
    { formatError: problemJson, streamFormat: "array" },
    { unannotatedMethods: true },
  ] as const) {
    it(`gives what a router serves with ${inspect(options)}`, () => {
      const served = documentOf(createAsker(services, options)("/openapi.json"));
      assert.deepEqual(JSON.parse(JSON.stringify(buildOpenApi(services, options))), served);
    });
  }

  it("describes the errors of problemJson", () => {
    const { paths, components } = buildOpenApi(services, { formatError: problemJson });
    assert.deepEqual(paths["/v1"]?.get?.responses.default?.content, {
      "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
    });
    assert.deepEqual(Object.keys(components?.schemas?.Problem?.properties ?? {}), [
      ...Object.keys(
        problemJson({ code: 5, message: "", details: [], httpStatus: 404 }, undefined) as object,
      ),
    ]);
  });

  for (const { options, message } of [
    {
      options: { preset: "gogle" },
      message: `option "preset" takes "google" or "grpc-gateway", not 'gogle'`,
    },
    { options: { pre_set: "google" }, message: 'openapi: unknown option "pre_set"; did you mean "preset"?' },
    { options: { errors: "google" }, message: 'openapi: unknown option "errors"' },
    { options: { bodyLimit: 1 }, message: 'openapi: unknown option "bodyLimit"' },
  ]) {
    it(`refuses ${inspect(options)}`, () => {
      const given: object = options;
      assert.throws(() => buildOpenApi(services, given), { name: "ConfigError", message });
    });
  }
});

describe("the server in the document of a router", () => {
  const annotated = `
    option (grpc.gateway.protoc_gen_openapiv2.options.openapiv2_swagger) = { host: "annotated.example.com" };`;
  for (const { fact, source = greeter, openapi, url } of [
    { fact: "is where the router is mounted", openapi: {}, url: "/api" },
    { fact: "is what the options name", openapi: { servers: [{ url: "/mine" }] }, url: "/mine" },
    { fact: "is where the router is mounted, without a list", openapi: { servers: undefined }, url: "/api" },
    {
      fact: "is what the base document names",
      openapi: { base: { servers: [{ url: "https://base.example.com" }] } },
      url: "https://base.example.com",
    },
    {
      fact: "is what an annotation names",
      source: annotated + greeter,
      openapi: {},
      url: "https://annotated.example.com",
    },
  ]) {
    for (const version of ["3.1", "3.0"] as const) {
      it(`${fact}, in version ${version}`, () => {
        const ask = createAsker(load(source), { openapi: { ...openapi, version, lenient: true } });
        assert.deepEqual(documentOf(ask("/openapi.json", { baseUrl: "/api" })).servers, [{ url }]);
      });
    }
  }

  it("is each mount path in turn, of one router mounted twice", () => {
    const ask = createAsker(load(greeter));
    for (const baseUrl of ["/a", "/b", "/a"])
      assert.deepEqual(documentOf(ask("/openapi.json", { baseUrl })).servers, [{ url: baseUrl }]);
    assert.deepEqual(documentOf(ask("/openapi.json")).servers, [{ url: "/" }]);
  });
});

describe("the openapi option", () => {
  for (const { openapi, message } of [
    { openapi: null, message: 'option "openapi" takes an object, an array of objects, or false, not null' },
    { openapi: true, message: 'option "openapi" takes an object, an array of objects, or false, not true' },
    {
      openapi: { path: "/docs" },
      message: 'openapi: "/docs" is the page: give the document another "path", or write docs: false',
    },
    { openapi: { pth: "/x" }, message: 'openapi: unknown option "pth"; did you mean "path"?' },
    {
      openapi: { base: { swagger: "2.0" } },
      message: "openapi: the base document is of version 2.0: it must be 3.1 or 3.0",
    },
    { openapi: { errors: "google" }, message: 'openapi: unknown option "errors"' },
    {
      openapi: { services: ["test.v1.Greter"] },
      message:
        'openapi: no service or package "test.v1.Greter" has HTTP rules; did you mean "test.v1.Greeter"?',
    },
  ]) {
    it(`is refused when the router is made: ${JSON.stringify(openapi)}`, () => {
      // What the compiler would refuse, as people without it write it.
      const options = { openapi } as unknown as TranscodingOptions;
      assert.throws(() => createHttpHandler(load(greeter), options), { name: "ConfigError", message });
    });
  }

  it("may show a service whose methods have no rule but are served", () => {
    const services = load("service S { rpc Get(M) returns (M); }");
    const ask = createAsker(services, { unannotatedMethods: true, openapi: { services: ["test.v1.S"] } });
    assert.deepEqual(Object.keys(documentOf(ask("/openapi.json")).paths), ["/test.v1.S/Get"]);
  });
});

describe("a fault of annotations", () => {
  it("is answered with 500 and told to onError", () => {
    const id = 'option (openapi.v3.operation) = { operation_id: "same" };';
    const services = load(`service S {
      rpc A(M) returns (M) { option (google.api.http).get = "/a"; ${id} }
      rpc B(M) returns (M) { option (google.api.http).get = "/b"; ${id} }
    }`);
    const errors: unknown[] = [];
    const ask = createAsker(services, { onError: (error) => errors.push(error) });
    const response = ask("/openapi.json");
    assert.equal(response?.status, 500);
    assert.doesNotMatch(textOf(response), /same/);
    assert.equal(errors.length, 1);
    assert.match(String(errors[0]), /ConfigError: .*the operation id "same" is taken by another method/);
  });
});
