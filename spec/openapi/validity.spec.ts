import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { buildDocument, type DocumentOptions } from "../../lib/openapi/build-document.js";
import { bindingsOf } from "./describe-source.js";
import { danglingReferences, findViolations, lint, unusedSchemas } from "./document-checks.js";

/** One of everything that a document can hold. */
const source = `
  option (grpc.gateway.protoc_gen_openapiv2.options.openapiv2_swagger) = {
    security_definitions: { security: { key: "Key" value: { type: TYPE_API_KEY in: IN_HEADER name: "X-Key" } } }
    responses: { key: "403" value: { description: "Not for you." } }
  };
  // Everything.
  message Everything {
    double a = 1; float b = 2; int32 c = 3; uint32 d = 4; int64 e = 5; uint64 f = 6; bool g = 7; bytes h = 8;
    string name = 9 [(google.api.field_behavior) = REQUIRED];
    repeated State states = 10;
    map<int32, Everything> others = 11;
    oneof kind { string text = 12; int32 number = 13; Everything same = 14; }
    google.protobuf.Timestamp at = 15 [(google.api.field_behavior) = OUTPUT_ONLY];
    google.protobuf.Duration took = 16;
    google.protobuf.FieldMask mask = 17 [deprecated = true];
    google.protobuf.Struct struct = 18;
    google.protobuf.Value value = 19;
    google.protobuf.ListValue list = 20;
    google.protobuf.NullValue nothing = 21;
    google.protobuf.Any any = 22;
    google.protobuf.Int64Value wrapped = 23;
    google.rpc.Status status = 24;
    // What it costs.
    State state = 25 [(google.api.field_behavior) = INPUT_ONLY];
    string id = 26 [(google.api.field_info).format = UUID4, (google.api.field_behavior) = IMMUTABLE];
    oneof many {
      string m0 = 30; string m1 = 31; string m2 = 32; string m3 = 33; string m4 = 34; string m5 = 35;
      string m6 = 36; string m7 = 37; string m8 = 38; string m9 = 39; string m10 = 40;
    }
    map<string, google.protobuf.Value> values = 41;
    int32 limited = 42 [(grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = {
      minimum: 0 exclusive_minimum: true maximum: 9 example: "5"
    }];
  }
  // Whether.
  enum State { UNKNOWN = 0; OPEN = 1; }
  message Wrapper { Everything everything = 1; google.api.HttpBody file = 2; }
  // Serves everything.
  service Service {
    // Gets it. Returns NOT_FOUND otherwise.
    rpc Get(Everything) returns (Everything) { option (google.api.http) = {
      get: "/v1/{name=a/*}" additional_bindings { get: "/v1/deep/{name=**}" } additional_bindings { custom { kind: "REPORT" path: "/v1/report" } }
    }; }
    rpc Create(Wrapper) returns (Wrapper) { option (google.api.http) = { post: "/v1/a" body: "everything" response_body: "everything" }; }
    rpc Update(Wrapper) returns (Everything) { option (google.api.http) = { patch: "/v1/{everything.name=a/*}" body: "everything" }; }
    rpc Act(Everything) returns (stream Everything) { option (google.api.http) = { post: "/v1/{name=a/*}:act" body: "*" }; }
    rpc Send(stream Everything) returns (google.protobuf.Empty) { option (google.api.http) = { post: "/v1/send" body: "*" }; }
    rpc Upload(Wrapper) returns (google.api.HttpBody) { option (google.api.http) = { put: "/v1/b/{everything.name}/file" body: "file" }; }
  }`;

const variants: readonly DocumentOptions[] = [
  {},
  { lenient: true },
  { json: { emitDefaults: true, protoFieldNames: true, enumsAsIntegers: true, int64AsNumbers: true } },
  { errors: "google", streamFormat: "array" },
  {
    errors: { contentType: "application/problem+json", schema: { type: "object" } },
    streamFormat: "result-error",
  },
  {
    security: [{ Key: [] }],
    base: {
      paths: {
        "/healthz": { get: { operationId: "h", summary: "H", responses: { 204: { description: "Up" } } } },
      },
    },
  },
];

for (const version of ["3.1", "3.0"] as const) {
  describe(`a document of version ${version}`, () => {
    for (const variant of variants) {
      const document = buildDocument(bindingsOf(source), { version, ...variant });

      it(`is valid with ${JSON.stringify(variant)}`, async () => {
        assert.deepEqual(await findViolations(document), []);
      });

      it(`has all that it refers to, and nothing else, with ${JSON.stringify(variant)}`, () => {
        assert.deepEqual([danglingReferences(document), unusedSchemas(document)], [[], []]);
      });
    }

    it("is what the linter recommends", async () => {
      const info = { license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" } };
      const security = [{ Key: [] }];
      assert.deepEqual(await lint(buildDocument(bindingsOf(source), { version, info, security })), []);
    });

    it("would not pass if it were wrong", async () => {
      const wrong = {
        "/a": { get: { operationId: "a", responses: { 200: { description: 1 as unknown as string } } } },
      };
      const document = { ...buildDocument(bindingsOf(source), { version }), paths: wrong };
      assert.notDeepEqual(await findViolations(document), []);
      assert.notDeepEqual(await lint(document), []);
      const schemas = { Wrong: { type: "strin" } };
      assert.notDeepEqual(await findViolations({ ...document, paths: {}, components: { schemas } }), []);
    });
  });
}
