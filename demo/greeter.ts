import { setTimeout } from "node:timers/promises";
import { type HandlerCall, RpcError, status } from "express-grpc-transcoding";

interface HelloRequest {
  readonly name: string;
}

interface HellosRequest extends HelloRequest {
  readonly count: number;
}

interface HelloReply {
  readonly message: string;
}

/** Ends when it is time for the next greeting, or with the signal. */
export type Pause = (signal: AbortSignal) => Promise<unknown>;

const oneSecond: Pause = (signal) => setTimeout(1000, undefined, { signal });

/**
 * The handlers of `greet.v1.Greeter`.
 *
 *     services.add("greet.v1.Greeter", createGreeter());
 */
export function createGreeter(pause: Pause = oneSecond) {
  return {
    async sayHello(call: HandlerCall<HelloRequest>): Promise<HelloReply> {
      return { message: `Hello ${call.request.name}` };
    },

    async *sayHellos(call: HandlerCall<HellosRequest>): AsyncGenerator<HelloReply> {
      const { name, count } = call.request;
      if (count < 0 || count > 100) throw new RpcError(status.INVALID_ARGUMENT, "count must be 0 to 100");
      const last = count || 3;
      for (let i = 1; i <= last; i++) {
        yield { message: `Hello ${name} ${i}` };
        // A caller who leaves wakes the pause up: nobody waits for a greeting that nobody hears.
        if (i < last) await pause(call.signal);
      }
    },
  };
}
