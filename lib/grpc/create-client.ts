import {
  type CallOptions,
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials as credentialsOf,
  type Interceptor as GrpcInterceptor,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import type { ClientCall } from "../call/client-call.js";
import type { Handler } from "../call/handler.js";
import { clientSide, intercept } from "../call/intercept.js";
import type { InterceptorSource } from "../call/interceptor.js";
import type { Message } from "../call/message.js";
import { readSocketPath } from "./unix-socket.js";

export interface ClientOptions {
  /** TLS; without it the connection is plain. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Run around every call, the first one outermost. */
  readonly interceptors?: readonly InterceptorSource[] | undefined;
  /** grpc-js's own client interceptors, inside the others. */
  readonly grpcInterceptors?: readonly GrpcInterceptor[] | undefined;
  /** Message sizes, keepalive, load balancing and the like, as grpc-js names them. */
  readonly channelOptions?: ChannelOptions | undefined;
}

export interface ClientCallOptions {
  readonly metadata?: Metadata | undefined;
  /** Milliseconds from now. */
  readonly timeout?: number | undefined;
  /** A point in time, or milliseconds since 1970. */
  readonly deadline?: Date | number | undefined;
  /** Aborting it cancels the call. */
  readonly signal?: AbortSignal | undefined;
}

/** The methods of a service under their names with a small first letter, and `close`. */
export type ServiceClient = {
  // biome-ignore lint/suspicious/noExplicitAny: what a method takes and gives depends on its kind
  readonly [method: string]: any;
} & {
  /** Close the connection; calls in flight go on. */
  close(): void;
};

/**
 * A gRPC client of promises and async iterables.
 *
 *     const greeter = createClient(services.definition("greet.v1.Greeter"), "unix:/tmp/greeter.sock");
 *     await greeter.sayHello({ name: "Ada" });                               // { message: "Hello Ada" }
 *     for await (const reply of greeter.sayHellos({ name: "Ada" })) { … }    // three replies
 *
 * A method takes its request, or an iterable of requests, and gives a promise, or an async iterable. What fails is
 * grpc-js's `ServiceError` with `code`, `details` and `metadata`. Leaving a `for await` early cancels the call.
 */
export function createClient<ServiceType extends object = ServiceClient>(
  definition: ServiceDefinition,
  target: string,
  options: ClientOptions = {},
): ServiceType & { close(): void } {
  const path = readSocketPath(target);
  const client = new Client(
    path === undefined ? target : `unix:${path}`,
    options.credentials ?? credentialsOf.createInsecure(),
    { ...options.channelOptions, interceptors: [...(options.grpcInterceptors ?? [])] },
  );
  const methods = Object.entries(definition).map(([name, method]) => {
    const { handle } = intercept(clientSide, options.interceptors ?? [], createCaller(client, method));
    const run = handle as (input: unknown, call: ClientCall) => unknown;
    const callName = name.charAt(0).toLowerCase() + name.slice(1);
    return [
      callName,
      (input: unknown, callOptions: ClientCallOptions = {}) =>
        run(toIterable(method, input), createClientCall(method, callOptions)),
    ];
  });
  // The caller says what the definition promises; the compiler cannot see it.
  return { ...Object.fromEntries(methods), close: () => client.close() } as ServiceType & { close(): void };
}

type AnyMethod = MethodDefinition<Message, Message>;

function createClientCall({ path }: AnyMethod, options: ClientCallOptions): ClientCall {
  const { metadata = new Metadata(), timeout, deadline, signal } = options;
  const latest = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout;
  return { path, metadata, deadline: Math.min(latest, Number(deadline ?? Number.POSITIVE_INFINITY)), signal };
}

/** Interceptors are promised an async iterable, whatever iterable the caller has. */
function toIterable(method: AnyMethod, input: unknown): unknown {
  if (!method.requestStream) return input;
  const requests = input as AsyncIterable<Message> | Iterable<Message>;
  if (Symbol.asyncIterator in requests) return requests;
  return (async function* () {
    yield* requests;
  })();
}

/** What makes the call, at the end of the interceptors. */
function createCaller(client: Client, method: AnyMethod): Handler<ClientCall> {
  const { path, requestSerialize: serialize, responseDeserialize: deserialize } = method;
  if (!method.requestStream && !method.responseStream) {
    return {
      kind: "unary",
      handle: (request, call) =>
        answerOf(call, (callback) =>
          client.makeUnaryRequest(
            path,
            serialize,
            deserialize,
            request,
            call.metadata,
            callOptions(call),
            callback,
          ),
        ),
    };
  }
  if (!method.responseStream) {
    return {
      kind: "client-streaming",
      handle: (requests, call) =>
        answerOf(call, (callback) => {
          const { metadata } = call;
          const stream = client.makeClientStreamRequest(
            path,
            serialize,
            deserialize,
            metadata,
            callOptions(call),
            callback,
          );
          void send(requests, stream);
          return stream;
        }),
    };
  }
  if (!method.requestStream) {
    return {
      kind: "server-streaming",
      handle: (request, call) =>
        responsesOf(call, () =>
          client.makeServerStreamRequest(
            path,
            serialize,
            deserialize,
            request,
            call.metadata,
            callOptions(call),
          ),
        ),
    };
  }
  return {
    kind: "duplex-streaming",
    handle: (requests, call) =>
      responsesOf(call, () => {
        const stream = client.makeBidiStreamRequest(
          path,
          serialize,
          deserialize,
          call.metadata,
          callOptions(call),
        );
        void send(requests, stream);
        return stream;
      }),
  };
}

function callOptions({ deadline }: ClientCall): CallOptions {
  return deadline === Number.POSITIVE_INFINITY ? {} : { deadline };
}

interface Cancellable {
  cancel(): void;
}

function answerOf(
  call: ClientCall,
  start: (callback: (error: ServiceError | null, response?: Message) => void) => Cancellable,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const stop = { release: () => {} };
    const grpcCall = start((error, response) => {
      stop.release();
      if (error !== null) reject(error);
      else resolve(response ?? {});
    });
    stop.release = cancelOnAbort(call.signal, grpcCall);
  });
}

async function* responsesOf(
  call: ClientCall,
  start: () => Cancellable & AsyncIterable<Message>,
): AsyncIterable<Message> {
  const stream = start();
  const release = cancelOnAbort(call.signal, stream);
  try {
    yield* stream;
  } finally {
    release();
    stream.cancel();
  }
}

function cancelOnAbort(signal: AbortSignal | undefined, grpcCall: Cancellable): () => void {
  if (signal === undefined) return () => {};
  const cancel = () => grpcCall.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return () => signal.removeEventListener("abort", cancel);
}

interface RequestStream extends Cancellable {
  write(message: Message): boolean;
  end(): void;
  once(event: "drain" | "close" | "error", listener: () => void): unknown;
  readonly destroyed: boolean;
}

/** Send requests as fast as the server takes them. A source that fails cancels the call. */
async function send(requests: AsyncIterable<Message>, stream: RequestStream): Promise<void> {
  try {
    for await (const request of requests) {
      if (stream.destroyed) return;
      if (!stream.write(request)) await untilWritable(stream);
    }
    stream.end();
  } catch {
    stream.cancel();
  }
}

function untilWritable(stream: RequestStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("drain", resolve);
    stream.once("close", resolve);
  });
}
