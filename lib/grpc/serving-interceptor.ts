import { ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";
import { GrpcJsCall } from "./grpc-js-call.js";
import { InstrumentedCall } from "./instrumented-call.js";
import type { ServedMethod } from "./served-methods.js";

/**
 * Serve methods on a grpc-js server, as its innermost interceptor: calls of these methods end here, all others go on
 * to the handlers that grpc-js knows.
 *
 * Messages have to be bytes in the definitions that the server is given.
 *
 * @param isWatched its handlers have to begin the calls.
 */
export function createServingInterceptor(
  methods: ReadonlyMap<string, ServedMethod>,
  isWatched: boolean,
): ServerInterceptor {
  const Call = isWatched ? InstrumentedCall : GrpcJsCall;
  return ({ path }, base) => {
    const method = methods.get(path);
    return method === undefined ? new ServerInterceptingCall(base) : new Call(base, method);
  };
}
