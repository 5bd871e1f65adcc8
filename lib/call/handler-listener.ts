import type { Metadata, ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { closeIterator } from "./close-iterator.js";
import type { Handler } from "./handler.js";
import type { Message } from "./message.js";
import { createMessageQueue } from "./message-queue.js";
import { codes, RpcError } from "./rpc-error.js";
import type { AuthContext, Door, HttpContext, MetricsRecorder, ServerCall } from "./server-call.js";
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
    ends.wire.onEnd(() => this.#wake());
  }

  onReceiveMetadata(metadata: Metadata): void {
    const { call, chain } = this.#ends;
    call.goThrough((door) => new InterceptedDoor(door, chain, metadata));
    void this.#run();
  }

  onReceiveMessage(message: Message): void {
    this.#requests.push(message);
  }

  onReceiveHalfClose(): void {
    this.#requests.end();
  }

  onCancel(): void {
    // The call has been told of it by its door.
  }

  async #run(): Promise<void> {
    const { chain, wire, call } = this.#ends;
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.#answer();
    } catch (error) {
      failure = { error };
    }
    // As in grpc-js, interceptors hear of the end of a cancelled call through onCancel.
    if (call.cancelled) return;
    wire.attempt(() =>
      chain.sendStatus(
        failure === undefined
          ? { code: codes.OK, details: "OK", metadata: call.trailers }
          : wire.describeFailure(failure.error),
      ),
    );
  }

  async #answer(): Promise<void> {
    const { handler, call } = this.#ends;
    switch (handler.kind) {
      case "unary":
        return this.#send(await handler.handle(await this.#readOne(), call));
      case "client-streaming":
        return this.#send(await handler.handle(this.#readAll(), call));
      case "server-streaming":
        return this.#sendAll(handler.handle(await this.#readOne(), call));
      case "duplex-streaming":
        return this.#sendAll(handler.handle(this.#readAll(), call));
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

  async #sendAll(responses: AsyncIterable<Message>): Promise<void> {
    const { wire } = this.#ends;
    const iterator = responses[Symbol.asyncIterator]();
    wire.onEnd(() => closeIterator(iterator));
    for (let result = await iterator.next(); result.done !== true; result = await iterator.next()) {
      await this.#send(result.value);
      if (wire.isEnded) return;
    }
  }

  /** Hand a message on; done when it has been taken, or the call is over. */
  #send(message: Message): Promise<void> {
    const { chain, wire } = this.#ends;
    if (wire.isEnded) return Promise.resolve();
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
  readonly #metadata: Metadata;

  constructor(door: Door, chain: ServerInterceptingCallInterface, metadata: Metadata) {
    this.#door = door;
    this.#chain = chain;
    this.#metadata = metadata;
  }

  get http(): HttpContext | undefined {
    return this.#door.http;
  }

  readMetadata(): Metadata {
    return this.#metadata;
  }

  sendMetadata(metadata: Metadata): void {
    this.#chain.sendMetadata(metadata);
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
