import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { DocumentOptions } from "../../lib/openapi/build-document.js";
import { describeSource } from "./describe-source.js";

const v2 = "grpc.gateway.protoc_gen_openapiv2.options";

function source(operation: string, field = ""): string {
  return `
    message M { string id = 1; }
    message N { string text = 1 ${field}; }
    service S {
      rpc Get(M) returns (N) {
        option (google.api.http).get = "/v1/a/{id}";
        option (${v2}.openapiv2_operation) = { ${operation} };
      }
    }`;
}

interface Fault {
  readonly fact: string;
  readonly of: string;
  readonly options?: DocumentOptions;
  readonly method?: string;
  readonly message: string;
}

const method = "test.v1.S.Get";

const faults: readonly Fault[] = [
  {
    fact: "refers to messages that there are",
    of: source('responses: { key: "409" value: { schema: { json_schema: { ref: "test.v1.Nope" } } } }'),
    method,
    message: 'the reference "#/components/schemas/test.v1.Nope" leads to nothing in the document',
  },
  {
    fact: "has links with a URL",
    of: source('external_docs: { description: "no url" }'),
    method,
    message: "the external documentation has no URL",
  },
  {
    fact: "asks for schemes that somebody defines",
    of: source('security: { security_requirement: { key: "tokn" value: {} } }'),
    method,
    options: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    message: 'no security scheme is called "tokn"; did you mean "token"?',
  },
  {
    fact: "is well in its schemas, too",
    of: source("", `[(${v2}.openapiv2_field) = { ref: ".test.v1.Nope" }]`),
    message:
      'openapi: components.schemas.N: the reference "#/components/schemas/test.v1.Nope" leads to nothing in the document',
  },
  {
    fact: "asks every caller for schemes that somebody defines",
    of: source(""),
    options: { security: [{ nope: [] }] },
    message: 'openapi: no security scheme is called "nope": define it',
  },
  {
    fact: "has a path once, whatever its parameters are called",
    of: source(""),
    options: { base: { paths: { "/v1/a/{thing}": { get: { operationId: "Mine", responses: {} } } } } },
    message: 'openapi: the path "/v1/a/{thing}" is "/v1/a/{id}" with other names: write it like that',
  },
  {
    fact: "has an operation id once",
    of: source(""),
    options: { base: { paths: { "/v2": { get: { operationId: "S_Get", responses: {} } } } } },
    message: 'openapi: GET /v2: the operation id "S_Get" is that of GET /v1/a/{id} as well',
  },
];

describe("a document", () => {
  for (const { fact, of, options, method, message } of faults) {
    it(fact, () => {
      assert.throws(
        () => describeSource(of, options),
        ({ faults }: { faults: readonly { method?: string; message: string }[] }) => {
          assert.deepEqual([faults[0]?.method, faults[0]?.message], [method, message]);
          return true;
        },
      );
    });
  }

  it("may name values and fields like references and links", () => {
    const field = `[(${v2}.openapiv2_field) = { example: "{\\"$ref\\": \\"#/nowhere\\", \\"externalDocs\\": {}}" }]`;
    const document = describeSource(
      `${source("", field)} message O { string external_docs = 1; } service T { rpc Get(O) returns (O) { option (google.api.http).get = "/v1/o"; } }`,
    );
    assert.ok(document.components?.schemas?.O?.properties?.externalDocs);
  });
});
