import { codes, RpcError } from "../call/rpc-error.js";
import { CollectedBytes } from "../http/collected-bytes.js";
import { type CompressionName, compressions } from "./compressions.js";

// Length-Prefixed-Message → Compressed-Flag Message-Length Message
// Compressed-Flag         → 0 / 1                        1 byte
// Message-Length          → {length of Message}          4 bytes, big endian
//
// https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md

const prefixLength = 5;

export interface Frame {
  readonly isCompressed: boolean;
  readonly bytes: Buffer;
}

/** Put the prefix before a message. */
export function frameMessage(message: Uint8Array, isCompressed: boolean): Buffer {
  return frameBytes(message, isCompressed ? 1 : 0);
}

/** The same for what is no message: the protocols of browsers end a response with a frame that has a flag of its own. */
export function frameBytes(bytes: Uint8Array, flags: number): Buffer {
  const frame = Buffer.allocUnsafe(prefixLength + bytes.length);
  frame[0] = flags;
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, prefixLength);
  return frame;
}

/** Splits a stream of bytes into messages. */
export interface FrameParser {
  /**
   * @throws RpcError RESOURCE_EXHAUSTED as soon as a message announces to be longer than the limit, INTERNAL for flags
   *   that no request has.
   */
  push(chunk: Buffer): readonly Frame[];
  /** The bytes end between two messages, as they should. */
  readonly isComplete: boolean;
}

/** @param limit the longest message, as sent. */
export function createFrameParser(limit: number): FrameParser {
  return new Parser(limit);
}

class Parser implements FrameParser {
  readonly #limit: number;
  /** The beginning of a frame. */
  readonly #begun = new CollectedBytes();
  /** How many bytes the next step needs: those of a prefix, or of a prefix and its message. */
  #needed = prefixLength;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isComplete(): boolean {
    return this.#begun.length === 0;
  }

  push(chunk: Buffer): readonly Frame[] {
    if (this.#begun.length + chunk.length < this.#needed) {
      this.#begun.push(chunk);
      return [];
    }
    const bytes = this.#join(chunk);
    const frames: Frame[] = [];
    let start = 0;
    for (;;) {
      const end = this.#findEnd(bytes, start);
      if (end > bytes.length) break;
      frames.push({ isCompressed: bytes[start] === 1, bytes: bytes.subarray(start + prefixLength, end) });
      start = end;
    }
    if (start < bytes.length) this.#begun.push(bytes.subarray(start));
    return frames;
  }

  /** Where the frame at `start` ends, or its prefix if not all of it is there. */
  #findEnd(bytes: Buffer, start: number): number {
    this.#needed = prefixLength;
    if (start + prefixLength > bytes.length) return start + prefixLength;
    const flags = bytes[start] as number;
    if (flags > 1) throw new RpcError(codes.INTERNAL, `a message has the flags ${flags}`);
    const length = bytes.readUInt32BE(start + 1);
    if (length > this.#limit) throw createTooLarge(this.#limit, length);
    this.#needed = prefixLength + length;
    return start + this.#needed;
  }

  #join(chunk: Buffer): Buffer {
    if (this.#begun.length === 0) return chunk;
    this.#begun.push(chunk);
    return this.#begun.take();
  }
}

/** How messages are read. */
export interface MessageOptions {
  /** How those are compressed that say they are. */
  readonly compression: CompressionName | undefined;
  /** The longest message, decompressed. */
  readonly limit: number;
  /** The code of one that its compression cannot have made: INTERNAL unless given. */
  readonly faultCode?: number | undefined;
}

/**
 * The message of a frame.
 *
 * @throws RpcError INTERNAL when it is not what the headers say, RESOURCE_EXHAUSTED when it is too long.
 */
export async function openFrame(
  { isCompressed, bytes }: Frame,
  { compression, limit, faultCode = codes.INTERNAL }: MessageOptions,
): Promise<Buffer> {
  if (!isCompressed) return bytes;
  if (compression === undefined) {
    throw new RpcError(codes.INTERNAL, "a compressed message, whose compression no header names");
  }
  // Nothing is no valid input of zlib.
  if (bytes.length === 0) return bytes;
  try {
    return await compressions[compression].decompress(bytes, {
      maxOutputLength: Math.min(limit, 2 ** 31 - 1),
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw createTooLarge(limit);
    throw new RpcError(faultCode, `a message is not ${compression}`, { cause });
  }
}

function createTooLarge(limit: number, length?: number): RpcError {
  const actual = length === undefined ? "" : ` (${length} bytes)`;
  return new RpcError(codes.RESOURCE_EXHAUSTED, `a message is larger than ${limit} bytes${actual}`);
}
