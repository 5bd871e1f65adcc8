import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { describeSource, operationOf, propertiesOf } from "./describe-source.js";

const source = `
  message Request {
    string a = 1;
    string secret = 2 [(google.api.field_visibility).restriction = "INTERNAL"];
    Hidden hidden = 3;
  }
  message Response {
    State state = 1;
    Hidden hidden = 2;
    Hidden.Inner inner = 3;
    Mystery mystery = 4;
    string beta = 5 [(google.api.field_visibility) = { restriction: "PREVIEW, INTERNAL" }];
  }
  message Hidden { option (google.api.message_visibility).restriction = "INTERNAL"; message Inner {} }
  enum Mystery { option (google.api.enum_visibility).restriction = "INTERNAL"; UNKNOWN = 0; }
  enum State { OPEN = 0; SHUT = 1 [(google.api.value_visibility).restriction = "INTERNAL"]; }
  service Service {
    rpc Call(Request) returns (Response) { option (google.api.http) = { get: "/v1/call" }; }
    rpc Purge(Request) returns (Response) {
      option (google.api.http) = { post: "/v1/purge" };
      option (google.api.method_visibility).restriction = "INTERNAL";
    }
  }
  service Backstage {
    option (google.api.api_visibility).restriction = "INTERNAL";
    rpc Call(Request) returns (Response) { option (google.api.http) = { get: "/v1/backstage" }; }
  }`;

function shownTo(...visibility: string[]) {
  const document = describeSource(source, { visibility });
  return {
    paths: Object.keys(document.paths),
    tags: document.tags?.map(({ name }) => name),
    schemas: Object.keys(document.components?.schemas ?? {}),
    parameters: operationOf(document).parameters?.map(({ name }) => name),
    members: Object.keys(propertiesOf(document, "Response")),
    states: document.components?.schemas?.State?.enum,
  };
}

describe("a document", () => {
  it("hides all that is restricted", () => {
    assert.deepEqual(describeSource(source), describeSource(source, { visibility: [] }));
    assert.deepEqual(shownTo(), {
      paths: ["/v1/call"],
      tags: ["Service"],
      schemas: ["Response", "State", "Status", "Any"],
      parameters: ["a"],
      members: ["state"],
      states: ["OPEN"],
    });
  });

  it("shows what one of the labels grants", () => {
    assert.deepEqual(shownTo("PREVIEW").members, ["state", "beta"]);
  });

  it("shows everything to those with all labels", () => {
    assert.deepEqual(shownTo("INTERNAL"), {
      paths: ["/v1/call", "/v1/purge", "/v1/backstage"],
      tags: ["Service", "Backstage"],
      schemas: ["Response", "State", "Hidden", "Hidden_Inner", "Mystery", "Status", "Any"],
      parameters: ["a", "secret"],
      members: ["state", "hidden", "inner", "mystery", "beta"],
      states: ["OPEN", "SHUT"],
    });
  });
});

describe("what is hidden", () => {
  const document = describeSource(`
    message Request { string secret = 1 [
      (google.api.field_visibility).restriction = "INTERNAL", (google.api.field_behavior) = REQUIRED
    ]; string open = 2; }
    message Secret { option (google.api.message_visibility).restriction = "INTERNAL"; }
    message Response {}
    service Service { rpc Call(Request) returns (Response) {
      option (google.api.http) = { post: "/v1/call" body: "*" };
      option (grpc.gateway.protoc_gen_openapiv2.options.openapiv2_operation) = {
        responses: { key: "404" value: { schema: { json_schema: { ref: ".test.v1.Secret" } } } }
      };
    } }`);

  it("is not asked for", () => assert.equal(operationOf(document).requestBody?.required, false));

  it("is not named by annotations", () => {
    assert.deepEqual(Object.keys(document.components?.schemas ?? {}).includes("Secret"), false);
  });
});
