import assert from "node:assert/strict";
import { ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";
import { describe, it } from "vitest";
import { interceptWithGrpc } from "../../lib/call/grpc-interceptors.js";
import type { Handler } from "../../lib/call/handler.js";
import { intercept, serverSide } from "../../lib/call/intercept.js";
import { Interceptor, sortInterceptors } from "../../lib/call/interceptor.js";
import { methodOf } from "../http-rule/compile-routes.js";

class Own extends Interceptor {}
class Deeper extends Own {}

describe("sortInterceptors", () => {
  it("tells our own from those of grpc-js, each in their order", () => {
    const grpc: ServerInterceptor[] = [
      (_method, call) => new ServerInterceptingCall(call),
      function named(_method, call) {
        return new ServerInterceptingCall(call);
      },
    ];
    const instance = new Own();
    const tuple = [Deeper, 1, 2] as const;
    assert.deepEqual(
      sortInterceptors<ServerInterceptor>([
        Own,
        grpc[0] as ServerInterceptor,
        instance,
        tuple,
        grpc[1] as ServerInterceptor,
        Deeper,
      ]),
      { own: [Own, instance, tuple, Deeper], grpc },
    );
  });

  it("knows a class of another copy of this package by what it does", () => {
    const Foreign = class {};
    const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(Interceptor.prototype);
    Object.defineProperties(Foreign.prototype, methods);
    // As it would be typed there.
    const source = Foreign as unknown as typeof Interceptor;
    assert.deepEqual(sortInterceptors([source]).own, [source]);
  });
});

describe("a handler without interceptors", () => {
  it("is left as it is", () => {
    const method = methodOf("message Request {} message Response {}");
    const handler: Handler = { kind: "unary", handle: async () => ({}) };
    const messages = {
      deserializeRequest: () => ({}),
      serializeResponse: () => Buffer.alloc(0),
      isForeign: false,
    };
    assert.equal(intercept(serverSide, [], handler), handler);
    assert.equal(interceptWithGrpc({ method, messages }, [], handler), handler);
  });
});
