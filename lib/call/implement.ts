import { Readable } from "node:stream";
import { isPromise } from "node:util/types";
import type { Metadata } from "@grpc/grpc-js";
import type { Method } from "../schema/schema.js";
import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  Handler,
  ServerStreamingHandler,
  UnaryHandler,
} from "./handler.js";
import { createMessageError, DuplexCall, ReadableCall, UnaryCall, WritableCall } from "./handler-call.js";
import type { Message } from "./message.js";
import type { ServerCall } from "./server-call.js";

/** A method of an implementation, as grpc-js takes it or returning a promise or an async iterable. */
// biome-ignore lint/suspicious/noExplicitAny: grpc-js types each kind's call apart; a handler may be any of them
export type MethodImplementation = (call: any, callback: any) => unknown;

/**
 * Bring an implementation of a method into the shape that interceptors wrap.
 *
 *     implement(method, (call, callback) => callback(null, { message: "Hello" }))
 *     implement(method, async (call) => ({ message: "Hello" }))
 *     implement(method, async function* (call) { yield { message: "Hello" }; })
 *
 * It runs as a method of `owner`. However it fails (it throws, rejects, calls back with an error, emits one,
 * answers nothing), its call fails once, with one error. What it does after it has answered is reported to the
 * operator and changes nothing.
 */
export function implement(method: Method, implementation: MethodImplementation, owner?: object): Handler {
  const run: MethodImplementation = (call, callback) => implementation.call(owner, call, callback);
  switch (method.kind) {
    case "unary":
      return { kind: method.kind, handle: implementUnary(createAnswer(run, implementation)) };
    case "client-streaming":
      return { kind: method.kind, handle: implementClientStreaming(createAnswer(run, implementation)) };
    case "server-streaming":
      return { kind: method.kind, handle: implementServerStreaming(run) };
    case "duplex-streaming":
      return { kind: method.kind, handle: implementDuplexStreaming(run) };
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

/** Runs a handler with one response, by callback or by promise; whichever comes first counts. */
type Answer = (call: ServerCall, handlerCall: UnaryCall | ReadableCall) => Promise<Message>;
type Callback = (error: unknown, response?: Message | null, trailers?: Metadata | null) => void;

function createAnswer(run: MethodImplementation, implementation: MethodImplementation): Answer {
  const way = findWayToAnswer(implementation);
  return (call, handlerCall) =>
    new Promise((resolve, reject) => {
      let isAnswered = false;
      let failure: unknown;
      function accept(response: unknown): void {
        isAnswered = true;
        if (typeof response === "object" && response !== null) resolve(response);
        else reject(createMessageError(call, response));
      }
      function fail(error: unknown): void {
        // A request that cannot be read fails the call, and then the handler that is reading it.
        if (isAnswered && error !== failure) call.reportFault(error);
        isAnswered = true;
        failure = error;
        reject(error);
      }
      const callback: Callback = (error, response, trailers) => {
        if (isAnswered) {
          call.reportFault(error || new Error(`${call.method.fullName} called back after it had answered`));
          return;
        }
        if (trailers !== undefined && trailers !== null) call.trailers.merge(trailers);
        if (error) fail(error);
        else accept(response);
      };
      call.onCancel(reject);
      handlerCall.on("error", fail);
      try {
        const result = run(handlerCall, callback);
        if (way === "callback" ? isPromise(result) : isThenable(result)) {
          // `async (call, callback)` resolves to nothing and answers through its callback.
          (result as PromiseLike<unknown>).then(
            (response) => (response === undefined && way !== "return" ? undefined : accept(response)),
            fail,
          );
        } else if (way === "return" || (way === "either" && isPlainObject(result))) accept(result);
      } catch (error) {
        fail(error);
      }
    });
}

/**
 * Does a handler answer through its second argument or by what it returns? Declared parameters tell: one with a
 * callback may return anything, a timer or a query, and means nothing by it. A wrapper such as
 * `(...args) => original(...args)` declares none and may do either.
 */
function findWayToAnswer(implementation: MethodImplementation): "callback" | "return" | "either" {
  if (implementation.length >= 2) return "callback";
  const text = Function.prototype.toString.call(implementation);
  // A bound function keeps the number of its parameters, and shows nothing else.
  if (/\[native code\]/.test(text)) return implementation.length === 0 ? "either" : "return";
  return /\.\.\.|\barguments\b/.test(text) ? "either" : "return";
}

function implementServerStreaming(run: MethodImplementation): ServerStreamingHandler {
  return (request, call) => startOnFirstRead(() => readResponses(call, new WritableCall(call, request), run));
}

function implementDuplexStreaming(run: MethodImplementation): DuplexStreamingHandler {
  return (requests, call) => startOnFirstRead(() => readResponses(call, new DuplexCall(call, requests), run));
}

/** The responses are what the handler returned, if it can be iterated, else what is written to its call. */
function readResponses(
  call: ServerCall,
  handlerCall: WritableCall | DuplexCall,
  run: MethodImplementation,
): AsyncIterator<Message> {
  let result: unknown;
  try {
    result = run(handlerCall, undefined);
  } catch (error) {
    handlerCall.destroy();
    throw error;
  }
  if (isMeant(result, handlerCall)) {
    const yielded = findIterator(result);
    if (yielded !== undefined) return readYielded(call, handlerCall, yielded);
  }
  if (isThenable(result)) {
    result.then(
      async (value) => {
        const iterator = isMeant(value, handlerCall) ? findIterator(value) : undefined;
        if (iterator !== undefined) await pump(iterator, handlerCall);
      },
      (error) => handlerCall.emit("error", error ?? new Error(`the handler rejected with ${error}`)),
    );
  }
  return handlerCall.responses;
}

/** A promise of an iterable is written to the call, message by message. */
async function pump(iterator: AsyncIterator<Message>, handlerCall: WritableCall | DuplexCall): Promise<void> {
  try {
    for (let result = await iterator.next(); result.done !== true; result = await iterator.next()) {
      if (!handlerCall.write(result.value) && !handlerCall.destroyed && !handlerCall.writableEnded) {
        await new Promise<void>((resolve) => {
          handlerCall.once("drain", resolve).once("close", resolve);
        });
      }
      if (handlerCall.destroyed || handlerCall.writableEnded) {
        await iterator.return?.();
        return;
      }
    }
    handlerCall.end();
  } catch (error) {
    handlerCall.emit("error", error ?? new Error(`the handler threw ${error}`));
  }
}

/**
 * Is what a handler returns its answer? One that writes to its call returns anything: the call, what `map` makes of
 * its writes, the stream whose `data` event it listens to.
 */
function isMeant(result: unknown, handlerCall: WritableCall | DuplexCall): boolean {
  if (result === handlerCall || handlerCall.hasBegun) return false;
  return !(result instanceof Readable && result.readableFlowing !== null);
}

function findIterator(value: unknown): AsyncIterator<Message> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Symbol.asyncIterator in value) return (value as AsyncIterable<Message>)[Symbol.asyncIterator]();
  if (!(Symbol.iterator in value)) return undefined;
  const iterator = (value as Iterable<Message>)[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    return: async () => iterator.return?.() ?? { done: true, value: undefined },
  };
}

/** A handler that yields and ignores its signal must not hold up the end of a cancelled call. */
function readYielded(
  call: ServerCall,
  handlerCall: WritableCall | DuplexCall,
  iterator: AsyncIterator<Message>,
): AsyncIterator<Message> {
  // The generator runs on to its next yield; there it ends, with its finally blocks.
  const leave = () => iterator.return?.().then(undefined, () => {});
  call.onCancel(leave);
  const pull = () => iterator.next();
  const check = (result: IteratorResult<Message>) => {
    if (result.done === true) handlerCall.destroy();
    else if (typeof result.value !== "object" || result.value === null) {
      void leave();
      return fail(createMessageError(call, result.value));
    }
    return result;
  };
  const fail = (error: unknown) => {
    handlerCall.destroy();
    throw error;
  };
  return {
    next: () => call.untilCancelled(pull).then(check, fail),
    async return() {
      handlerCall.destroy();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** The handler runs when its responses are first asked for; what it throws until then is theirs. */
function startOnFirstRead(start: () => AsyncIterator<Message>): AsyncIterableIterator<Message> {
  let iterator: AsyncIterator<Message> | undefined;
  return {
    next() {
      try {
        iterator ??= start();
      } catch (error) {
        return Promise.reject(error);
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
