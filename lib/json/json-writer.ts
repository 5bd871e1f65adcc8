const initialSize = 4096;
/** Buffers that one large answer has grown are not kept. */
const maxKeptSize = 1 << 20;

/**
 * JSON text in the making, as UTF-8.
 *
 * Generated encoders write into its bytes directly: to build a string of many pieces costs more than the pieces do.
 * Whoever writes reserves the room beforehand. Constant text is written in words of four bytes, so there are always
 * three more bytes than asked for.
 */
export class JsonWriter {
  bytes = Buffer.allocUnsafeSlow(initialSize);
  view = viewOf(this.bytes);
  at = 0;
  /** Then each byte is a character. */
  isAscii = true;

  /** Make room for some more bytes. */
  reserve(length: number): void {
    if (this.at + length + 3 > this.bytes.length) this.#grow(this.at + length + 3);
  }

  #grow(length: number): void {
    const bytes = Buffer.allocUnsafeSlow(length * 2);
    this.bytes.copy(bytes, 0, 0, this.at);
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** Write one ASCII character. */
  put(char: number): void {
    this.reserve(1);
    this.bytes[this.at++] = char;
  }

  /** Write a few ASCII characters. */
  putAscii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes, at } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.at = at + length;
  }

  putBytes(source: Uint8Array): void {
    const { length } = source;
    this.reserve(length);
    const { bytes, at } = this;
    for (let i = 0; i < length; i++) bytes[at + i] = source[i]!;
    this.at = at + length;
  }

  /** Write text of any characters. */
  putText(text: string): void {
    this.reserve(text.length * 3);
    const length = this.bytes.write(text, this.at, "utf8");
    this.at += length;
    if (length !== text.length) this.isAscii = false;
  }

  /** Make an object of the members since `start`, each of which begins with a comma. */
  closeObject(start: number): void {
    if (this.at === start) this.putAscii("{}");
    else {
      this.bytes[start] = 123;
      this.put(125);
    }
  }

  /** Everything that was written since `start`. */
  toString(start = 0): string {
    return this.bytes.toString(this.isAscii ? "latin1" : "utf8", start, this.at);
  }

  clear(): void {
    this.at = 0;
    this.isAscii = true;
    if (this.bytes.length > maxKeptSize) {
      this.bytes = Buffer.allocUnsafeSlow(initialSize);
      this.view = viewOf(this.bytes);
    }
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

  use<T>(write: (writer: JsonWriter) => T): T {
    const writer = this.#idle.pop() ?? new JsonWriter();
    try {
      return write(writer);
    } finally {
      writer.clear();
      this.#idle.push(writer);
    }
  }
}
