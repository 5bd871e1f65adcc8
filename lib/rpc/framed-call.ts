import type { OutgoingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import type { Endpoint } from "../call/endpoint.js";
import { createMessageQueue, type MessageQueue } from "../call/message-queue.js";
import type { HttpRequest } from "../http/http-message.js";
import { type CompressionName, compressions, leastCompressed } from "./compressions.js";
import type { GrpcStatus } from "./grpc-status.js";
import { HttpCall, type HttpCallOptions } from "./http-call.js";
import { frameMessage } from "./message-frames.js";
import { abandonCall, type Responses } from "./serve-call.js";

/** How a protocol writes what is around the messages of a response. */
export interface FramedForm {
  readonly headers: OutgoingHttpHeaders;
  /** The frame after the last message. */
  encodeEnd(trailers: Metadata | undefined): Buffer;
  /** The same for a call that failed. */
  encodeFailure(status: GrpcStatus): Buffer;
  /** Headers that say all there is to say of a call that fails before its response has begun, if headers can hold it. */
  readonly encodeFailureHeaders?: ((status: GrpcStatus) => OutgoingHttpHeaders | undefined) | undefined;
  /** The bytes that stand for a frame on the wire. */
  readonly encodeFrame: (frame: Buffer) => Buffer;
}

export interface FramedCallOptions extends HttpCallOptions {
  readonly form: FramedForm;
  readonly compression: CompressionName | undefined;
}

/** As many bytes as a stream of node takes before it asks to wait. */
const highWaterMark = 16 * 1024;

/** A call whose response is a sequence of frames. One with a single message is sent as a whole. */
export class FramedCall extends HttpCall implements Responses {
  readonly #form: FramedForm;
  readonly #compression: CompressionName | undefined;
  readonly #isStream: boolean;
  #stream: MessageQueue<Buffer> | undefined;
  #frames: Buffer[] = [];
  #unsentBytes = 0;
  #onDrained = () => {};

  constructor(endpoint: Endpoint, request: HttpRequest, options: FramedCallOptions) {
    super(endpoint, request, options);
    this.#isStream = endpoint.method.isStreamingResponse;
    this.#form = options.form;
    this.#compression = options.compression;
  }

  override sendMetadata(metadata: Metadata): void {
    super.sendMetadata(metadata);
    if (this.#isStream) this.#openStream();
  }

  write(message: Uint8Array): boolean | Promise<boolean> {
    if (this.#compression === undefined || message.length < leastCompressed)
      return this.#send(frameMessage(message, false));
    return compressions[this.#compression]
      .compress(message)
      .then((bytes) => this.#send(frameMessage(bytes, true)));
  }

  untilDrained(): Promise<void> {
    return new Promise((resolve) => {
      // The client may take what was compressed before anybody has begun to wait for it.
      if (this.#unsentBytes < highWaterMark) resolve();
      else this.#onDrained = resolve;
    });
  }

  end(trailers: Metadata | undefined): void {
    this.#finish(this.#form.encodeEnd(trailers));
  }

  fail(status: GrpcStatus): void {
    const { encodeFailure, encodeFailureHeaders, headers } = this.#form;
    const hasBegun = this.#stream !== undefined || this.responseMetadata !== undefined;
    const failureHeaders = hasBegun ? undefined : encodeFailureHeaders?.(status);
    if (failureHeaders !== undefined) {
      this.respond({ status: 200, headers: { ...headers, ...failureHeaders }, body: "" });
    } else {
      this.#frames = [];
      this.#finish(encodeFailure(status));
    }
  }

  #send(frame: Buffer): boolean {
    const bytes = this.#form.encodeFrame(frame);
    if (!this.#isStream) {
      this.#frames.push(bytes);
      return true;
    }
    this.#unsentBytes += bytes.length;
    this.#openStream().push(bytes, () => {
      this.#unsentBytes -= bytes.length;
      if (this.#unsentBytes < highWaterMark) this.#onDrained();
    });
    return this.#unsentBytes < highWaterMark;
  }

  #finish(lastFrame: Buffer): void {
    this.#send(lastFrame);
    if (this.#isStream) this.#stream?.end();
    else this.respond({ status: 200, headers: this.#form.headers, body: Buffer.concat(this.#frames) });
  }

  #openStream(): MessageQueue<Buffer> {
    if (this.#stream === undefined) {
      const stream = createMessageQueue<Buffer>(() => abandonCall(this.call));
      this.#stream = stream;
      // nginx holds back what it does not know to be a stream.
      const headers = { ...this.#form.headers, "x-accel-buffering": "no" };
      this.respond({ status: 200, headers, body: stream.messages });
    }
    return this.#stream;
  }
}
