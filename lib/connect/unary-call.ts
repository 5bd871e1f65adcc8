import type { OutgoingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import type { Endpoint } from "../call/endpoint.js";
import { createMetadata } from "../call/metadata.js";
import type { HttpRequest } from "../http/http-message.js";
import { httpStatusOf } from "../http/http-status.js";
import type { JsonCodecs } from "../json/codec.js";
import { type CompressionName, compressions, leastCompressed } from "../rpc/compressions.js";
import type { GrpcStatus } from "../rpc/grpc-status.js";
import { HttpCall, type HttpCallOptions } from "../rpc/http-call.js";
import { writeRpcMetadata } from "../rpc/rpc-metadata.js";
import type { Responses } from "../rpc/serve-call.js";
import { toConnectError } from "./connect-error.js";
import { trailerOf } from "./connect-form.js";
import { connectCompressions } from "./wire-headers.js";

export interface UnaryCallOptions extends HttpCallOptions {
  readonly codecs: JsonCodecs;
  /** Of the message; errors are JSON. */
  readonly contentType: string;
  readonly compression: CompressionName | undefined;
}

/** A call whose response is its message, or an error with the HTTP status that goes with it. */
export class UnaryCall extends HttpCall implements Responses {
  readonly #codecs: JsonCodecs;
  readonly #contentType: string;
  readonly #compression: CompressionName | undefined;
  readonly #isGet: boolean;
  #message: Uint8Array | undefined;
  #encoding: OutgoingHttpHeaders = {};

  constructor(endpoint: Endpoint, request: HttpRequest, options: UnaryCallOptions) {
    super(endpoint, request, options);
    this.#codecs = options.codecs;
    this.#contentType = options.contentType;
    this.#compression = options.compression;
    this.#isGet = request.httpMethod === "GET";
  }

  write(message: Uint8Array): boolean | Promise<boolean> {
    this.#message = message;
    if (this.#compression === undefined || message.length < leastCompressed) return true;
    this.#encoding = { "content-encoding": this.#compression };
    return compressions[this.#compression].compress(message).then((bytes) => {
      this.#message = bytes;
      return true;
    });
  }

  async untilDrained(): Promise<void> {}

  end(trailers: Metadata | undefined): void {
    const headers = this.#open(this.#contentType);
    Object.assign(headers, this.#encoding);
    if (trailers !== undefined) writeRpcMetadata(trailers, headers, prefix);
    this.respond({ status: 200, headers, body: this.#message });
  }

  fail(status: GrpcStatus): void {
    const headers = this.#open("application/json");
    const trailers = this.call.trailersIfAny ?? createMetadata();
    // What the error brings is for all clients, such as `retry-after`; what the call sends after it, for those of Connect.
    const nameOf = (key: string) => (trailers.get(key).length > 0 ? prefix(key) : trailerOf(key));
    writeRpcMetadata(status.metadata, headers, nameOf);
    const body = JSON.stringify(toConnectError(status, this.#codecs));
    this.respond({ status: httpStatusOf(status.code), headers, body });
  }

  #open(contentType: string): OutgoingHttpHeaders {
    return {
      "content-type": contentType,
      "accept-encoding": connectCompressions.join(", "),
      // Caches keep what clients with other compressions were answered.
      ...(this.#isGet ? { vary: "accept-encoding" } : {}),
    };
  }
}

/** Trailers are headers, under a name of their own: `trailer-acme-cost`. */
function prefix(key: string): string | undefined {
  const name = trailerOf(key);
  return name && `trailer-${name}`;
}
