import type { Metadata } from "@grpc/grpc-js";
import type { Method } from "../schema/schema.js";
import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  Handler,
  ServerStreamingHandler,
  UnaryHandler,
} from "./handler.js";
import { DuplexCall, ReadableCall, UnaryCall, WritableCall } from "./handler-call.js";
import type { Message } from "./message.js";
import type { ServerCall } from "./server-call.js";

/** A method of an implementation, as grpc-js takes it or returning a promise or an async iterable. */
// biome-ignore lint/suspicious/noExplicitAny: grpc-js types each kind's call apart; a handler may be any of them
export type MethodImplementation = (call: any, callback: any) => unknown;

type Callback = (error: unknown, response?: Message | null, trailers?: Metadata) => void;

/**
 * Bring an implementation of a method into the shape that interceptors wrap.
 *
 *     implement(method, (call, callback) => callback(null, { message: "Hello" }))
 *     implement(method, async (call) => ({ message: "Hello" }))
 *     implement(method, async function* (call) { yield { message: "Hello" }; })
 *
 * It runs as a method of `owner`. However it fails (it throws, rejects, calls back with an error, emits one, answers nothing), its call
 * fails once, with one error, and nothing else happens.
 */
export function implement(method: Method, implementation: MethodImplementation, owner?: object): Handler {
  const run: MethodImplementation = (call, callback) => implementation.call(owner, call, callback);
  switch (method.kind) {
    case "unary":
      return {
        kind: method.kind,
        handle: implementUnary(createAnswer(method, run, takesCallback(implementation))),
      };
    case "client-streaming":
      return {
        kind: method.kind,
        handle: implementClientStreaming(createAnswer(method, run, takesCallback(implementation))),
      };
    case "server-streaming":
      return { kind: method.kind, handle: implementServerStreaming(run) };
    case "duplex-streaming":
      return { kind: method.kind, handle: implementDuplexStreaming(run) };
  }
}

function implementUnary(answer: Answer): UnaryHandler {
  return (request, call) =>
    new Promise((resolve, reject) => {
      call.onCancel(reject);
      const handlerCall = new UnaryCall(call, request);
      handlerCall.on("error", reject);
      answer(handlerCall, call, resolve, reject);
    });
}

function implementClientStreaming(answer: Answer): ClientStreamingHandler {
  return (requests, call) =>
    new Promise<Message>((resolve, reject) => {
      call.onCancel(reject);
      const handlerCall = new ReadableCall(call, requests);
      handlerCall.on("error", reject);
      const close = () => handlerCall.destroy();
      answer(
        handlerCall,
        call,
        (response) => {
          resolve(response);
          close();
        },
        (error) => {
          reject(error);
          close();
        },
      );
    });
}

/** Runs a handler with one response, by callback or by promise; whichever comes first counts. */
type Answer = (
  handlerCall: UnaryCall | ReadableCall,
  call: ServerCall,
  resolve: (response: Message) => void,
  reject: (error: unknown) => void,
) => void;

function createAnswer(method: Method, run: MethodImplementation, isAnsweredByCallback: boolean): Answer {
  return (handlerCall, call, resolve, reject) => {
    const accept = (response: unknown) => {
      if (typeof response === "object" && response !== null) resolve(response);
      else
        reject(
          new TypeError(`${method.fullName} answered ${String(response)}: it must answer with a message`),
        );
    };
    const callback: Callback = (error, response, trailers) => {
      if (trailers !== undefined && trailers !== null) call.trailers.merge(trailers);
      if (error) reject(error);
      else accept(response);
    };
    try {
      const result = run(handlerCall, callback);
      if (isThenable(result)) {
        // `async (call, callback)` resolves to undefined and answers through its callback.
        result.then(
          (value) => (value === undefined && isAnsweredByCallback ? undefined : accept(value)),
          reject,
        );
      } else if (result !== undefined || !isAnsweredByCallback) accept(result);
    } catch (error) {
      reject(error);
    }
  };
}

function implementServerStreaming(run: MethodImplementation): ServerStreamingHandler {
  return (request, call) =>
    startOnFirstRead(() => {
      const handlerCall = new WritableCall(call, request);
      return readResponses(call, handlerCall, run(handlerCall, undefined));
    });
}

function implementDuplexStreaming(run: MethodImplementation): DuplexStreamingHandler {
  return (requests, call) =>
    startOnFirstRead(() => {
      const handlerCall = new DuplexCall(call, requests);
      return readResponses(call, handlerCall, run(handlerCall, undefined));
    });
}

/** The responses are what the handler returned, if it can be iterated, else what is written to its call. */
function readResponses(
  call: ServerCall,
  handlerCall: WritableCall | DuplexCall,
  result: unknown,
): AsyncIterator<Message> {
  const yielded = findIterator(result);
  if (yielded !== undefined) return stopOnCancel(call, yielded, () => handlerCall.destroy());
  if (isThenable(result)) {
    result.then(
      async (value) => {
        const iterator = findIterator(value);
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
      if (handlerCall.destroyed) {
        await iterator.return?.();
        return;
      }
      if (!handlerCall.write(result.value)) {
        await new Promise<void>((resolve) => {
          handlerCall.once("drain", resolve).once("close", resolve);
        });
      }
    }
    handlerCall.end();
  } catch (error) {
    handlerCall.emit("error", error ?? new Error(`the handler threw ${error}`));
  }
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
function stopOnCancel(
  call: ServerCall,
  iterator: AsyncIterator<Message>,
  close: () => void,
): AsyncIterator<Message> {
  // The generator runs on to its next yield; there it ends, with its finally blocks.
  call.onCancel(() => iterator.return?.().then(undefined, () => {}));
  return {
    next: () => call.untilCancelled(() => iterator.next()),
    async return() {
      close();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** The handler runs when its responses are first asked for; what it throws until then is theirs. */
function startOnFirstRead(start: () => AsyncIterator<Message>): AsyncIterableIterator<Message> {
  let iterator: AsyncIterator<Message> | undefined;
  return {
    async next() {
      iterator ??= start();
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

/**
 * Does it answer through its second argument? Declared parameters tell; a wrapper such as
 * `(...args) => original(...args)` declares none and may pass the callback on.
 */
function takesCallback(implementation: MethodImplementation): boolean {
  if (implementation.length >= 2) return true;
  return /\.\.\.|\barguments\b|\[native code\]/.test(Function.prototype.toString.call(implementation));
}
