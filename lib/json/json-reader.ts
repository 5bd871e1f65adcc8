import { endianness } from "node:os";
import { type FaultKind, JsonFault } from "./json-fault.js";
import { findClosingQuote } from "./string-token.js";

/** As many objects and arrays as may be open at once, as protobuf's own parsers have it. */
export const maxDepth = 100;

const initialLength = 4096;
/** What a text that is longer has grown is not kept. */
const maxKeptLength = 1 << 19;
/** After the text, so that whoever looks a few characters ahead finds zeros or other text, but never nothing. */
const padding = 8;

/** The engine makes longer slices refer to the text, shorter ones are copies. */
const maxCopiedSlice = 12;
/** A slice that is kept keeps the text that it refers to in memory: of longer texts, strings are copied. */
const maxKeptText = 4096;

const isBigEndian = endianness() === "BE";
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

// Node has it since version 20; the library of ES2023, which the types are of, does not.
const isWellFormed = (text: string): boolean => (text as string & { isWellFormed(): boolean }).isWellFormed();

/**
 * A cursor over JSON text.
 *
 * Generated decoders drive it from token to token; `at` is always at the first character of what comes next. It
 * checks everything that RFC 8259 asks for, and works on the text itself: numbers keep their digits, duplicate
 * members are seen, and nothing is built that the message does not need.
 *
 * The characters are read from an array, which takes a quarter of the time that `charCodeAt` takes. A zero, which no
 * JSON has, ends them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export class JsonReader {
  text = "";
  /** The characters of the text as UTF-16, and a zero. */
  chars!: Uint16Array;
  /** The same, to look at four characters at once. */
  view!: DataView;
  at = 0;
  depth = 0;
  /** The object that is being read as an Any, and the name `@type` in it, which is no field. */
  anyAt = -1;
  typeAt = -1;
  /** Where the name `@type` is in objects that have been skipped, by where they start: an Any is not searched twice. */
  readonly typeNames = new Map<number, number>();
  #bytes!: Buffer;

  constructor(text: string) {
    this.#allocate(Math.max(text.length, initialLength));
    this.open(text);
  }

  #allocate(length: number): void {
    this.#bytes = Buffer.allocUnsafeSlow((length + padding) * 2);
    const { buffer } = this.#bytes;
    this.chars = new Uint16Array(buffer);
    this.view = new DataView(buffer);
  }

  /** Begin to read another text. */
  open(text: string): void {
    const { length } = text;
    if (length + padding > this.chars.length)
      this.#allocate(Math.max(length, Math.min(length * 2, maxKeptLength)));
    const bytes = this.#bytes;
    bytes.write(text, 0, "utf16le");
    if (isBigEndian) bytes.subarray(0, length * 2).swap16();
    this.chars[length] = 0;
    this.text = text;
    this.at = 0;
    this.depth = 0;
    this.anyAt = -1;
    this.typeAt = -1;
  }

  /** Let go of what has been read. */
  close(): void {
    this.text = "";
    if (this.typeNames.size > 0) this.typeNames.clear();
    if (this.chars.length > maxKeptLength) this.#allocate(initialLength);
  }

  /** Go to the first value. */
  start(): void {
    if (this.chars[0]! <= 32) this.skipSpace();
  }

  /** Nothing but space may follow. */
  end(): void {
    if (this.skipSpace() !== 0 || this.at < this.text.length)
      this.fail("syntax", this.at, "the end of the text");
  }

  /** Go back to a place that was passed at some depth. */
  goBack(at: number, depth: number): void {
    this.at = at;
    this.depth = depth;
  }

  /** Skip white space and return the character after it, 0 at the end. */
  skipSpace(): number {
    const { chars } = this;
    let { at } = this;
    let char = chars[at]!;
    while (char === 32 || char === 10 || char === 13 || char === 9) char = chars[++at]!;
    this.at = at;
    return char;
  }

  /** Enter an object; false if it has no members. Afterwards `at` is at the first name. */
  openObject(): boolean {
    if (this.chars[this.at] !== 123) this.failValue();
    if (++this.depth > maxDepth) this.fail("depth", this.at);
    let char = this.chars[++this.at]!;
    if (char <= 32) char = this.skipSpace();
    if (char === 34) return true;
    if (char !== 125) this.fail("syntax", this.at, 'a member name or "}"');
    this.at++;
    this.depth--;
    return false;
  }

  /** After a value: true at the name of the next member, false after the end of the object. */
  nextMember(): boolean {
    let char = this.chars[this.at]!;
    if (char <= 32) char = this.skipSpace();
    if (char === 44) {
      char = this.chars[++this.at]!;
      if (char <= 32) char = this.skipSpace();
      if (char !== 34) this.fail("syntax", this.at, "a member name");
      return true;
    }
    if (char !== 125) this.fail("syntax", this.at, '"," or "}"');
    this.at++;
    this.depth--;
    return false;
  }

  /** Enter an array; false if it is empty. Afterwards `at` is at the first element. */
  openArray(): boolean {
    if (this.chars[this.at] !== 91) this.failValue();
    if (++this.depth > maxDepth) this.fail("depth", this.at);
    let char = this.chars[++this.at]!;
    if (char <= 32) char = this.skipSpace();
    if (char !== 93) return true;
    this.at++;
    this.depth--;
    return false;
  }

  /** After an element: true at the next element, false after the end of the array. */
  nextElement(): boolean {
    let char = this.chars[this.at]!;
    if (char <= 32) char = this.skipSpace();
    if (char === 44) {
      char = this.chars[++this.at]!;
      if (char <= 32) this.skipSpace();
      return true;
    }
    if (char !== 93) this.fail("syntax", this.at, '"," or "]"');
    this.at++;
    this.depth--;
    return false;
  }

  /**
   * At the opening quote of a string: where its closing quote is, so that `text.slice(at + 1, end)` is the string;
   * `-1` if there is no string, or one with escapes, for `readString`. Only its end has been looked for.
   */
  endOfString(): number {
    const { chars, at } = this;
    if (chars[at] !== 34) return -1;
    for (let end = at + 1; ; end++) {
      const char = chars[end]!;
      if (char === 34) return end;
      if (char < 32 || char === 92) return -1;
    }
  }

  /** After a member name: skip the colon, up to the value. */
  colon(): void {
    let char = this.chars[this.at]!;
    if (char <= 32) char = this.skipSpace();
    if (char !== 58) this.fail("syntax", this.at, '":"');
    char = this.chars[++this.at]!;
    if (char <= 32) this.skipSpace();
  }

  /** Skip the literal `null`, if it is there. */
  takeNull(): boolean {
    return this.chars[this.at] === 110 && this.takeWord("null");
  }

  /** Skip a literal, if it is there. */
  takeWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** A string, unescaped; it has no lone surrogates. */
  readString(): string {
    const { chars } = this;
    const start = this.at + 1;
    if (chars[start - 1] !== 34) this.failValue();
    for (let end = start; ; end++) {
      const char = chars[end]!;
      if (char === 34) {
        this.at = end + 1;
        return this.#slice(start, end);
      }
      if (char < 32 || char === 92 || char >= 0xd800) return this.#readAnyString(start);
    }
  }

  /** A string without escapes, for whoever may keep it. */
  #slice(start: number, end: number): string {
    const { text } = this;
    const isSmall = end - start <= maxCopiedSlice || text.length <= maxKeptText;
    // What the engine's own parser gives is a copy.
    return isSmall ? text.slice(start, end) : JSON.parse(text.slice(start - 1, end + 1));
  }

  /** Escapes are replaced, and what is wrong is found, by the engine's own parser. */
  #readAnyString(start: number): string {
    const end = findClosingQuote(this.text, start);
    if (end === -1) this.#failString(start - 1);
    const value = this.#parseString(start - 1, end + 1);
    if (!isWellFormed(value)) this.fail("value", this.at);
    this.at = end + 1;
    return value;
  }

  #parseString(start: number, end: number): string {
    try {
      return JSON.parse(this.text.slice(start, end));
    } catch {
      return this.#failString(start);
    }
  }

  /** Say which character of the string that starts at an offset is wrong. */
  #failString(start: number): never {
    const { text } = this;
    for (let at = start + 1; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (char < 32) this.fail("syntax", at, "an escape instead of a control character");
      if (char !== 92) continue;
      escapeSequence.lastIndex = at;
      if (!escapeSequence.test(text)) this.fail("syntax", at, "a valid escape");
      at = escapeSequence.lastIndex - 1;
    }
    this.fail("syntax", start, "a closing quote of this string");
  }

  /** Go to the end of the number at `at`; false, and nowhere, if there is none. */
  skipNumber(): boolean {
    const { chars } = this;
    let { at } = this;
    if (chars[at] === 45) at++;
    const first = chars[at];
    const whole = endOfDigits(chars, at);
    if (whole === at || (first === 48 && whole > at + 1)) return false;
    at = whole;
    if (chars[at] === 46) {
      at = endOfDigits(chars, at + 1);
      if (at === whole + 1) return false;
    }
    if ((chars[at]! | 32) === 101) {
      const sign = chars[at + 1];
      const digits = sign === 43 || sign === 45 ? at + 2 : at + 1;
      at = endOfDigits(chars, digits);
      if (at === digits) return false;
    }
    this.at = at;
    return true;
  }

  /** The text of a number. */
  readNumberText(): string {
    const { at } = this;
    return this.skipNumber() ? this.text.slice(at, this.at) : this.failValue();
  }

  /** Skip a value of any kind. */
  skipValue(): void {
    const char = this.chars[this.at]!;
    if (char === 34) this.readString();
    else if (char === 123) this.#skipObject();
    else if (char === 91) {
      if (!this.openArray()) return;
      do this.skipValue();
      while (this.nextElement());
    } else if (char === 45 || (char >= 48 && char <= 57)) {
      if (!this.skipNumber()) this.fail("syntax", this.at, "a number");
    } else {
      const isLiteral = this.takeWord("true") || this.takeWord("false") || this.takeNull();
      if (!isLiteral) this.fail("syntax", this.at, "a value");
    }
  }

  #skipObject(): void {
    const open = this.at;
    if (!this.openObject()) return;
    const names = new Set<string>();
    do {
      const nameAt = this.at;
      const name = this.readString();
      this.colon();
      if (names.has(name)) this.fail("duplicate", nameAt);
      names.add(name);
      if (name === "@type") this.typeNames.set(open, nameAt);
      this.skipValue();
    } while (this.nextMember());
  }

  /** The value at `at` (or where said) is not one of this field, or not even JSON. */
  failValue(at = this.at): never {
    this.at = at;
    this.skipValue();
    this.fail("value", at);
  }

  fail(kind: FaultKind, at: number, note?: string): never {
    throw new JsonFault(kind, at, note);
  }
}

function endOfDigits(chars: Uint16Array, start: number): number {
  let at = start;
  for (let char = chars[at]!; char >= 48 && char <= 57; char = chars[++at]!);
  return at;
}

/** Lends readers, so that a text needs no new array for its characters. */
export class ReaderPool {
  readonly #idle: JsonReader[] = [];

  take(text: string): JsonReader {
    const reader = this.#idle.pop();
    if (reader === undefined) return new JsonReader(text);
    reader.open(text);
    return reader;
  }

  giveBack(reader: JsonReader): void {
    reader.close();
    this.#idle.push(reader);
  }
}
