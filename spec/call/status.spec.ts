import assert from "node:assert/strict";
import { Metadata } from "@grpc/grpc-js";
import { describe, it } from "vitest";
import { codes, RpcError } from "../../lib/call/rpc-error.js";
import { InterceptedFailure, readStatus, unexpectedMessage } from "../../lib/call/status.js";

describe("readStatus", () => {
  const metadata = new Metadata();
  const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "GONE" }];
  const statuses: readonly [name: string, error: unknown, code: number, message: string][] = [
    ["an RpcError", new RpcError(codes.NOT_FOUND, "gone"), codes.NOT_FOUND, "gone"],
    ["a service error", { code: 5, details: "gone" }, codes.NOT_FOUND, "gone"],
    ["an error with a code", Object.assign(new Error("gone"), { code: 5 }), codes.NOT_FOUND, "gone"],
    ["details before a message", { code: 5, details: "gone", message: "5 NOT_FOUND: gone" }, 5, "gone"],
    ["a code without a text, as grpc-js does", { code: 5 }, codes.NOT_FOUND, "Unknown Error"],
    ["a code with a text that is none", { code: 5, details: { gone: true } }, 5, "Unknown Error"],
  ];
  for (const [name, error, code, message] of statuses) {
    it(`reads ${name}`, () => {
      const status = readStatus(error);
      assert.deepEqual([status.code, status.message, status.unexpected], [code, message, undefined]);
    });
  }

  const unexpected: readonly [name: string, error: unknown][] = [
    ["an error", new Error("secret")],
    ["an error of node", Object.assign(new Error("secret"), { code: "ENOENT" })],
    ["OK", new RpcError(codes.OK, "secret")],
    ["a code that gRPC does not have", new RpcError(99, "secret")],
    ["a negative code", { code: -1, details: "secret" }],
    ["a fraction", { code: 1.5, details: "secret" }],
    ["a text", "secret"],
    ["a number", 5],
  ];
  for (const [name, error] of unexpected) {
    it(`keeps ${name} from the caller`, () => {
      const status = readStatus(error);
      assert.deepEqual(
        [status.code, status.message, status.unexpected],
        [codes.UNKNOWN, unexpectedMessage, error],
      );
    });
  }

  it("keeps that nothing was thrown from the caller", () => {
    for (const nothing of [undefined, null]) {
      const { code, unexpected: told } = readStatus(nothing);
      assert.equal(code, codes.UNKNOWN);
      assert.match(String(told), /^Error: a handler threw (undefined|null)$/);
    }
  });

  it("keeps details and metadata", () => {
    const status = readStatus(new RpcError(codes.NOT_FOUND, "gone", { details, metadata }));
    assert.equal(status.details, details);
    assert.equal(status.metadata, metadata);
    assert.equal(readStatus({ code: 5, details: "gone", metadata }).metadata, metadata);
    assert.equal(readStatus({ code: 5, details: "gone", metadata: null }).metadata, undefined);
  });

  it("keeps the details of an RpcError of another copy of this package", () => {
    const error = Object.assign(new Error("gone"), { name: "RpcError", code: 5, details });
    const status = readStatus(error);
    assert.deepEqual([status.code, status.message, status.details], [codes.NOT_FOUND, "gone", details]);
  });

  it("reads what interceptors of grpc-js have made of a failure", () => {
    const error = new RpcError(codes.NOT_FOUND, "gone", { details });
    const status = readStatus(new InterceptedFailure(error, metadata));
    assert.deepEqual([status.code, status.details, status.metadata], [codes.NOT_FOUND, details, metadata]);
    assert.equal(status.error, error);
  });
});
