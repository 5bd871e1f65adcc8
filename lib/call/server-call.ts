import type { IncomingMessage, ServerResponse } from "node:http";
import type { Metadata, MetadataValue, ServerUnaryCall } from "@grpc/grpc-js";
import type { Method } from "../schema/schema.js";
import type { CallsInFlight } from "./calls-in-flight.js";
import type { Message } from "./message.js";
import { createMetadata, findMetadata } from "./metadata.js";
import type { RpcError } from "./rpc-error.js";

/** The TLS identity of a caller, as grpc-js gives it. */
export type AuthContext = ReturnType<ServerUnaryCall<Message, Message>["getAuthContext"]>;
/** grpc-js's recorder of per-call load metrics. */
export type MetricsRecorder = ReturnType<ServerUnaryCall<Message, Message>["getMetricsRecorder"]>;

/** Express's request and response. */
export interface HttpContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** The protocols that a call may come by. */
export type CallProtocol = "rest" | "grpc" | "grpc-web" | "connect";

/** The protocol side of a call: what only the door that it came through knows or can do. */
export interface Door {
  /** Read once, on first use. */
  readMetadata(): Metadata;
  sendMetadata(metadata: Metadata): void;
  getPeer(): string;
  getHost(): string;
  getAuthContext(): AuthContext;
  getMetricsRecorder(): MetricsRecorder;
  readonly protocol: CallProtocol;
  /** Express's objects, for calls that came over HTTP. */
  readonly http: HttpContext | undefined;
  /** Tell the operator of a fault that cannot change the answer any more. */
  reportFault(error: unknown, call: ServerCall): void;
}

/** The longest delay that a timer takes, about 24.8 days; a later deadline is left to the caller. */
export const longestTimeout = 2 ** 31 - 1;

/**
 * One RPC in flight, whichever protocol it came by: what interceptors are given, and what the `call` of a
 * handler is made of.
 *
 *     async unaryServerHandler(request, call, next) {
 *       if (!call.metadata.get("authorization").length) throw new RpcError(status.UNAUTHENTICATED, "no token");
 *       return next(request, call);
 *     }
 */
export class ServerCall {
  readonly method: Method;
  /** Milliseconds since 1970, or `Infinity`. */
  readonly deadline: number;
  /**
   * The HTTP status of a successful answer, 200 unless set before the first message: `call.httpStatus = 201`.
   * Native gRPC has no use for it.
   */
  httpStatus: number | undefined;

  readonly #door: Door;
  #metadata: Metadata | undefined;
  #trailers: Metadata | undefined;
  #failureTrailers: (readonly [key: string, values: readonly MetadataValue[]])[] | undefined;
  #controller: AbortController | undefined;
  #cancellation: RpcError | undefined;
  #listeners: ((reason: RpcError) => void)[] = [];
  #waiting: Set<(reason: RpcError) => void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #inFlight: CallsInFlight | undefined;
  #isFinished = false;

  constructor(method: Method, door: Door, deadline = Number.POSITIVE_INFINITY) {
    this.method = method;
    this.#door = door;
    this.deadline = deadline;
  }

  /** The request metadata: gRPC's, or the headers of the HTTP request. */
  get metadata(): Metadata {
    this.#metadata ??= this.#door.readMetadata();
    return this.#metadata;
  }

  /** Metadata to send after the last message: gRPC trailers, or HTTP trailers for a client that takes them. */
  get trailers(): Metadata {
    this.#trailers ??= createMetadata();
    return this.#trailers;
  }

  /** The same, or `undefined` when nobody has asked for trailers yet. */
  get trailersIfAny(): Metadata | undefined {
    return this.#trailers;
  }

  /** Add what a handler ends its call with, by whichever way of grpc-js's. */
  addTrailers(trailers: unknown): void {
    if (trailers === undefined || trailers === null) return;
    const metadata = findMetadata(trailers);
    if (metadata === undefined) throw new TypeError("trailers are a Metadata of @grpc/grpc-js");
    this.trailers.merge(metadata);
  }

  /** Add what a handler fails with: another attempt begins without it. */
  addFailureTrailers(trailers: unknown): void {
    this.addTrailers(trailers);
    const metadata = findMetadata(trailers);
    if (metadata === undefined) return;
    this.#failureTrailers = Object.keys(metadata.getMap()).map((key) => [key, [...metadata.get(key)]]);
  }

  /** The handler is tried again. */
  dropFailureTrailers(): void {
    const dropped = this.#failureTrailers;
    if (dropped === undefined) return;
    this.#failureTrailers = undefined;
    for (const [key, values] of dropped) {
      const kept = this.trailers.get(key).filter((value) => !values.includes(value));
      this.trailers.remove(key);
      for (const value of kept) this.trailers.add(key, value);
    }
  }

  /** Use these trailers instead. */
  replaceTrailers(trailers: Metadata): void {
    this.#trailers = trailers;
  }

  /** The caller has left, or the deadline has passed, before the call was answered. */
  get cancelled(): boolean {
    return this.#cancellation !== undefined;
  }

  /** Why the call was cancelled: CANCELLED or DEADLINE_EXCEEDED. */
  get cancellation(): RpcError | undefined {
    return this.#cancellation;
  }

  /** Aborts when the call is cancelled; the reason is an `RpcError`. Hand it to `fetch`, timers and queries. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancellation !== undefined) this.#controller.abort(this.#cancellation);
    }
    return this.#controller.signal;
  }

  /** What the call speaks through. */
  get door(): Door {
    return this.#door;
  }

  /** The protocol that the call came by: `"rest"`, `"grpc"`, `"grpc-web"` or `"connect"`. */
  get protocol(): CallProtocol {
    return this.#door.protocol;
  }

  /** Express's request and response, for calls that came over HTTP. */
  get http(): HttpContext | undefined {
    return this.#door.http;
  }

  /** Send response metadata (headers) ahead of the first message. Only the first call counts, as in grpc-js. */
  sendMetadata(metadata: Metadata): void {
    // As grpc-js has it for null and undefined: nothing to send.
    if (metadata === undefined || metadata === null) return;
    if (findMetadata(metadata) === undefined) {
      throw new TypeError("sendMetadata takes a Metadata of @grpc/grpc-js");
    }
    if (!this.#isFinished) this.#door.sendMetadata(metadata);
  }

  getPeer(): string {
    return this.#door.getPeer();
  }

  getHost(): string {
    return this.#door.getHost();
  }

  /** `"/greet.v1.Greeter/SayHello"`, for REST calls too. */
  getPath(): string {
    return this.method.path;
  }

  getDeadline(): number {
    return this.deadline;
  }

  getAuthContext(): AuthContext {
    return this.#door.getAuthContext();
  }

  getMetricsRecorder(): MetricsRecorder {
    return this.#door.getMetricsRecorder();
  }

  /**
   * The same call, with the same trailers, as those see it who speak through another door. Whoever makes it cancels it:
   * it may be over while this one goes on.
   */
  behind(door: Door): ServerCall {
    const inner = new ServerCall(this.method, door, this.deadline);
    inner.#trailers = this.trailers;
    return inner;
  }

  /** Something went wrong after the call was answered. What a cancelled call still does is nobody's concern. */
  reportFault(error: unknown): void {
    if (this.#cancellation === undefined) this.#door.reportFault(error, this);
  }

  /** Run `listener` when the call is cancelled: at once if it already is, never after it has finished. */
  onCancel(listener: (reason: RpcError) => void): void {
    if (this.#cancellation !== undefined) listener(this.#cancellation);
    else if (!this.#isFinished) this.#listeners.push(listener);
  }

  /** `listener` is not of interest any more. */
  forgetCancel(listener: (reason: RpcError) => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at !== -1) this.#listeners.splice(at, 1);
  }

  /** What `work` comes to, or the cancellation if that comes first. */
  untilCancelled<T>(work: () => Promise<T>): Promise<T> {
    if (this.#cancellation !== undefined) return Promise.reject(this.#cancellation);
    this.#waiting ??= new Set();
    const waiting = this.#waiting;
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      work().then(
        (value) => {
          waiting.delete(reject);
          resolve(value);
        },
        (error) => {
          waiting.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** Count among the calls that a server can end. */
  join(inFlight: CallsInFlight | undefined): void {
    this.#inFlight = inFlight;
    inFlight?.add(this);
  }

  /**
   * End the call from outside. The first reason stays; a finished call takes none, and since every call hears of the
   * end of its connection, the reason is made only when it counts.
   */
  cancel(createReason: () => RpcError): void {
    if (this.#isFinished || this.#cancellation !== undefined) return;
    const reason = createReason();
    this.#cancellation = reason;
    clearTimeout(this.#timer);
    this.#inFlight?.delete(this);
    const listeners = this.#listeners;
    this.#listeners = [];
    this.#controller?.abort(reason);
    for (const listener of listeners) this.#tell(listener, reason);
    for (const reject of this.#waiting ?? []) reject(reason);
  }

  /** What a listener throws concerns neither the others nor the timer or the socket that has ended the call. */
  #tell(listener: (reason: RpcError) => void, reason: RpcError): void {
    try {
      listener(reason);
    } catch (error) {
      this.#door.reportFault(error, this);
    }
  }

  /** Cancel when the deadline passes. The door that sets a deadline starts it. */
  startTimer(createReason: () => RpcError): void {
    const delay = this.deadline - Date.now();
    if (delay > longestTimeout || this.#isFinished) return;
    if (delay <= 0) this.cancel(createReason);
    else this.#timer = setTimeout(() => this.cancel(createReason), delay);
  }

  /** The answer is complete: nothing can cancel the call any more. */
  finish(): void {
    this.#isFinished = true;
    clearTimeout(this.#timer);
    this.#inFlight?.delete(this);
    this.#listeners = [];
  }
}

/**
 * Express's `req` and `res` of a call that came over HTTP, `undefined` for native gRPC.
 *
 *     getHttpContext(call)?.res.setHeader("Cache-Control", "no-store");
 */
export function getHttpContext(call: { readonly http: HttpContext | undefined }): HttpContext | undefined {
  return call.http;
}
