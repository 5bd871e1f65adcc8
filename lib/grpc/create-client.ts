import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials as credentialsOf,
  type Interceptor as GrpcInterceptor,
  type Metadata,
  type MetadataValue,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import { clientSide, intercept } from "../call/intercept.js";
import { type InterceptorSource, sortInterceptors } from "../call/interceptor.js";
import type { Message } from "../call/message.js";
import type { TypedMethod } from "../call/typed-service.js";
import { type CalledMethod, createCaller } from "./call-server.js";
import { findCodecs } from "./definition-codecs.js";
import { createClientCall, defaultPropagation, type PropagatedCall } from "./propagate.js";
import { readServiceError } from "./read-service-error.js";
import { readSocketPath } from "./unix-socket.js";

export interface ClientOptions {
  /** TLS; without it the connection is plain. */
  readonly credentials?: ChannelCredentials | undefined;
  /**
   * Run around every call, the first one outermost. Interceptors of grpc-js are taken as well; they run inside the
   * others.
   */
  readonly interceptors?: readonly (InterceptorSource | GrpcInterceptor)[] | undefined;
  /**
   * The metadata that `propagate` hands on: `x-request-id`, `traceparent` and `tracestate` unless given.
   */
  readonly propagateMetadata?: readonly string[] | undefined;
  /** Message sizes, keepalive, load balancing and the like, as grpc-js names them. */
  readonly channelOptions?: ChannelOptions | undefined;
}

export interface ClientCallOptions {
  readonly metadata?: Metadata | Readonly<Record<string, MetadataValue>> | undefined;
  /** Milliseconds from now. */
  readonly timeout?: number | undefined;
  /** A point in time, or milliseconds since 1970. */
  readonly deadline?: Date | number | undefined;
  /** Aborting it cancels the call. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The call that this one is made for: its deadline and its cancellation hold for this one as well, and chosen
   * metadata are handed on.
   */
  readonly propagate?: PropagatedCall | undefined;
  /** Hears of the response metadata, ahead of the first response. */
  readonly onMetadata?: ((metadata: Metadata) => void) | undefined;
  /** Hears of the trailing metadata of a call that succeeds; an error carries its own. */
  readonly onTrailers?: ((trailers: Metadata) => void) | undefined;
}

/** The methods of a service under their names with a small first letter, and `close`. */
export type ServiceClient<Service> = {
  readonly [Name in keyof Service]: ClientMethod<Service[Name]>;
} & Disposable & {
    /** Close the connection; calls in flight go on. */
    close(): void;
  };

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
 */
export function createClient<Service = never>(
  definition: ServiceDefinition,
  target: string,
  options: ClientOptions = {},
  // biome-ignore lint/suspicious/noExplicitAny: without a type parameter the compiler knows nothing of the methods
): [Service] extends [never] ? any : ServiceClient<Service> {
  const { own, grpc: grpcOnes } = sortInterceptors<GrpcInterceptor>(options.interceptors ?? []);
  const path = readSocketPath(target);
  const client = new Client(
    path === undefined ? target : `unix:${path}`,
    options.credentials ?? credentialsOf.createInsecure(),
    { ...options.channelOptions, interceptors: grpcOnes },
  );
  const codecs = findCodecs(definition);
  const propagated = options.propagateMetadata ?? defaultPropagation;
  const methods = Object.entries(definition).map(([name, method]) => {
    const caller = createCaller(client, method, (error) => readServiceError(error, codecs));
    const { handle } = intercept(clientSide, own, caller);
    // Input and handler agree: both are of the kind of the method.
    const run = handle as (input: unknown, call: ClientCall) => unknown;
    return [
      name.charAt(0).toLowerCase() + name.slice(1),
      (input: unknown, callOptions: ClientCallOptions = {}) =>
        run(toIterable(method, input), createClientCall(method.path, callOptions, propagated)),
    ];
  });
  const close = () => client.close();
  return { ...Object.fromEntries(methods), close, [Symbol.dispose]: close };
}

/** Interceptors are promised an async iterable, whatever iterable the caller has. */
function toIterable(method: CalledMethod, input: unknown): unknown {
  if (!method.requestStream) return input;
  const requests = input as AsyncIterable<Message> | Iterable<Message>;
  if (Symbol.asyncIterator in requests) return requests;
  return (async function* () {
    yield* requests;
  })();
}
