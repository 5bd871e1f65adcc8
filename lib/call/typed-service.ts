import type {
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from "@grpc/grpc-js";
import type { CallSurface } from "./call-surface.js";

/**
 * Methods of a service as the compiler sees them: what a caller sends and what a handler answers, each as it is read
 * and as it may be written. A service is an object type of such methods, as `express-grpc-transcoding types` writes
 * it:
 *
 *     interface Greeter {
 *       sayHello: UnaryMethod<HelloRequest, HelloReply>;
 *       sayHellos: ServerStreamingMethod<HelloRequest, HelloReply>;
 *     }
 *     services.add<Greeter>("greet.v1.Greeter", { … });
 *     createClient<Greeter>(services.definition("greet.v1.Greeter"), "127.0.0.1:50051");
 *
 * There are no values of these types.
 */
export interface TypedMethod<Kind, Request, Response, RequestInput, ResponseInput> {
  readonly kind: Kind;
  /** As a handler reads it. */
  readonly request: Request;
  /** As a caller may write it: with fields left out, and 64-bit integers as numbers, say. */
  readonly requestInput: RequestInput;
  /** As a caller reads it. */
  readonly response: Response;
  /** As a handler may write it. */
  readonly responseInput: ResponseInput;
}

export interface UnaryMethod<Request, Response, RequestInput = Request, ResponseInput = Response>
  extends TypedMethod<"unary", Request, Response, RequestInput, ResponseInput> {}

export interface ClientStreamingMethod<Request, Response, RequestInput = Request, ResponseInput = Response>
  extends TypedMethod<"client-streaming", Request, Response, RequestInput, ResponseInput> {}

export interface ServerStreamingMethod<Request, Response, RequestInput = Request, ResponseInput = Response>
  extends TypedMethod<"server-streaming", Request, Response, RequestInput, ResponseInput> {}

export interface DuplexStreamingMethod<Request, Response, RequestInput = Request, ResponseInput = Response>
  extends TypedMethod<"duplex-streaming", Request, Response, RequestInput, ResponseInput> {}

/** The implementation of a service, for the compiler: every method, in any of the ways that handlers may answer. */
export type ImplementationOf<Service> = {
  readonly [Name in keyof Service]: MethodImplementationOf<Service[Name]>;
};

export type MethodImplementationOf<Method> =
  Method extends TypedMethod<infer Kind, unknown, unknown, unknown, infer Response>
    ? Kind extends "unary" | "client-streaming"
      ? (
          call: HandlerCallOf<Method>,
          callback: sendUnaryData<Response>,
          // biome-ignore lint/suspicious/noConfusingVoidType: a handler that calls back returns nothing
        ) => Response | Promise<Response> | void
      : (
          call: HandlerCallOf<Method>,
          // biome-ignore lint/suspicious/noConfusingVoidType: a handler that writes to its call returns nothing
        ) => AsyncIterable<Response> | Promise<AsyncIterable<Response>> | void
    : never;

/** The `call` of a handler of a method: that of grpc-js, with what every call has here. */
export type HandlerCallOf<Method> =
  Method extends TypedMethod<infer Kind, infer Request, unknown, unknown, infer Response>
    ? CallSurface &
        (Kind extends "unary"
          ? ServerUnaryCall<Request, Response>
          : Kind extends "client-streaming"
            ? Iterated<ServerReadableStream<Request, Response>, Request>
            : Kind extends "server-streaming"
              ? ServerWritableStream<Request, Response>
              : Iterated<ServerDuplexStream<Request, Response>, Request>)
    : never;

/** The types of node read `any` from every stream. */
type Iterated<Stream, Request> = Omit<Stream, typeof Symbol.asyncIterator> & {
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Request>;
};
