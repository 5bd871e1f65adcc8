import type { Method } from "../schema/schema.js";
import { type Answer, createAnswer } from "./answer.js";
import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  Handler,
  ServerStreamingHandler,
  UnaryHandler,
} from "./handler.js";
import { DuplexCall, ReadableCall, UnaryCall, WritableCall } from "./handler-call.js";
import type { Message } from "./message.js";
import type { MethodImplementation } from "./method-implementation.js";
import { readResponses } from "./read-responses.js";
import { toError } from "./status.js";

/**
 * Bring an implementation of a method into the shape that interceptors wrap.
 *
 *     implement(method, (call, callback) => callback(null, { message: "Hello" }))
 *     implement(method, async (call) => ({ message: "Hello" }))
 *     implement(method, async function* (call) { yield { message: "Hello" }; })
 *
 * It runs as a method of `owner`. However it fails (it throws, rejects, calls back with an error, emits one, answers
 * nothing, or a listener of its call throws or rejects), its call fails once, with one `Error`. What it does after it
 * has answered is reported to the operator and changes nothing.
 */
export function implement(method: Method, implementation: MethodImplementation, owner?: object): Handler {
  const run: MethodImplementation = (call, callback) => {
    // An interceptor may have taken its time.
    if (call.context.cancelled) throw call.context.cancellation;
    return implementation.call(owner, call, callback);
  };
  switch (method.kind) {
    case "unary":
      return {
        kind: method.kind,
        handle: implementUnary(createAnswer(run, implementation)),
        endsWithCall: true,
      };
    case "client-streaming":
      return {
        kind: method.kind,
        handle: implementClientStreaming(createAnswer(run, implementation)),
        endsWithCall: true,
      };
    case "server-streaming":
      return { kind: method.kind, handle: implementServerStreaming(run), endsWithCall: true };
    case "duplex-streaming":
      return { kind: method.kind, handle: implementDuplexStreaming(run), endsWithCall: true };
  }
}

function implementUnary(answer: Answer): UnaryHandler {
  return (request, call) => answer(call, new UnaryCall(call, request));
}

function implementClientStreaming(answer: Answer): ClientStreamingHandler {
  return async (requests, call) => {
    const handlerCall = new ReadableCall(call, requests);
    try {
      return await answer(call, handlerCall);
    } finally {
      handlerCall.destroy();
    }
  };
}

function implementServerStreaming(run: MethodImplementation): ServerStreamingHandler {
  return (request, call) => startOnFirstRead(() => readResponses(call, new WritableCall(call, request), run));
}

function implementDuplexStreaming(run: MethodImplementation): DuplexStreamingHandler {
  return (requests, call) => startOnFirstRead(() => readResponses(call, new DuplexCall(call, requests), run));
}

/** The handler runs when its responses are first asked for; what it throws until then is theirs. */
function startOnFirstRead(start: () => AsyncIterator<Message>): AsyncIterableIterator<Message> {
  let iterator: AsyncIterator<Message> | undefined;
  return {
    next() {
      try {
        iterator ??= start();
      } catch (error) {
        return Promise.reject(toError(error));
      }
      return iterator.next();
    },
    async return() {
      await iterator?.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
