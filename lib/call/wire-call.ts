import type { Metadata, ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { closeIterator } from "./close-iterator.js";
import type { Message } from "./message.js";
import { createMessageQueue } from "./message-queue.js";
import { createMetadata } from "./metadata.js";
import { codes, RpcError } from "./rpc-error.js";
import type { AuthContext, Door, MetricsRecorder, ServerCall } from "./server-call.js";
import { InterceptedFailure, readStatus, toErrorCode } from "./status.js";

export type GrpcListener = Parameters<ServerInterceptingCallInterface["start"]>[0];
export type GrpcStatus = Parameters<ServerInterceptingCallInterface["sendStatus"]>[0];
type ConnectionInfo = ReturnType<ServerInterceptingCallInterface["getConnectionInfo"]>;

/**
 * What the outermost of grpc-js's interceptors takes for grpc-js's own call: it reads requests from the door, one for
 * each `startRead`, and keeps responses for the door to pull. The first status ends it; what comes after is dropped.
 */
export class WireCall implements ServerInterceptingCallInterface {
  readonly #call: ServerCall;
  readonly #requests: AsyncIterator<Message>;
  /** The door as it is outside the interceptors. */
  readonly #door: Door;
  readonly #queue = createMessageQueue(() => this.#end());
  #endListeners: (() => void)[] = [];
  #listener: GrpcListener | undefined;
  #isReading = false;
  #hasSentMetadata = false;
  #isEnded = false;
  #failure: { readonly error: unknown; readonly code: number; readonly details: string } | undefined;
  /** Hears of a request that cannot be read: listeners of grpc-js have no word for it. */
  onUnreadable: (error: unknown) => void = () => {};

  constructor(call: ServerCall, requests: AsyncIterator<Message>) {
    this.#call = call;
    this.#requests = requests;
    this.#door = call.door;
    call.onCancel((reason) => {
      this.#queue.fail(reason);
      this.#end();
    });
  }

  get responses(): AsyncIterableIterator<Message> {
    return this.#queue.messages;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Run `listener` when nothing more will be read or sent: at once if that is so already. */
  onEnd(listener: () => void): void {
    if (this.#isEnded) listener();
    else this.#endListeners.push(listener);
  }

  /** The status that interceptors see of what the handler failed with, with all its metadata. */
  describeFailure(error: unknown): GrpcStatus {
    const { code, message, metadata } = readStatus(error);
    const sent = metadata?.clone() ?? createMetadata();
    if (this.#call.trailersIfAny !== undefined) sent.merge(this.#call.trailersIfAny);
    this.#failure = { error, code, details: message };
    return { code, details: message, metadata: sent };
  }

  /** Call an interceptor. What it throws ends its call, and nothing else. */
  attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (this.#isEnded) this.#call.reportFault(error);
      this.#queue.fail(error);
      this.#end();
    }
  }

  start(listener: GrpcListener): void {
    if (this.#isEnded) return;
    this.#listener = listener;
    this.attempt(() => listener.onReceiveMetadata(this.#call.metadata));
  }

  startRead(): void {
    if (this.#isEnded || this.#isReading) return;
    this.#isReading = true;
    this.#requests.next().then(
      (result) => {
        this.#isReading = false;
        if (this.#isEnded) return;
        this.attempt(() => {
          if (result.done === true) this.#listener?.onReceiveHalfClose();
          else this.#listener?.onReceiveMessage(result.value);
        });
      },
      (error) => this.onUnreadable(error),
    );
  }

  sendMetadata(metadata: Metadata): void {
    if (this.#isEnded || this.#hasSentMetadata) return;
    this.#hasSentMetadata = true;
    this.#door.sendMetadata(metadata);
  }

  sendMessage(message: Message, callback: () => void): void {
    if (!this.#isEnded) this.#queue.push(message, () => this.attempt(callback));
  }

  sendStatus(status: GrpcStatus): void {
    if (this.#isEnded) return;
    if (status.code === codes.OK) {
      if (status.metadata) this.#call.replaceTrailers(status.metadata);
      this.#queue.end();
    } else {
      // Those that the interceptors have let through are in the status.
      this.#call.replaceTrailers(createMetadata());
      this.#queue.fail(this.#readFailure(status));
    }
    this.#end();
  }

  /** The handler's own error with its details, unless an interceptor has made another status of it. */
  #readFailure({ code, details, metadata }: GrpcStatus): RpcError | InterceptedFailure {
    const failure = this.#failure;
    if (failure?.code === code && failure?.details === details) {
      return new InterceptedFailure(failure.error, metadata ?? undefined);
    }
    const cause = failure?.error;
    if (failure !== undefined && readStatus(cause).unexpected !== undefined) this.#call.reportFault(cause);
    const options = { metadata: metadata ?? undefined, cause };
    return new RpcError(toErrorCode(code), details ?? "", options);
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const listener of this.#endListeners) listener();
    closeIterator(this.#requests);
    // In grpc-js this event comes at the end of every call, and interceptors clean up by it.
    process.nextTick(() => this.attempt(() => this.#listener?.onCancel()));
  }

  getPeer(): string {
    return this.#door.getPeer();
  }

  getDeadline(): number {
    return this.#call.deadline;
  }

  getHost(): string {
    return this.#door.getHost();
  }

  getAuthContext(): AuthContext {
    return this.#door.getAuthContext();
  }

  getConnectionInfo(): ConnectionInfo {
    const socket = this.#door.http?.req.socket;
    if (socket === undefined) return readPeer(this.#door.getPeer());
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    return { localAddress, localPort, remoteAddress, remotePort };
  }

  getMetricsRecorder(): MetricsRecorder {
    return this.#door.getMetricsRecorder();
  }
}

/**
 * As much as a peer tells of its connection.
 *
 *     readPeer("[::1]:41203")   // { remoteAddress: "::1", remotePort: 41203 }
 *     readPeer("unknown")       // {}: a Unix socket
 */
function readPeer(peer: string): ConnectionInfo {
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(peer) ?? [];
  return address === undefined ? {} : { remoteAddress: address, remotePort: Number(port) };
}
