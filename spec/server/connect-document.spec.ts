import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { Content, OpenApiDocument } from "../../lib/openapi/document.js";
import type { OpenApiOptions } from "../../lib/openapi/options.js";
import { buildOpenApi } from "../../lib/server/build-openapi.js";
import { danglingReferences, findViolations, lint } from "../openapi/document-checks.js";
import { createAsker, documentOf, load, rpc } from "./ask-pages.js";

const source = `
  service Greeter {
    ${rpc("Greet", 'get: "/v1/{name}"')}
    // Greets without a rule.
    rpc Whisper(M) returns (M);
    rpc Sing(M) returns (stream M);
    rpc Listen(stream M) returns (M);
  }`;

const lookup = `
  service Lookup {
    rpc Find(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }
    rpc Replace(M) returns (M) { option idempotency_level = IDEMPOTENT; }
    rpc List(M) returns (stream M) { option idempotency_level = NO_SIDE_EFFECTS; }
  }`;

const message = {
  "application/json": { schema: { $ref: "#/components/schemas/M" }, example: { name: "text" } },
};

describe("the option connect of a document", () => {
  it("describes every unary method at its own path", () => {
    const { paths } = buildOpenApi(load(source), { connect: true });
    assert.deepEqual(Object.keys(paths), [
      "/v1/{name}",
      "/test.v1.Greeter/Greet",
      "/test.v1.Greeter/Whisper",
    ]);
    const { parameters, ...operation } = paths["/test.v1.Greeter/Whisper"]?.post ?? assert.fail();
    assert.deepEqual(
      parameters?.map(({ name, in: place, required }) => [name, place, required]),
      [
        ["Connect-Protocol-Version", "header", undefined],
        ["Connect-Timeout-Ms", "header", undefined],
      ],
    );
    assert.deepEqual(operation, {
      tags: ["Greeter"],
      summary: "Greets without a rule",
      operationId: "test.v1.Greeter.Whisper",
      requestBody: { required: true, content: message },
      responses: {
        "200": { description: "OK", content: message },
        default: {
          description: "The call failed.",
          content: { "application/json": { schema: { $ref: "#/components/schemas/ConnectError" } } },
        },
      },
    });
  });

  it("describes GET of methods without side effects, whose message is JSON in the query", () => {
    const { paths } = buildOpenApi(load(lookup), { connect: true });
    const { get, post } = paths["/test.v1.Lookup/Find"] ?? assert.fail();
    assert.deepEqual(
      [get?.operationId, post?.operationId],
      ["test.v1.Lookup.Find.get", "test.v1.Lookup.Find"],
    );
    const inQuery = { in: "query", required: true };
    assert.deepEqual(get?.parameters?.slice(0, 3), [
      { name: "encoding", ...inQuery, schema: { type: "string", enum: ["json"] } },
      { name: "message", ...inQuery, content: message },
      { name: "connect", in: "query", schema: { type: "string", enum: ["v1"] } },
    ]);
    assert.equal(get?.requestBody, undefined);
    assert.deepEqual(get?.responses, post?.responses);
    assert.deepEqual(Object.keys(paths["/test.v1.Lookup/Replace"] ?? {}), ["post"]);
  });

  it("requires the version of the protocol where the server does", () => {
    const isRequired = ({ paths }: OpenApiDocument) =>
      (["get", "post"] as const).map((httpMethod) => {
        const parameters = paths["/test.v1.Lookup/Find"]?.[httpMethod]?.parameters ?? [];
        return parameters.find(({ name }) => /^connect(-protocol-version)?$/i.test(name))?.required;
      });
    const required = { requireConnectProtocolHeader: true };
    const services = load(lookup);
    assert.deepEqual(isRequired(buildOpenApi(services, { connect: true })), [undefined, undefined]);
    assert.deepEqual(isRequired(buildOpenApi(services, { connect: true, ...required })), [true, true]);
    const ask = createAsker(services, { protocols: "all", openapi: { connect: true }, ...required });
    assert.deepEqual(isRequired(documentOf(ask("/openapi.json"))), [true, true]);
  });

  it("changes nothing about the routes of rules", () => {
    const plain = buildOpenApi(load(source)).paths;
    const both = buildOpenApi(load(source), { connect: true }).paths;
    assert.deepEqual(both["/v1/{name}"], plain["/v1/{name}"]);
  });

  it("describes messages, where REST has bytes or a field of them", () => {
    const files = `
      import "google/api/httpbody.proto";
      service Files {
        rpc Load(M) returns (google.api.HttpBody) { option (google.api.http) = { get: "/v1/files" }; }
        rpc Save(google.api.HttpBody) returns (M) {
          option (google.api.http) = { put: "/v1/files" body: "*" response_body: "name" };
        }
      }`;
    const { paths } = buildOpenApi(load(files), { connect: true });
    const operationOf = (name: string) => paths[`/test.v1.Files/${name}`]?.post ?? assert.fail();
    const schemaOf = (content: Content | undefined) => content?.["application/json"]?.schema;
    const body = { $ref: "#/components/schemas/HttpBody" };
    assert.deepEqual(schemaOf(operationOf("Load").responses["200"]?.content), body);
    assert.deepEqual(schemaOf(operationOf("Save").requestBody?.content), body);
    assert.deepEqual(operationOf("Save").responses["200"]?.content, message);
  });

  it("goes before what unannotatedMethods has at the same path, as in the router", () => {
    const { paths } = buildOpenApi(load(source), { connect: true, unannotatedMethods: true });
    assert.equal(paths["/test.v1.Greeter/Whisper"]?.post?.operationId, "test.v1.Greeter.Whisper");
    assert.equal(paths["/test.v1.Greeter/Sing"]?.post?.operationId, "Greeter_Sing");
  });

  for (const version of ["3.1", "3.0"] as const) {
    it(`makes a document that is sound, in version ${version}`, async () => {
      const document = buildOpenApi(load(source + lookup), { connect: true, version });
      assert.deepEqual(await findViolations(document), []);
      assert.deepEqual(danglingReferences(document), []);
      const plain = buildOpenApi(load(source + lookup), { version });
      assert.deepEqual(
        (await lint(document)).filter((problem) => problem.includes("Connect")),
        (await lint(plain)).filter((problem) => problem.includes("Connect")),
      );
    });
  }

  it("serves the document of a router that speaks Connect alone, without routes of rules", () => {
    const ask = createAsker(load(source), { protocols: ["connect"], openapi: { connect: true } });
    assert.deepEqual(Object.keys(documentOf(ask("/openapi.json")).paths), [
      "/test.v1.Greeter/Greet",
      "/test.v1.Greeter/Whisper",
    ]);
  });

  it("shows the services that are asked for, with rules or without", () => {
    const bare = "service Bare { rpc Greet(M) returns (M); }";
    const { paths } = buildOpenApi(load(source + bare), { connect: true, services: ["test.v1.Bare"] });
    assert.deepEqual(Object.keys(paths), ["/test.v1.Bare/Greet"]);
    const ask = createAsker(load(source + bare), {
      protocols: "all",
      openapi: { connect: true, services: ["test.v1.Bare"] },
    });
    assert.deepEqual(Object.keys(documentOf(ask("/openapi.json")).paths), ["/test.v1.Bare/Greet"]);
  });

  it("is refused beside switches that Connect does not know, since its messages would be others", () => {
    const options = { openapi: { connect: true }, json: { int64AsNumbers: true, removeEnumPrefix: true } };
    const refused = {
      name: "ConfigError",
      message:
        /^openapi: option "connect" .* json\.removeEnumPrefix .*\n.* json\.int64AsNumbers does not change/,
    };
    const services = load(source);
    assert.throws(() => createAsker(services, { ...options, protocols: "all" }), refused);
    assert.throws(() => buildOpenApi(services, { ...options.openapi, json: options.json }), refused);
  });

  it("is refused by a router without Connect", () => {
    const openapi: OpenApiOptions = { connect: true };
    for (const documents of [openapi, [{ path: "/a.json" }, openapi]])
      assert.throws(() => createAsker(load(source), { openapi: documents }), {
        name: "ConfigError",
        message: /openapi: option "connect" describes Connect: option "protocols" has to have it/,
      });
  });
});
