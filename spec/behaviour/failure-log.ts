import assert from "node:assert/strict";
import {
  Interceptor,
  type Message,
  RpcError,
  type ServerCall,
  type ServerStreamingHandler,
  type UnaryHandler,
} from "../../lib/index.js";

/** Writes down which calls fail, and with what. */
export class FailureLog extends Interceptor {
  readonly failures: { method: string; request: Message; code: number; message: string }[] = [];

  override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
    try {
      return await next(request, call);
    } catch (error) {
      this.#note(request, call, error);
      throw error;
    }
  }

  override async *serverStreamingServerHandler(
    request: Message,
    call: ServerCall,
    next: ServerStreamingHandler,
  ) {
    try {
      yield* next(request, call);
    } catch (error) {
      this.#note(request, call, error);
      throw error;
    }
  }

  #note(request: Message, { method }: ServerCall, error: unknown): void {
    assert.ok(error instanceof RpcError);
    this.failures.push({ method: method.name, request, code: error.code, message: error.message });
  }
}
