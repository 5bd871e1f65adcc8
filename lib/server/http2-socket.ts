import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { connectionHeaders } from "../http/connection-headers.js";
import { toHttp2Value } from "../http/single-valued-headers.js";
import { createChunkDecoder, type DecodedChunks } from "./chunk-decoder.js";
import { readHeaderLines } from "./header-lines.js";

/** Copy headers or trailers for HTTP/2, without what belongs to an HTTP/1.1 connection or may not be said twice. */
export function toHttp2Headers(
  headers: Readonly<Record<string, number | string | readonly string[] | undefined>>,
  status?: number,
): OutgoingHttpHeaders {
  const copy: Record<string, number | string | readonly string[] | undefined> = {};
  if (status !== undefined) copy[":status"] = status;
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (value !== undefined && !connectionHeaders.has(lower)) copy[lower] = toHttp2Value(lower, value);
  }
  return copy as OutgoingHttpHeaders; // which asks for lists that may be written to
}

/**
 * Stands for the socket of a request that came as a stream of an HTTP/2 connection.
 *
 * What node's `ServerResponse` writes to it is an HTTP/1.1 response; its head becomes the headers of the stream, and
 * its body the data. So Express, and whatever replaces methods of `res`, meet the real thing.
 */
export class Http2Socket extends Duplex {
  readonly #stream: ServerHttp2Stream;
  readonly #connection: Socket;
  readonly #isHead: boolean;
  #head = "";
  #body: ((bytes: Buffer) => DecodedChunks) | undefined;
  #trailers: OutgoingHttpHeaders | undefined;

  /** @param isHead a response to HEAD has no body, and no trailers therefore. */
  constructor(stream: ServerHttp2Stream, connection: Socket, isHead: boolean) {
    // The stream has a buffer of its own.
    super({ writableHighWaterMark: stream.writableHighWaterMark, autoDestroy: false });
    this.#stream = stream;
    this.#connection = connection;
    this.#isHead = isHead;
    stream.on("drain", () => this.emit("streamDrain"));
    stream.once("close", () => this.destroy());
    stream.on("timeout", () => this.emit("timeout"));
    // As node's server has it: who destroys a response with an error wants nobody else to stumble over it.
    this.on("error", () => {});
  }

  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#connection.remotePort;
  }

  get remoteFamily(): string | undefined {
    return this.#connection.remoteFamily;
  }

  get localAddress(): string | undefined {
    return this.#connection.localAddress;
  }

  get localPort(): number | undefined {
    return this.#connection.localPort;
  }

  get encrypted(): boolean {
    return "encrypted" in this.#connection;
  }

  get authorized(): boolean {
    return "authorized" in this.#connection && this.#connection.authorized === true;
  }

  getPeerCertificate(detailed = false): object {
    const { getPeerCertificate } = this.#connection as Partial<TLSSocket>;
    return getPeerCertificate?.call(this.#connection, detailed as true) ?? {};
  }

  setTimeout(timeout: number, callback?: () => void): this {
    if (callback !== undefined) this.once("timeout", callback);
    this.#stream.setTimeout(timeout);
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    this.#stream.end();
  }

  /** Asked for by a request that somebody reads. */
  override resume(): this {
    this.#stream.resume();
    return this;
  }

  override _read(): void {
    // The request is fed by the stream itself.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    this._writev([{ chunk }], callback);
  }

  override _writev(chunks: readonly { chunk: Buffer }[], callback: (error?: Error) => void): void {
    // It is about to be destroyed. Who writes without end has to wait for that, or it would never come.
    if (this.#stream.destroyed || this.#stream.closed) return;
    try {
      for (const { chunk } of chunks) this.#take(chunk);
    } catch (error) {
      // What HTTP/2 cannot send, as the status 101: whoever has written it is far away by now.
      this.destroy(error as Error);
      return;
    }
    if (this.#stream.writableNeedDrain) this.once("streamDrain", callback);
    else callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.#stream.closed) this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    callback(error);
  }

  /** The response is complete. */
  finish(): void {
    if (this.#stream.destroyed) return;
    this.#stream.end();
  }

  #take(chunk: Buffer): void {
    // node ends a response with an empty write, after which an HTTP/2 stream would not end.
    if (chunk.length === 0) return;
    if (this.#body === undefined) {
      this.#takeHead(chunk);
      return;
    }
    const { data, trailers } = this.#body(chunk);
    this.#trailers ??= trailers;
    for (const piece of data) this.#stream.write(piece);
  }

  /** A head may follow others that only inform. */
  #takeHead(chunk: Buffer): void {
    const text = this.#head + chunk.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) {
      this.#head = text;
      return;
    }
    const rest = chunk.subarray(end + 4 - this.#head.length);
    this.#head = "";
    const { status, headers } = readHead(text.slice(0, end));
    if (status < 200) this.#stream.additionalHeaders(toHttp2Headers(headers, status));
    else this.#respond(status, headers);
    this.#take(rest);
  }

  #respond(status: number, headers: OutgoingHttpHeaders): void {
    const isChunked = headers["transfer-encoding"] === "chunked";
    this.#body = isChunked ? createChunkDecoder() : (bytes) => ({ data: [bytes] });
    const waitForTrailers = isChunked && !this.#isHead && status !== 204 && status !== 304;
    if (waitForTrailers) {
      this.#stream.once("wantTrailers", () =>
        this.#stream.sendTrailers(toHttp2Headers(this.#trailers ?? {})),
      );
    }
    this.#stream.respond(toHttp2Headers(headers, status), { waitForTrailers });
  }
}

function readHead(text: string): { status: number; headers: OutgoingHttpHeaders } {
  const [statusLine = "", ...lines] = text.split("\r\n");
  return { status: Number(statusLine.split(" ")[1]), headers: readHeaderLines(lines) };
}
