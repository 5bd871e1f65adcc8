import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { Metadata } from "@grpc/grpc-js";
import { idleMetricsRecorder } from "../../call/idle-metrics-recorder.js";
import { codes, RpcError } from "../../call/rpc-error.js";
import type { AuthContext, Door, MetricsRecorder, ServerCall } from "../../call/server-call.js";
import { encodeGrpcMessage } from "../../http/grpc-message.js";
import { type CompressionName, compressions, leastCompressed } from "../../rpc/compressions.js";
import type { GrpcStatus } from "../../rpc/grpc-status.js";
import { frameMessage } from "../../rpc/message-frames.js";
import type { Responses } from "../../rpc/serve-call.js";
import { readHeaders, writeHeaders } from "./grpc-headers.js";
import { letGoAfterwards } from "./let-go.js";
import { untilDrained } from "./until-drained.js";

/** The other end of a connection. */
export interface Peer {
  /** `"127.0.0.1:41203"` */
  readonly address: string;
  getAuthContext(): AuthContext;
}

export interface GrpcStreamOptions {
  readonly peer: Peer;
  readonly headers: IncomingHttpHeaders;
  /** How responses are compressed, for clients that take it. */
  readonly compression: CompressionName | undefined;
  /** The longest message to send, in bytes; -1 for any. */
  readonly sendLimit: number;
  readonly onError: (error: unknown, call: ServerCall) => void;
}

/** Milliseconds that a client has to read what was sent before its call was over. */
const unreadTimeout = 1_000;
const contentType = "application/grpc+proto";
const acceptedEncodings = "identity,deflate,gzip";

/** The response side of a gRPC call on an HTTP/2 stream, and what is known about its request. */
export class GrpcStream implements Door, Responses {
  readonly #stream: ServerHttp2Stream;
  readonly #options: GrpcStreamOptions;
  #metadata: Metadata | undefined;
  #trailers: OutgoingHttpHeaders = {};
  readonly protocol = "grpc";
  readonly http = undefined;

  constructor(stream: ServerHttp2Stream, options: GrpcStreamOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  readMetadata(): Metadata {
    return readHeaders(this.#options.headers);
  }

  sendMetadata(metadata: Metadata): void {
    if (this.#metadata !== undefined || this.#stream.headersSent) return;
    this.#metadata = metadata;
    this.#respond();
  }

  getPeer(): string {
    return this.#options.peer.address;
  }

  getHost(): string {
    const { headers } = this.#options;
    return String(headers[":authority"] ?? headers.host ?? "");
  }

  getAuthContext(): AuthContext {
    return this.#options.peer.getAuthContext();
  }

  getMetricsRecorder(): MetricsRecorder {
    return idleMetricsRecorder;
  }

  reportFault(error: unknown, call: ServerCall): void {
    this.#options.onError(error, call);
  }

  /** Nobody hears any more. */
  get isClosed(): boolean {
    return this.#stream.destroyed || this.#stream.closed || this.#stream.writableEnded;
  }

  /**
   * Send a message; false when the client is to be waited for.
   *
   * @throws RpcError RESOURCE_EXHAUSTED for a message that is longer than may be sent.
   */
  write(message: Uint8Array): boolean | Promise<boolean> {
    const { sendLimit, compression } = this.#options;
    if (sendLimit !== -1 && message.length > sendLimit) {
      throw new RpcError(
        codes.RESOURCE_EXHAUSTED,
        `a message of ${message.length} bytes is larger than the ${sendLimit} that may be sent`,
      );
    }
    if (compression !== undefined && message.length >= leastCompressed) {
      return compressions[compression].compress(message).then((bytes) => this.#write(bytes, true));
    }
    return this.#write(message, false);
  }

  untilDrained(): Promise<void> {
    return untilDrained(this.#stream);
  }

  /** End the call well. */
  end(trailers: Metadata | undefined): void {
    if (this.isClosed) return;
    this.#respond();
    this.#trailers = {
      ...(trailers === undefined ? {} : writeHeaders(trailers)),
      "grpc-status": String(codes.OK),
    };
    letGoAfterwards(this.#stream);
    this.#stream.end();
  }

  /** End the call with a status; with nothing else, if nothing has been sent. */
  fail({ code, details, metadata }: GrpcStatus): void {
    if (this.isClosed) return;
    letGoAfterwards(this.#stream);
    const trailers = {
      ...writeHeaders(metadata),
      "grpc-status": String(code),
      ...(details === "" ? {} : { "grpc-message": encodeGrpcMessage(details) }),
    };
    if (this.#stream.headersSent) {
      this.#trailers = trailers;
      this.#stream.end();
      if (code === codes.DEADLINE_EXCEEDED || code === codes.CANCELLED) this.#cutUnread();
    } else {
      // Nothing but trailers, which are the headers then.
      this.#stream.respond(
        {
          ":status": 200,
          "content-type": contentType,
          "grpc-accept-encoding": acceptedEncodings,
          ...trailers,
        },
        { endStream: true },
      );
    }
  }

  /** A client that does not read must not keep what it was sent for longer than it wanted it. */
  #cutUnread(): void {
    if (this.#stream.writableLength === 0) return;
    const cut = setTimeout(() => this.#stream.close(constants.NGHTTP2_CANCEL), unreadTimeout);
    this.#stream.once("close", () => clearTimeout(cut));
  }

  #write(message: Uint8Array, isCompressed: boolean): boolean {
    if (this.isClosed) return true;
    this.#respond();
    return this.#stream.write(frameMessage(message, isCompressed));
  }

  #respond(): void {
    if (this.#stream.headersSent || this.isClosed) return;
    const { compression } = this.#options;
    const headers: OutgoingHttpHeaders = {
      ":status": 200,
      "content-type": contentType,
      "grpc-accept-encoding": acceptedEncodings,
      ...(compression === undefined ? {} : { "grpc-encoding": compression }),
      ...(this.#metadata === undefined ? {} : writeHeaders(this.#metadata)),
    };
    this.#stream.on("wantTrailers", () => this.#stream.sendTrailers(this.#trailers));
    this.#stream.respond(headers, { waitForTrailers: true });
  }
}
