import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  ServerStreamingHandler,
  UnaryHandler,
} from "../call/handler.js";
import { Interceptor } from "../call/interceptor.js";
import type { Message } from "../call/message.js";
import { codes } from "../call/rpc-error.js";
import type { ServerCall } from "../call/server-call.js";
import { readStatus } from "../call/status.js";

/** What watches one call. */
export interface Observation {
  /** Run a step of the call: the handler, or the making of one message. */
  run<T>(step: () => T): T;
  /** The call is over. */
  end(code: number, error: unknown): void;
}

/** An interceptor that watches calls of all four kinds and changes nothing. */
export abstract class Observer extends Interceptor {
  protected abstract observe(call: ServerCall): Observation;

  override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler): Promise<Message> {
    return observeAnswer(this.observe(call), () => next(request, call));
  }

  override clientStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: ClientStreamingHandler,
  ): Promise<Message> {
    return observeAnswer(this.observe(call), () => next(requests, call));
  }

  override serverStreamingServerHandler(
    request: Message,
    call: ServerCall,
    next: ServerStreamingHandler,
  ): AsyncIterable<Message> {
    return observeStream(call, this.observe(call), () => next(request, call));
  }

  override duplexStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: DuplexStreamingHandler,
  ): AsyncIterable<Message> {
    return observeStream(call, this.observe(call), () => next(requests, call));
  }
}

async function observeAnswer(observation: Observation, answer: () => Promise<Message>): Promise<Message> {
  try {
    const response = await observation.run(answer);
    observation.end(codes.OK, undefined);
    return response;
  } catch (error) {
    observation.end(readStatus(error).code, error);
    throw error;
  }
}

function observeStream(
  call: ServerCall,
  observation: Observation,
  respond: () => AsyncIterable<Message>,
): AsyncIterableIterator<Message> {
  const iterator = observation.run(() => respond()[Symbol.asyncIterator]());
  let isOver = false;
  const end = (code: number, error?: unknown) => {
    if (isOver) return;
    isOver = true;
    observation.end(code, error);
  };
  return {
    async next() {
      try {
        const result = await observation.run(() => iterator.next());
        if (result.done === true) end(codes.OK);
        return result;
      } catch (error) {
        end(readStatus(error).code, error);
        throw error;
      }
    },
    async return() {
      // Who leaves a stream in the middle has cancelled it.
      end(call.cancellation?.code ?? codes.CANCELLED);
      await observation.run(() => iterator.return?.());
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
