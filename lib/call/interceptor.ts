import type { ServerInterceptor } from "@grpc/grpc-js";
import { ConfigError } from "../schema/config-error.js";
import type { ClientCall } from "./client-call.js";
import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  ServerStreamingHandler,
  UnaryHandler,
} from "./handler.js";
import type { Message } from "./message.js";
import type { ServerCall } from "./server-call.js";

/**
 * Code around calls, the same for REST and native gRPC, server and client. Override what is needed; the rest
 * passes the call on.
 *
 *     class Timing extends Interceptor {
 *       override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
 *         const start = performance.now();
 *         try {
 *           return await next(request, call);
 *         } finally {
 *           console.log(call.method.fullName, performance.now() - start);
 *         }
 *       }
 *     }
 *     services.use(Timing);        // an instance for each call
 *     services.use(new Timing());  // one instance for all calls
 *
 * `next` may be called never, once or several times; requests and responses may be replaced and streams
 * wrapped. What the handler throws can be caught around `await next(…)`; what an interceptor throws is the
 * status of the call. The first one registered is outermost, global ones before those of a service.
 *
 * An instance made for one call is disposed of after it, through `Symbol.asyncDispose` or `Symbol.dispose`.
 */
export class Interceptor {
  unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler): Promise<Message> {
    return next(request, call);
  }

  clientStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: ClientStreamingHandler,
  ): Promise<Message> {
    return next(requests, call);
  }

  serverStreamingServerHandler(
    request: Message,
    call: ServerCall,
    next: ServerStreamingHandler,
  ): AsyncIterable<Message> {
    return next(request, call);
  }

  duplexStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: DuplexStreamingHandler,
  ): AsyncIterable<Message> {
    return next(requests, call);
  }

  unaryCall(request: Message, call: ClientCall, next: UnaryHandler<ClientCall>): Promise<Message> {
    return next(request, call);
  }

  clientStreamingCall(
    requests: AsyncIterable<Message>,
    call: ClientCall,
    next: ClientStreamingHandler<ClientCall>,
  ): Promise<Message> {
    return next(requests, call);
  }

  serverStreamingCall(
    request: Message,
    call: ClientCall,
    next: ServerStreamingHandler<ClientCall>,
  ): AsyncIterable<Message> {
    return next(request, call);
  }

  duplexStreamingCall(
    requests: AsyncIterable<Message>,
    call: ClientCall,
    next: DuplexStreamingHandler<ClientCall>,
  ): AsyncIterable<Message> {
    return next(requests, call);
  }
}

/** A class is made anew for each call, with the arguments given. */
// biome-ignore lint/suspicious/noExplicitAny: a class may ask for any arguments; the tuple form supplies them
export type InterceptorClass = new (...args: any[]) => Interceptor;
export type InterceptorSource = Interceptor | InterceptorClass | readonly [InterceptorClass, ...unknown[]];
/** What runs around incoming calls; an interceptor of grpc-js runs for REST calls as it does for native ones. */
export type ServerInterceptorSource = InterceptorSource | ServerInterceptor;

/**
 * Tell our interceptors from grpc-js's, which are plain functions. Each keep their order.
 *
 *     sortInterceptors([Timing, (method, call) => new ServerInterceptingCall(call)])
 */
export function sortInterceptors<GrpcInterceptor>(
  sources: readonly (InterceptorSource | GrpcInterceptor)[],
): { readonly own: readonly InterceptorSource[]; readonly grpc: GrpcInterceptor[] } {
  const own: InterceptorSource[] = [];
  const grpc: GrpcInterceptor[] = [];
  for (const source of sources) {
    if (isOwn(source)) own.push(source);
    else grpc.push(source);
  }
  return { own, grpc };
}

/**
 * Refuse what is no interceptor: a guard that cannot run must not be taken for one that does.
 *
 * @throws ConfigError naming its place in the list.
 */
export function checkInterceptors(sources: readonly unknown[]): void {
  if (!Array.isArray(sources)) throw new ConfigError([{ message: "interceptors: give an array" }]);
  const faults = sources.flatMap((source: unknown, i) => {
    if (isInterceptor(source)) return [];
    const wanted = "an Interceptor, a class of one, [class, ...arguments], or a ServerInterceptor of grpc-js";
    return { message: `interceptors[${i}] is not ${wanted}` };
  });
  if (faults.length > 0) throw new ConfigError(faults);
}

function isInterceptor(source: unknown): boolean {
  if (Array.isArray(source)) return isClass(source[0]);
  if (typeof source !== "function") return hasMethods(source);
  // Any other class is no function that grpc-js could call.
  return isClass(source) || !/^class\b/.test(Function.prototype.toString.call(source));
}

function isOwn<GrpcInterceptor>(source: InterceptorSource | GrpcInterceptor): source is InterceptorSource {
  return typeof source !== "function" || isClass(source);
}

/** Asks for what it does, not for what it is: it may come from another copy of this package. */
function isClass(source: unknown): boolean {
  return typeof source === "function" && hasMethods(source.prototype);
}

const methods = Object.getOwnPropertyNames(Interceptor.prototype).filter((name) => name !== "constructor");

function hasMethods(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === "function")
  );
}
