import assert from "node:assert/strict";
import { Server } from "@grpc/grpc-js";
import { describe, it, onTestFinished } from "vitest";
import { isInstrumented } from "../../lib/grpc/instrumented-call.js";

describe("isInstrumented", () => {
  it("does not take grpc-js's own method for one of somebody else's", () => {
    assert.equal(isInstrumented(), false);
  });

  it("sees code around the handlers of servers", () => {
    const { register } = Server.prototype;
    onTestFinished(() => {
      Server.prototype.register = register;
    });
    Server.prototype.register = function watch(this: Server, ...args: Parameters<typeof register>) {
      return Reflect.apply(register, this, args);
    } as typeof register;
    assert.equal(isInstrumented(), true);
  });
});
