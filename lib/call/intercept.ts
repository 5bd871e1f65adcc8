import type { ClientCall } from "./client-call.js";
import {
  type ClientStreamingHandler,
  type DuplexStreamingHandler,
  failingIterable,
  type Handler,
  type ServerStreamingHandler,
  type UnaryHandler,
} from "./handler.js";
import type { Interceptor, InterceptorClass, InterceptorSource } from "./interceptor.js";
import type { Message } from "./message.js";
import type { ServerCall } from "./server-call.js";

type Requests = AsyncIterable<Message>;

/** The half of an interceptor that is for calls coming in, or for calls going out. */
interface Side<Call> {
  unary(by: Interceptor, request: Message, call: Call, next: UnaryHandler<Call>): Promise<Message>;
  clientStreaming(
    by: Interceptor,
    requests: Requests,
    call: Call,
    next: ClientStreamingHandler<Call>,
  ): Promise<Message>;
  serverStreaming(
    by: Interceptor,
    request: Message,
    call: Call,
    next: ServerStreamingHandler<Call>,
  ): Requests;
  duplexStreaming(
    by: Interceptor,
    requests: Requests,
    call: Call,
    next: DuplexStreamingHandler<Call>,
  ): Requests;
  /** An interceptor that was made for the call cannot be disposed of. */
  hearFault(error: unknown, call: Call): void;
}

export const serverSide: Side<ServerCall> = {
  unary: (by, request, call, next) => by.unaryServerHandler(request, call, next),
  clientStreaming: (by, requests, call, next) => by.clientStreamingServerHandler(requests, call, next),
  serverStreaming: (by, request, call, next) => by.serverStreamingServerHandler(request, call, next),
  duplexStreaming: (by, requests, call, next) => by.duplexStreamingServerHandler(requests, call, next),
  hearFault: (error, call) => call.reportFault(error),
};

export const clientSide: Side<ClientCall> = {
  unary: (by, request, call, next) => by.unaryCall(request, call, next),
  clientStreaming: (by, requests, call, next) => by.clientStreamingCall(requests, call, next),
  serverStreaming: (by, request, call, next) => by.serverStreamingCall(request, call, next),
  duplexStreaming: (by, requests, call, next) => by.duplexStreamingCall(requests, call, next),
  hearFault(error) {
    // Nobody listens beside the caller.
    throw error;
  },
};

/** Wrap a handler: the first interceptor is outermost. */
export function intercept<Call>(
  side: Side<Call>,
  sources: readonly InterceptorSource[],
  handler: Handler<Call>,
): Handler<Call> {
  return sources.reduceRight((next, source) => wrap(side, createLender(source, side), next), handler);
}

function wrap<Call>(side: Side<Call>, lender: Lender<Call>, next: Handler<Call>): Handler<Call> {
  const { kind } = next;
  switch (kind) {
    case "unary":
      return {
        kind,
        handle: (request, call) =>
          answerWith(lender, call, (by) => side.unary(by, request, call, next.handle)),
      };
    case "client-streaming":
      return {
        kind,
        handle: (requests, call) =>
          answerWith(lender, call, (by) => side.clientStreaming(by, requests, call, next.handle)),
      };
    case "server-streaming":
      return {
        kind,
        handle: (request, call) =>
          respondWith(lender, call, (by) => side.serverStreaming(by, request, call, next.handle)),
      };
    case "duplex-streaming":
      return {
        kind,
        handle: (requests, call) =>
          respondWith(lender, call, (by) => side.duplexStreaming(by, requests, call, next.handle)),
      };
  }
}

/** Lends an interceptor to one call. */
interface Lender<Call> {
  lend(): Interceptor;
  /** An instance that all calls share is not given back. */
  readonly giveBack: ((interceptor: Interceptor, call: Call) => Promise<void>) | undefined;
}

function createLender<Call>(source: InterceptorSource, { hearFault }: Side<Call>): Lender<Call> {
  if (typeof source !== "function" && !isTuple(source)) return { lend: () => source, giveBack: undefined };
  const [Class, ...args] = typeof source === "function" ? [source] : source;
  return {
    lend: () => new Class(...args),
    async giveBack(interceptor, call) {
      try {
        await dispose(interceptor);
      } catch (error) {
        hearFault(error, call);
      }
    },
  };
}

function isTuple(source: InterceptorSource): source is readonly [InterceptorClass, ...unknown[]] {
  return Array.isArray(source);
}

function dispose(interceptor: Interceptor & Partial<AsyncDisposable & Disposable>): unknown {
  return Symbol.asyncDispose in interceptor
    ? interceptor[Symbol.asyncDispose]?.()
    : interceptor[Symbol.dispose]?.();
}

async function answerWith<Call>(
  { lend, giveBack }: Lender<Call>,
  call: Call,
  run: (interceptor: Interceptor) => Promise<Message>,
): Promise<Message> {
  const interceptor = lend();
  try {
    return checkResponse(await run(interceptor), interceptor);
  } finally {
    await giveBack?.(interceptor, call);
  }
}

function respondWith<Call>(
  lender: Lender<Call>,
  call: Call,
  run: (interceptor: Interceptor) => Requests,
): Requests {
  if (lender.giveBack !== undefined) return respondAndGiveBack(lender, call, run);
  try {
    const interceptor = lender.lend();
    return checkResponses(run(interceptor), interceptor);
  } catch (error) {
    // Who asked for a stream hears of its failure by reading it.
    return failingIterable(() => error);
  }
}

/** Written by hand: an async generator could be left only when its next response has come. */
function respondAndGiveBack<Call>(
  { lend, giveBack }: Lender<Call>,
  call: Call,
  run: (interceptor: Interceptor) => Requests,
): AsyncIterableIterator<Message> {
  let interceptor: Interceptor | undefined;
  let responses: AsyncIterator<Message> | undefined;
  let ending: Promise<IteratorReturnResult<undefined>> | undefined;

  function open(): AsyncIterator<Message> {
    interceptor = lend();
    return checkResponses(run(interceptor), interceptor)[Symbol.asyncIterator]();
  }

  function end(): Promise<IteratorReturnResult<undefined>> {
    ending ??= (async () => {
      if (interceptor !== undefined) await giveBack?.(interceptor, call);
      return { done: true, value: undefined };
    })();
    return ending;
  }

  return {
    async next() {
      if (ending !== undefined) return ending;
      try {
        responses ??= open();
        const result = await responses.next();
        return result.done === true ? end() : result;
      } catch (error) {
        await end();
        throw error;
      }
    },
    async return() {
      try {
        await responses?.return?.();
      } finally {
        await end();
      }
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

// Without types, a forgotten `return` and an `async` method that should be a generator look alright.

function checkResponse(response: Message, interceptor: Interceptor): Message {
  if (isObject(response)) return response;
  throw new TypeError(`${nameOf(interceptor)} returned ${response} for a response: return what next() gives`);
}

function checkResponses(responses: Requests, interceptor: Interceptor): Requests {
  if (isObject(responses) && Symbol.asyncIterator in responses) return responses;
  throw new TypeError(
    `${nameOf(interceptor)} returned ${responses} for a stream of responses: ` +
      "return what next() gives, or write an async generator",
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function nameOf(interceptor: Interceptor): string {
  return interceptor.constructor.name || "an interceptor";
}
