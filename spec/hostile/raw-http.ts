import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";

/** An answer, read by the letter of RFC 9112. */
export interface RawAnswer {
  readonly status: number;
  /** Names in small letters, as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Node itself has refused to read the request: nobody else has seen it. */
  readonly isFromNode: boolean;
}

export interface RawRequest {
  /** Written one after the other. */
  readonly pieces: readonly Buffer[];
  /** Leave after so many pieces, without waiting for an answer. */
  readonly leaveAfter?: number | undefined;
  /** The server may wait for more: end the request, and take no answer for one. */
  readonly mayLackEnd: boolean;
  readonly isHead: boolean;
  /** A body in chunks may lack its end. */
  readonly mayBeCut: boolean;
}

/**
 * Send bytes over a connection of their own, and read the one answer; `undefined` if nobody waited for it.
 *
 * @throws AssertionError for an answer that is no HTTP, or that something follows.
 */
export function exchange(port: number, request: RawRequest): Promise<RawAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    // The server may close while the request is still being written: what it has answered counts.
    socket.on("error", () => {});
    socket.on("close", () => {
      const hasAnswer = chunks.length > 0 || !request.mayLackEnd;
      if (request.leaveAfter !== undefined || !hasAnswer) return resolve(undefined);
      try {
        resolve(readAnswer(Buffer.concat(chunks), request));
      } catch (error) {
        reject(error);
      }
    });
    socket.on("end", () => socket.end());
    socket.once("connect", () => void writeAll(socket, request));
  });
}

async function writeAll(socket: Socket, { pieces, leaveAfter, mayLackEnd }: RawRequest): Promise<void> {
  for (const [i, piece] of pieces.entries()) {
    if (i === leaveAfter) return void socket.destroy();
    if (socket.writableEnded || socket.destroyed) return;
    socket.write(piece);
    // The next piece is another packet.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (leaveAfter !== undefined) socket.destroy();
  // Node gives up requests whose client closes its side, answered or not.
  else if (mayLackEnd) socket.end();
}

const refusals = [
  "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
  "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n",
  "HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n\r\n",
];

const interim = Buffer.from("HTTP/1.1 100 Continue\r\n\r\n");

function readAnswer(received: Buffer, request: RawRequest): RawAnswer {
  let bytes = received.indexOf(interim) === 0 ? received.subarray(interim.length) : received;
  // What follows a body that is longer than it says is read as a request of its own.
  const refusal = request.mayLackEnd ? refusals.find((text) => bytes.indexOf(text) > 0) : undefined;
  if (refusal !== undefined) bytes = bytes.subarray(0, bytes.indexOf(refusal));
  const isFromNode = refusals.includes(bytes.toString("latin1"));
  const end = bytes.indexOf("\r\n\r\n");
  assert(end !== -1, `no answer: ${JSON.stringify(bytes.toString("latin1").slice(0, 200))}`);
  const [statusLine = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = /^HTTP\/1\.1 ([2-5][0-9]{2}) [\x20-\x7e]*$/.exec(statusLine)?.[1];
  assert(status !== undefined, `status line ${JSON.stringify(statusLine)}`);
  const headers = lines.map((line): [string, string] => {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): *([\x20-\x7e\x80-\xff\t]*)$/.exec(line);
    assert(match !== null, `header ${JSON.stringify(line)}`);
    return [match[1]!.toLowerCase(), match[2]!];
  });
  const answer = { status: Number(status), headers, isFromNode };
  const rest = bytes.subarray(end + 4);
  return { ...answer, body: readBody(rest, answer, request) };
}

function readBody(
  rest: Buffer,
  { status, headers, isFromNode }: Pick<RawAnswer, "status" | "headers" | "isFromNode">,
  { isHead, mayBeCut }: RawRequest,
): Buffer {
  const valuesOf = (name: string) => headers.filter(([own]) => own === name).map(([, value]) => value);
  const lengths = valuesOf("content-length");
  const codings = valuesOf("transfer-encoding");
  assert(lengths.length + codings.length <= 1, "the length of the body is said twice");
  if (isHead || status === 204 || status === 304 || isFromNode) {
    assert.equal(rest.length, 0, "something follows an answer without a body");
    return rest;
  }
  if (lengths[0] !== undefined) {
    assert.equal(rest.length, Number(lengths[0]), "the body is as long as it is said to be");
    return rest;
  }
  assert.deepEqual(codings, ["chunked"]);
  return readChunks(rest, mayBeCut);
}

function readChunks(bytes: Buffer, mayBeCut: boolean): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (mayBeCut && lineEnd === -1) return Buffer.concat(chunks);
    const size = /^[0-9a-fA-F]+$/.exec(bytes.subarray(at, lineEnd).toString("latin1"))?.[0];
    assert(lineEnd !== -1 && size !== undefined, "a chunk begins with its size");
    const length = Number.parseInt(size, 16);
    at = lineEnd + 2;
    if (length === 0) break;
    chunks.push(bytes.subarray(at, at + length));
    if (mayBeCut && at + length + 2 > bytes.length) return Buffer.concat(chunks);
    assert.equal(
      bytes.toString("latin1", at + length, at + length + 2),
      "\r\n",
      "a chunk ends where it should",
    );
    at += length + 2;
  }
  // Trailers, then an empty line, then nothing.
  assert.match(bytes.subarray(at).toString("latin1"), /^(?:[a-zA-Z0-9-]+: [\x20-\x7e]*\r\n)*\r\n$/);
  return Buffer.concat(chunks);
}
