/** Small answers share buffers of this size: what makes a buffer costs more than what is written into it. */
const sharedSize = 16_384;
const maxSmallSize = sharedSize / 4;
/** Buffers that one answer has grown beyond this are not kept. */
const maxKeptSize = 1 << 20;

/** What there is always room for: any number, literal or time, the quotes and braces after it, a word of eight bytes. */
const spare = 64;

/** The engine makes one long string several times as slowly as it joins pieces, as `JSON.stringify` does, too. */
const pieceSize = 32_768;

/**
 * JSON text in the making, as UTF-8.
 *
 * Generated encoders write into its bytes directly: to build a string of many pieces costs more than the pieces do.
 * The place where they write is a number that they pass on and return, so that the engine can keep it in a register.
 *
 * Whoever writes more than a few bytes makes room for them. Values of a few bytes (numbers, times) need not, and so
 * there is always some room to spare where a value begins.
 */
export class JsonWriter {
  bytes: Buffer = Buffer.allocUnsafeSlow(sharedSize);
  view = viewOf(this.bytes);
  /** Up to here there is room to spare. */
  limit = sharedSize - spare;
  /** Where the next answer begins. */
  start = 0;
  /** Then each byte is a character. */
  isAscii = true;
  /** Whether the message was decoded from bytes: then protobufjs has put the eight bytes of each 64-bit key as text. */
  isDecoded = false;
  /** What several small answers share, and what a large one grew to, for the next large one. */
  #shared = this.bytes;
  #large: Buffer | undefined;

  /** Make room up to `end`, and some to spare; `at` bytes have been written. */
  reserve(at: number, end: number): void {
    if (end > this.limit) this.#grow(at, end);
  }

  #grow(at: number, end: number): void {
    const size = end + spare;
    const isEnough = this.#large !== undefined && this.#large.length >= size;
    const bytes = isEnough ? this.#large! : Buffer.allocUnsafeSlow(size * 2);
    this.bytes.copy(bytes, this.start, this.start, at);
    this.#use(bytes);
  }

  #use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.limit = bytes.length - spare;
  }

  /** Write a few ASCII characters. */
  putAscii(at: number, text: string): number {
    const { length } = text;
    this.reserve(at, at + length);
    const { bytes } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    return at + length;
  }

  putBytes(at: number, source: Uint8Array): number {
    const { length } = source;
    this.reserve(at, at + length);
    const { bytes } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = source[i]!;
    return at + length;
  }

  /** Write text of any characters; lone surrogates become U+FFFD. */
  putText(at: number, text: string): number {
    this.reserve(at, at + text.length * 3);
    const length = this.bytes.write(text, at, "utf8");
    if (length !== text.length) this.isAscii = false;
    return at + length;
  }

  /** Make an object of the members since `start`, each of which begins with a comma. */
  closeObject(start: number, end: number): number {
    const { bytes } = this;
    bytes[start] = 123;
    const last = end === start ? end + 1 : end;
    bytes[last] = 125;
    this.reserve(last + 1, last + 1);
    return last + 1;
  }

  /** The answer up to `end`, as bytes that will not be written over. */
  takeBytes(end: number): Buffer {
    const answer = this.bytes.subarray(this.start, end);
    if (this.bytes !== this.#shared || answer.length > maxSmallSize) return Buffer.from(answer);
    this.start = end;
    if (end + maxSmallSize > sharedSize) {
      this.#shared = Buffer.allocUnsafeSlow(sharedSize);
      this.start = 0;
      this.#use(this.#shared);
    }
    return answer;
  }

  /** The answer up to `end` as text. */
  toString(end: number): string {
    const { bytes, start } = this;
    if (!this.isAscii) return bytes.toString("utf8", start, end);
    let text = bytes.toString("latin1", start, Math.min(end, start + pieceSize));
    for (let at = start + pieceSize; at < end; at += pieceSize) {
      text += bytes.toString("latin1", at, Math.min(at + pieceSize, end));
    }
    return text;
  }

  /** The answer up to `end` as it goes out: one that would be a text of several pieces is joined already as bytes. */
  takeToSend(end: number): string | Buffer {
    return end - this.start > pieceSize ? this.takeBytes(end) : this.toString(end);
  }

  /** The answer has been taken, or failed. */
  clear(): void {
    this.isAscii = true;
    this.isDecoded = false;
    if (this.bytes === this.#shared) return;
    this.#large = this.bytes.length <= maxKeptSize ? this.bytes : undefined;
    this.#use(this.#shared);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * Lends writers, so that an answer needs no new buffer. More than one is in use only while the getter of an answer
 * writes another one.
 */
export class WriterPool {
  readonly #idle: JsonWriter[] = [];

  take(): JsonWriter {
    return this.#idle.pop() ?? new JsonWriter();
  }

  giveBack(writer: JsonWriter): void {
    writer.clear();
    this.#idle.push(writer);
  }
}
