import { EventEmitter } from "node:events";
import type { Metadata } from "@grpc/grpc-js";
import type { Method } from "../schema/schema.js";
import type { AuthContext, CallProtocol, HttpContext, MetricsRecorder, ServerCall } from "./server-call.js";

/** What the calls of all four kinds have in common: all that grpc-js has, and what every call has here. */
export interface CallSurface {
  /** The call as interceptors see it. */
  context: ServerCall;
  readonly method: Method;
  readonly metadata: Metadata;
  readonly trailers: Metadata;
  readonly cancelled: boolean;
  readonly signal: AbortSignal;
  readonly protocol: CallProtocol;
  readonly http: HttpContext | undefined;
  httpStatus: number | undefined;
  sendMetadata(metadata: Metadata): void;
  getPeer(): string;
  getHost(): string;
  getPath(): string;
  getDeadline(): number;
  getAuthContext(): AuthContext;
  getMetricsRecorder(): MetricsRecorder;
}

// biome-ignore lint/suspicious/noExplicitAny: the constructor of a mixin can only be typed with any[] (TS2545)
type EmitterClass = new (...options: any[]) => EventEmitter;

/**
 * Give a class of events or streams what every call of a handler has.
 *
 *     class UnaryCall extends withSurface(EventEmitter) { … }
 */
export function withSurface<Base extends EmitterClass>(base: Base) {
  abstract class Surface extends base implements CallSurface {
    context!: ServerCall;

    get method(): Method {
      return this.context.method;
    }
    get metadata(): Metadata {
      return this.context.metadata;
    }
    get trailers(): Metadata {
      return this.context.trailers;
    }
    get cancelled(): boolean {
      return this.context.cancelled;
    }
    get signal(): AbortSignal {
      return this.context.signal;
    }
    get protocol(): CallProtocol {
      return this.context.protocol;
    }
    get http(): HttpContext | undefined {
      return this.context.http;
    }
    get httpStatus(): number | undefined {
      return this.context.httpStatus;
    }
    set httpStatus(status: number | undefined) {
      this.context.httpStatus = status;
    }
    sendMetadata(metadata: Metadata): void {
      this.context.sendMetadata(metadata);
    }
    getPeer(): string {
      return this.context.getPeer();
    }
    getHost(): string {
      return this.context.getHost();
    }
    getPath(): string {
      return this.context.getPath();
    }
    getDeadline(): number {
      return this.context.getDeadline();
    }
    getAuthContext(): AuthContext {
      return this.context.getAuthContext();
    }
    getMetricsRecorder(): MetricsRecorder {
      return this.context.getMetricsRecorder();
    }

    /** What a listener throws is what its handler throws: it fails the call, not whoever has brought the event. */
    override emit(event: string | symbol, ...values: unknown[]): boolean {
      try {
        return super.emit(event, ...values);
      } catch (error) {
        if (event !== "error") return this.emit("error", error);
        // The listeners of the package come first: the call has failed already, and often with this very error.
        if (error !== values[0]) this.context.reportFault(error);
        return true;
      }
    }

    /** The same for what an async listener rejects with. */
    override [EventEmitter.captureRejectionSymbol](error: unknown): void {
      this.emit("error", error);
    }
  }
  // The compiler cannot see through `extends base`; the instance is both.
  return Surface as unknown as new (options: {
    readonly objectMode?: true;
    readonly captureRejections: true;
  }) => InstanceType<Base> & CallSurface;
}
