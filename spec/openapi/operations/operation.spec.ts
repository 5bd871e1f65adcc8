import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { buildDocument } from "../../../lib/openapi/build-document.js";
import { bindingsOf, describeSource, operationOf } from "../describe-source.js";

function describeCall(comment: string, options = "") {
  const source = `message Request {} message Response {}
    service Service {
      ${comment}
      rpc Call(Request) returns (Response) { option (google.api.http) = { get: "/v1/call" }; ${options} }
    }`;
  return operationOf(describeSource(source));
}

describe("an operation", () => {
  it("has the first sentence of the comment as summary, the rest as description", () => {
    const { summary, description } = describeCall("// Gets it, e.g. now. All\n// of it.\n//\n// Twice.");
    assert.deepEqual([summary, description], ["Gets it, e.g. now", "All\nof it.\n\nTwice."]);
  });

  it("has the words of its name as summary without a comment", () => {
    const { summary, description } = describeCall("");
    assert.deepEqual([summary, description], ["Call", undefined]);
  });

  it("has the template as written", () => {
    assert.equal(describeCall("")["x-google-http-path"], "/v1/call");
  });

  it("is deprecated with its method or its service", () => {
    assert.equal(describeCall("").deprecated, undefined);
    assert.equal(describeCall("", "option deprecated = true;").deprecated, true);
    const source = `message M {} service Service { option deprecated = true;
      rpc Call(M) returns (M) { option (google.api.http) = { get: "/v1/call" }; } }`;
    assert.equal(operationOf(describeSource(source)).deprecated, true);
  });

  it("has the service as its tag, which has the service's comment", () => {
    const document = describeSource(`message M {}
      // Serves. In all weathers.
      service Service { rpc Call(M) returns (M) { option (google.api.http) = { get: "/v1/call" }; } }`);
    assert.deepEqual(operationOf(document).tags, ["Service"]);
    assert.deepEqual(document.tags, [{ name: "Service", description: "Serves. In all weathers." }]);
  });
});

describe("operation ids", () => {
  function idsOf(...sources: string[]): string[] {
    const { paths } = buildDocument(bindingsOf(...sources));
    return Object.values(paths).flatMap((item) =>
      Object.values(item).map((one) => (one as { operationId: string }).operationId),
    );
  }

  it("are numbered for further rules of a method", () => {
    const source = `message M {} service Service { rpc Call(M) returns (M) { option (google.api.http) = {
      get: "/v1/a" additional_bindings { get: "/v1/b" } additional_bindings { post: "/v1/b" }
    }; } }`;
    assert.deepEqual(idsOf(source), ["Service_Call", "Service_Call2", "Service_Call3"]);
  });

  it("have the package for a service whose name is taken, and so has its tag", () => {
    const other = `syntax = "proto3"; package test.v2; import "google/api/annotations.proto"; message M {}
      service Service { rpc Call(M) returns (M) { option (google.api.http) = { get: "/v2/a" }; } }`;
    const source = `message M {} service Service { rpc Call(M) returns (M) { option (google.api.http) = { get: "/v1/a" }; } }`;
    assert.deepEqual(idsOf(source, other), ["Service_Call", "test_v2_Service_Call"]);
    const { tags } = buildDocument(bindingsOf(source, other));
    assert.deepEqual(tags, [{ name: "Service" }, { name: "test.v2.Service" }]);
  });

  it("are unique when a method is called like a numbered one", () => {
    const source = `message M {} service Service {
      rpc Call(M) returns (M) { option (google.api.http) = { get: "/v1/a" additional_bindings { get: "/v1/b" } }; }
      rpc Call2(M) returns (M) { option (google.api.http) = { get: "/v1/c" }; } }`;
    assert.deepEqual(idsOf(source), ["Service_Call", "Service_Call2", "Service_Call22"]);
  });
});
