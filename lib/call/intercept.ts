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
}

export const serverSide: Side<ServerCall> = {
  unary: (by, request, call, next) => by.unaryServerHandler(request, call, next),
  clientStreaming: (by, requests, call, next) => by.clientStreamingServerHandler(requests, call, next),
  serverStreaming: (by, request, call, next) => by.serverStreamingServerHandler(request, call, next),
  duplexStreaming: (by, requests, call, next) => by.duplexStreamingServerHandler(requests, call, next),
};

export const clientSide: Side<ClientCall> = {
  unary: (by, request, call, next) => by.unaryCall(request, call, next),
  clientStreaming: (by, requests, call, next) => by.clientStreamingCall(requests, call, next),
  serverStreaming: (by, request, call, next) => by.serverStreamingCall(request, call, next),
  duplexStreaming: (by, requests, call, next) => by.duplexStreamingCall(requests, call, next),
};

/** Wrap a handler: the first interceptor is outermost. */
export function intercept<Call>(
  side: Side<Call>,
  sources: readonly InterceptorSource[],
  handler: Handler<Call>,
): Handler<Call> {
  return sources.reduceRight((next, source) => wrap(side, createLender(source), next), handler);
}

function wrap<Call>(side: Side<Call>, lender: Lender, next: Handler<Call>): Handler<Call> {
  const { kind } = next;
  switch (kind) {
    case "unary":
      return {
        kind,
        handle: (request, call) => withOne(lender, (by) => side.unary(by, request, call, next.handle)),
      };
    case "client-streaming":
      return {
        kind,
        handle: (requests, call) =>
          withOne(lender, (by) => side.clientStreaming(by, requests, call, next.handle)),
      };
    case "server-streaming":
      return {
        kind,
        handle: (request, call) =>
          withOneForAll(lender, (by) => side.serverStreaming(by, request, call, next.handle)),
      };
    case "duplex-streaming":
      return {
        kind,
        handle: (requests, call) =>
          withOneForAll(lender, (by) => side.duplexStreaming(by, requests, call, next.handle)),
      };
  }
}

/** Lends an interceptor to one call. */
interface Lender {
  lend(): Interceptor;
  readonly giveBack: ((interceptor: Interceptor) => Promise<void> | undefined) | undefined;
}

function createLender(source: InterceptorSource): Lender {
  if (typeof source === "function") return { lend: () => new source(), giveBack: dispose };
  if (!isTuple(source)) return { lend: () => source, giveBack: undefined };
  const [Class, ...args] = source;
  return { lend: () => new Class(...args), giveBack: dispose };
}

function isTuple(source: InterceptorSource): source is readonly [InterceptorClass, ...unknown[]] {
  return Array.isArray(source);
}

function dispose(
  interceptor: Interceptor & Partial<AsyncDisposable & Disposable>,
): Promise<void> | undefined {
  const disposed = interceptor[Symbol.asyncDispose]?.();
  if (disposed !== undefined) return Promise.resolve(disposed);
  interceptor[Symbol.dispose]?.();
  return undefined;
}

async function withOne(
  lender: Lender,
  run: (interceptor: Interceptor) => Promise<Message>,
): Promise<Message> {
  const interceptor = lender.lend();
  if (lender.giveBack === undefined) return run(interceptor);
  try {
    return await run(interceptor);
  } finally {
    await lender.giveBack(interceptor);
  }
}

function withOneForAll(lender: Lender, run: (interceptor: Interceptor) => Requests): Requests {
  if (lender.giveBack !== undefined) return runAndGiveBack(lender, run);
  try {
    return run(lender.lend());
  } catch (error) {
    // Who asked for a stream hears of its failure by reading it.
    return failingIterable(() => error);
  }
}

async function* runAndGiveBack(lender: Lender, run: (interceptor: Interceptor) => Requests): Requests {
  const interceptor = lender.lend();
  try {
    yield* run(interceptor);
  } finally {
    await lender.giveBack?.(interceptor);
  }
}
