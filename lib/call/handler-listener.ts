import type { Metadata, ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { closeIterator } from "./close-iterator.js";
import type { Handler } from "./handler.js";
import type { Message } from "./message.js";
import { createMessageQueue } from "./message-queue.js";
import { codes, RpcError } from "./rpc-error.js";
import type {
  AuthContext,
  CallProtocol,
  Door,
  HttpContext,
  MetricsRecorder,
  ServerCall,
} from "./server-call.js";
import type { GrpcListener, WireCall } from "./wire-call.js";

interface Ends {
  /** The innermost of the interceptors, that the handler speaks to. */
  readonly chain: ServerInterceptingCallInterface;
  readonly wire: WireCall;
  readonly handler: Handler;
  readonly call: ServerCall;
}

/** What the innermost of grpc-js's interceptors hands requests to: runs the handler and sends what it answers. */
export class HandlerListener implements GrpcListener {
  readonly #ends: Ends;
  readonly #requests = createMessageQueue(() => {});
  #wake = () => {};

  constructor(ends: Ends) {
    this.#ends = ends;
    ends.wire.onUnreadable = (error) => this.#requests.fail(error);
  }

  onReceiveMetadata(metadata: Metadata): void {
    const { call, chain, wire } = this.#ends;
    if (wire.isEnded) return;
    const inner = call.behind(new InterceptedDoor({ door: call.door, chain, wire }, metadata));
    wire.onEnd(() => {
      // Without a cancellation from outside, an interceptor has ended the call before its handler has.
      inner.cancel(() => call.cancellation ?? new RpcError(codes.CANCELLED, "an interceptor ended the call"));
      if (inner.cancellation !== undefined) this.#requests.fail(inner.cancellation);
      this.#wake();
    });
    void this.#run(inner);
  }

  onReceiveMessage(message: Message): void {
    this.#requests.push(message);
  }

  onReceiveHalfClose(): void {
    this.#requests.end();
  }

  onCancel(): void {
    // The handler has been told of it by its call.
  }

  async #run(call: ServerCall): Promise<void> {
    const { chain, wire } = this.#ends;
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.#answer(call);
    } catch (error) {
      failure = { error };
    }
    // As in grpc-js, interceptors hear of the end of a cancelled call through onCancel.
    if (call.cancelled) return;
    call.finish();
    wire.attempt(() =>
      chain.sendStatus(
        failure === undefined
          ? { code: codes.OK, details: "OK", metadata: call.trailers }
          : wire.describeFailure(failure.error),
      ),
    );
  }

  async #answer(call: ServerCall): Promise<void> {
    const { handler } = this.#ends;
    switch (handler.kind) {
      case "unary":
        return this.#send(await handler.handle(await this.#readOne(), call), call);
      case "client-streaming":
        return this.#send(await handler.handle(this.#readAll(), call), call);
      case "server-streaming":
        return this.#sendAll(handler.handle(await this.#readOne(), call), call);
      case "duplex-streaming":
        return this.#sendAll(handler.handle(this.#readAll(), call), call);
    }
  }

  /** The request, when the interceptors have let its end through as well. */
  async #readOne(): Promise<Message> {
    const requests = this.#readAll();
    const { done, value } = await requests.next();
    if (done === true) throw new RpcError(codes.UNIMPLEMENTED, "an interceptor kept the request back");
    await requests.next();
    return value;
  }

  #readAll(): AsyncIterableIterator<Message> {
    const { chain, wire } = this.#ends;
    const { messages } = this.#requests;
    return {
      next() {
        const result = messages.next();
        wire.attempt(() => chain.startRead());
        return result;
      },
      async return() {
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #sendAll(responses: AsyncIterable<Message>, call: ServerCall): Promise<void> {
    const iterator = responses[Symbol.asyncIterator]();
    this.#ends.wire.onEnd(() => closeIterator(iterator));
    for (let result = await iterator.next(); result.done !== true; result = await iterator.next()) {
      await this.#send(result.value, call);
      if (call.cancelled) return;
    }
  }

  /** Hand a message on; done when it has been taken, or the call is over. */
  #send(message: Message, { httpStatus }: ServerCall): Promise<void> {
    const { call, chain, wire } = this.#ends;
    if (wire.isEnded) return Promise.resolve();
    call.httpStatus = httpStatus;
    return new Promise((resolve) => {
      this.#wake = resolve;
      wire.attempt(() => chain.sendMessage(message, resolve));
    });
  }
}

/** The door as it is inside the interceptors. */
class InterceptedDoor implements Door {
  readonly #door: Door;
  readonly #chain: ServerInterceptingCallInterface;
  readonly #wire: WireCall;
  readonly #metadata: Metadata;

  constructor({ door, chain, wire }: Pick<Ends, "chain" | "wire"> & { door: Door }, metadata: Metadata) {
    this.#door = door;
    this.#chain = chain;
    this.#wire = wire;
    this.#metadata = metadata;
  }

  get protocol(): CallProtocol {
    return this.#door.protocol;
  }

  get http(): HttpContext | undefined {
    return this.#door.http;
  }

  readMetadata(): Metadata {
    return this.#metadata;
  }

  sendMetadata(metadata: Metadata): void {
    // Of a remote call, they come with an event of its connection.
    this.#wire.attempt(() => this.#chain.sendMetadata(metadata));
  }

  getPeer(): string {
    return this.#chain.getPeer();
  }

  getHost(): string {
    return this.#chain.getHost();
  }

  getAuthContext(): AuthContext {
    return this.#chain.getAuthContext();
  }

  getMetricsRecorder(): MetricsRecorder {
    return this.#chain.getMetricsRecorder();
  }

  reportFault(error: unknown, call: ServerCall): void {
    this.#door.reportFault(error, call);
  }
}
