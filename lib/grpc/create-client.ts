import type { Interceptor as GrpcInterceptor, ServiceDefinition } from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import { failingIterable } from "../call/handler.js";
import { clientSide, intercept } from "../call/intercept.js";
import { checkInterceptors, type InterceptorSource, sortInterceptors } from "../call/interceptor.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import type { TypedMethod } from "../call/typed-service.js";
import { checkOptionNames } from "../schema/check-option-names.js";
import { smallFirst } from "../schema/read-services.js";
import { createCaller, type OutgoingCall } from "./call-server.js";
import type { ClientCallOptions } from "./client-call-options.js";
import { type ConnectionOptions, connect } from "./connect.js";
import { findCodecs } from "./definition-codecs.js";
import { createClientCall, defaultPropagation } from "./propagate.js";
import { createErrorReader } from "./read-service-error.js";

export interface ClientOptions extends ConnectionOptions {
  /**
   * Run around every call, the first one outermost. Interceptors of grpc-js are taken as well; they run inside the
   * others.
   */
  readonly interceptors?: readonly (InterceptorSource | GrpcInterceptor)[] | undefined;
  /**
   * The metadata that `propagate` hands on: `x-request-id`, `traceparent` and `tracestate` unless given.
   */
  readonly propagateMetadata?: readonly string[] | undefined;
}

/**
 * The methods of a service under their names with a small first letter, and `close`. A service with a method of that name
 * keeps it; `using`, or `[Symbol.dispose]()`, closes the connection of every client.
 */
export type ServiceClient<Service> = {
  readonly [Name in keyof Service]: ClientMethod<Service[Name]>;
} & Disposable &
  ("close" extends keyof Service ? unknown : Closable);

interface Closable {
  /** Close the connection; calls in flight go on. */
  close(): void;
}

/**
 * A method takes its request, or an iterable of requests, and gives a promise, or an async iterable. What is a function
 * already, in a type that was written by hand, stays as it is.
 */
export type ClientMethod<Method> =
  Method extends TypedMethod<infer Kind, unknown, infer Response, infer RequestInput, unknown>
    ? (
        input: Kind extends "client-streaming" | "duplex-streaming"
          ? AsyncIterable<RequestInput> | Iterable<RequestInput>
          : RequestInput,
        options?: ClientCallOptions,
      ) => Kind extends "server-streaming" | "duplex-streaming"
        ? AsyncIterableIterator<Response>
        : Promise<Response>
    : Method extends (...input: never[]) => unknown
      ? Method
      : never;

/**
 * A gRPC client of promises and async iterables.
 *
 *     const greeter = createClient<Greeter>(services.definition("greet.v1.Greeter"), "unix:/tmp/greeter.sock");
 *     await greeter.sayHello({ name: "Ada" });                               // { message: "Hello Ada" }
 *     for await (const reply of greeter.sayHellos({ name: "Ada" })) { … }    // three replies
 *
 * `Greeter` is what `express-grpc-transcoding types` writes; without it nothing is checked.
 *
 * What fails is an `RpcError` with `code`, `message`, decoded `details`, and the trailers as `metadata`; its `cause` is
 * grpc-js's own error. Calls with a stream of responses begin when the first one is asked for; leaving a `for await`
 * early cancels them.
 *
 * @param target `"127.0.0.1:50051"`, `"dns:///greeter:50051"`, `"unix:/run/greeter.sock"`.
 * @throws ConfigError for a target that no server can have, and for options that do not exist.
 */
export function createClient<Service = never>(
  definition: ServiceDefinition,
  target: string,
  options: ClientOptions = {},
  // biome-ignore lint/suspicious/noExplicitAny: without a type parameter the compiler knows nothing of the methods
): [Service] extends [never] ? any : ServiceClient<Service> {
  checkOptionNames(options, [
    "credentials",
    "channelOptions",
    "connectTimeout",
    "interceptors",
    "propagateMetadata",
  ]);
  checkInterceptors(options.interceptors ?? []);
  const { own, grpc: grpcOnes } = sortInterceptors<GrpcInterceptor>(options.interceptors ?? []);
  const connection = connect(target, options, grpcOnes);
  const readError = createErrorReader(target, findCodecs(definition));
  const propagated = options.propagateMetadata ?? defaultPropagation;
  const methods = Object.entries(definition).map(([name, method]) => {
    const { handle } = intercept(clientSide, own, createCaller(connection, method, readError, toOutgoing));
    // Input and handler agree: both are of the kind of the method.
    const run = handle as (input: unknown, call: ClientCall) => unknown;
    return [
      smallFirst(name),
      (input: unknown, callOptions: ClientCallOptions = {}) => {
        try {
          const messages = method.requestStream ? toAsyncIterable(input, name) : input;
          return run(messages, createClientCall(method.path, callOptions, propagated));
        } catch (error) {
          // Who calls is promised that a failure comes where the response would have come.
          return method.responseStream ? readAll(failingIterable(() => error)) : Promise.reject(error);
        }
      },
    ];
  });
  const close = () => connection.client.close();
  return { close, ...Object.fromEntries(methods), [Symbol.dispose]: close };
}

/** A call as its caller and the interceptors have made it. */
function toOutgoing({ metadata, deadline, signal, onMetadata, onTrailers }: ClientCall): OutgoingCall {
  return {
    metadata,
    deadline,
    onMetadata,
    onTrailers,
    findCancellation: () => (signal?.aborted === true ? toCancellation(signal) : undefined),
    onCancel(listener) {
      signal?.addEventListener("abort", listener, { once: true });
      return () => signal?.removeEventListener("abort", listener);
    },
  };
}

function toCancellation({ reason }: AbortSignal): RpcError {
  if (reason instanceof RpcError) return reason;
  return new RpcError(codes.CANCELLED, "the call was cancelled by its caller", { cause: reason });
}

/** Interceptors are promised an async iterable, whatever iterable the caller has. */
function toAsyncIterable(input: unknown, method: string): AsyncIterable<Message> {
  const isIterable = typeof input === "object" && input !== null;
  if (isIterable && Symbol.asyncIterator in input) return input as AsyncIterable<Message>;
  if (!isIterable || !(Symbol.iterator in input)) {
    throw new TypeError(`${method} takes an iterable of requests`);
  }
  return readAll(input as Iterable<Message>);
}

async function* readAll(iterable: AsyncIterable<Message> | Iterable<Message>): AsyncGenerator<Message> {
  yield* iterable;
}
