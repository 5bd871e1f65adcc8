import { finished } from "node:stream";
import {
  type ClientStreamingHandler,
  type DuplexStreamingHandler,
  getHttpContext,
  Interceptor,
  type Message,
  type ServerCall,
  type ServerStreamingHandler,
  status,
  type UnaryHandler,
} from "express-grpc-transcoding";

/**
 * Prints a line for each request, whichever way it came:
 *
 *     GET /v1/greeter/world -> greet.v1.Greeter.SayHello 200 OK 1.9 ms
 *     gRPC -> greet.v1.Greeter.SayHello OK 0.8 ms
 */
export class RequestLog extends Interceptor {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    super();
    this.#print = print;
  }

  override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler): Promise<Message> {
    return this.#logResponse(call, () => next(request, call));
  }

  override clientStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: ClientStreamingHandler,
  ): Promise<Message> {
    return this.#logResponse(call, () => next(requests, call));
  }

  override serverStreamingServerHandler(
    request: Message,
    call: ServerCall,
    next: ServerStreamingHandler,
  ): AsyncIterable<Message> {
    return this.#logResponses(call, () => next(request, call));
  }

  override duplexStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: DuplexStreamingHandler,
  ): AsyncIterable<Message> {
    return this.#logResponses(call, () => next(requests, call));
  }

  async #logResponse(call: ServerCall, answer: () => Promise<Message>): Promise<Message> {
    const log = this.#start(call);
    try {
      const response = await answer();
      log(status.OK);
      return response;
    } catch (error) {
      log(readCode(error));
      throw error;
    }
  }

  async *#logResponses(call: ServerCall, answer: () => AsyncIterable<Message>): AsyncGenerator<Message> {
    const log = this.#start(call);
    // A caller who leaves in the middle neither ends the stream nor makes it fail.
    let code: number = status.CANCELLED;
    try {
      yield* answer();
      code = status.OK;
    } catch (error) {
      code = readCode(error);
      throw error;
    } finally {
      log(code);
    }
  }

  #start(call: ServerCall): (code: number) => void {
    const start = performance.now();
    const method = call.method.fullName;
    const http = getHttpContext(call);
    return (code) => {
      const outcome = status[code] ?? `code ${code}`;
      if (http === undefined) this.#print(`gRPC -> ${method} ${outcome} ${since(start)}`);
      else {
        const { req, res } = http;
        const line = `${req.method} ${readUrl(req)} -> ${method}`;
        // The HTTP status is chosen after the interceptors have run.
        finished(res, () => this.#print(`${line} ${res.statusCode} ${outcome} ${since(start)}`));
      }
    };
  }
}

/** Under a mounted router `url` is what is left of the path; Express keeps the whole in `originalUrl`. */
function readUrl(req: { readonly url?: string | undefined; readonly originalUrl?: string }): string {
  return req.originalUrl ?? req.url ?? "";
}

/** What the caller will read: anything thrown without a code is UNKNOWN. */
function readCode(error: unknown): number {
  const hasCode =
    typeof error === "object" && error !== null && "code" in error && typeof error.code === "number";
  return hasCode ? (error.code as number) : status.UNKNOWN;
}

function since(start: number): string {
  return `${(performance.now() - start).toFixed(1)} ms`;
}
