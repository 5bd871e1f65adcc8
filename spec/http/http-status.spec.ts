import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { codes } from "../../lib/call/rpc-error.js";
import { httpStatusOf } from "../../lib/http/http-status.js";

describe("httpStatusOf", () => {
  it("has the table of google/rpc/code.proto", () => {
    const table = Object.fromEntries(Object.entries(codes).map(([name, code]) => [name, httpStatusOf(code)]));
    assert.deepEqual(table, {
      OK: 200,
      CANCELLED: 499,
      UNKNOWN: 500,
      INVALID_ARGUMENT: 400,
      DEADLINE_EXCEEDED: 504,
      NOT_FOUND: 404,
      ALREADY_EXISTS: 409,
      PERMISSION_DENIED: 403,
      UNAUTHENTICATED: 401,
      RESOURCE_EXHAUSTED: 429,
      FAILED_PRECONDITION: 400,
      ABORTED: 409,
      OUT_OF_RANGE: 400,
      UNIMPLEMENTED: 501,
      INTERNAL: 500,
      UNAVAILABLE: 503,
      DATA_LOSS: 500,
    });
  });

  it("is 500 for codes that gRPC does not have", () => {
    for (const code of [-1, 17, 77, 1.5, Number.NaN]) assert.equal(httpStatusOf(code), 500);
  });
});
