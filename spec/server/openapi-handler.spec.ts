import assert from "node:assert/strict";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "vitest";
import { parse as parseYaml } from "yaml";
import type { HttpResponse } from "../../lib/http/http-message.js";
import { buildOpenApi } from "../../lib/server/build-openapi.js";
import { createHttpHandler, type TranscodingOptions } from "../../lib/server/http-handler.js";
import { toHttpRequest } from "../../lib/server/node-http.js";
import { loadServicesSync, type Services } from "../../lib/services.js";
import { withFiles } from "../schema/proto-folder.js";

/** Load a file of services that all answer an empty message. */
function load(source: string): Services {
  const preamble = `syntax = "proto3"; package test.v1; import "google/api/annotations.proto"; message M { string name = 1; }`;
  return withFiles({ "test.proto": preamble + source }, (folder) => loadServicesSync(`${folder}/test.proto`));
}

function rpc(name: string, rule: string): string {
  return `rpc ${name}(M) returns (M) { option (google.api.http) = { ${rule} }; }`;
}

const greeter = `service Greeter { ${rpc("Greet", 'get: "/v1/{name}"')} }`;

interface Asked {
  readonly method?: string;
  /** Where Express has mounted the router. */
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ask for paths, with the mount path as Express gives it. */
function createAsker(services: Services, options: TranscodingOptions = {}) {
  const handler = createHttpHandler(services, options);
  return (path: string, { method = "GET", baseUrl = "", headers = {} }: Asked = {}) => {
    const message = new IncomingMessage(new Socket());
    const req = Object.assign(message, { method, url: path, headers: { ...headers }, baseUrl });
    const response = handler.handle(toHttpRequest(req, new ServerResponse(req)));
    assert.ok(!(response instanceof Promise));
    return response;
  };
}

function textOf(response: HttpResponse | undefined): string {
  assert.ok(typeof response?.body === "string", `status ${response?.status}`);
  return response.body;
}

function documentOf(response: HttpResponse | undefined) {
  assert.equal(response?.status, 200);
  return JSON.parse(textOf(response));
}

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

  for (const { path, json, yaml } of [
    { path: "/docs/api.json", json: "/docs/api.json", yaml: "/docs/api.yaml" },
    { path: "/docs/api.yaml", json: "/docs/api.json", yaml: "/docs/api.yaml" },
    { path: "/docs/api.yml", json: "/docs/api.json", yaml: "/docs/api.yml" },
    { path: "/docs", json: "/docs", yaml: "/docs.yaml" },
  ]) {
    it(`is at ${json} and ${yaml} for ${path}`, () => {
      const ask = createAsker(load(greeter), { openapi: { path } });
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
    { openapi: null, message: 'option "openapi" takes an object or false, not null' },
    { openapi: true, message: 'option "openapi" takes an object or false, not true' },
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
