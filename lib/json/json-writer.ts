const initialSize = 4096;
/** Buffers that one large answer has grown are not kept. */
const maxKeptSize = 1 << 20;

/** Whoever calls a writer of values has made room for this many bytes: all that numbers, literals and times need. */
export const smallSize = 40;

/**
 * JSON text in the making, as UTF-8.
 *
 * Generated encoders write into its bytes directly: to build a string of many pieces costs more than the pieces do.
 * The place where they write is a number that they pass on and return, so that the engine can keep it in a register.
 * Constant text is written in words of four bytes, so there are always three more bytes than asked for.
 */
export class JsonWriter {
  bytes: Buffer = Buffer.allocUnsafeSlow(initialSize);
  view = viewOf(this.bytes);
  /** How many bytes there is room for. */
  size = initialSize - 3;
  /** Then each byte is a character. */
  isAscii = true;

  /** Make room up to `end`; `at` bytes have been written. */
  reserve(at: number, end: number): void {
    if (end > this.size) this.#grow(at, end);
  }

  #grow(at: number, end: number): void {
    const bytes = Buffer.allocUnsafeSlow(end * 2);
    this.bytes.copy(bytes, 0, 0, at);
    this.#use(bytes);
  }

  #use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.size = bytes.length - 3;
  }

  /** Write a few ASCII characters. */
  putAscii(at: number, text: string): number {
    const { length } = text;
    this.reserve(at, at + length + smallSize);
    const { bytes } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    return at + length;
  }

  putBytes(at: number, source: Uint8Array): number {
    const { length } = source;
    this.reserve(at, at + length + smallSize);
    const { bytes } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = source[i]!;
    return at + length;
  }

  /** Write text of any characters. */
  putText(at: number, text: string): number {
    this.reserve(at, at + text.length * 3 + smallSize);
    const length = this.bytes.write(text, at, "utf8");
    if (length !== text.length) this.isAscii = false;
    return at + length;
  }

  /** Make an object of the members since `start`, each of which begins with a comma. */
  closeObject(start: number, end: number): number {
    if (end === start) return this.putAscii(start, "{}");
    this.bytes[start] = 123;
    return this.putAscii(end, "}");
  }

  /** A copy of everything that was written. */
  toBuffer(end: number): Buffer {
    return Buffer.from(this.bytes.subarray(0, end));
  }

  /** Everything that was written. */
  toString(end: number): string {
    return this.bytes.toString(this.isAscii ? "latin1" : "utf8", 0, end);
  }

  clear(): void {
    this.isAscii = true;
    if (this.bytes.length > maxKeptSize) this.#use(Buffer.allocUnsafeSlow(initialSize));
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
