import { type FaultKind, JsonFault } from "./json-fault.js";
import { findClosingQuote } from "./string-token.js";

/** As many objects and arrays as may be open at once, as protobuf's own parsers have it. */
export const maxDepth = 100;

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not contain them
const control = /[\u0000-\u001f]/;
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
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export class JsonReader {
  readonly text: string;
  at = 0;
  depth = 0;
  /** The object that is being read as an Any, and the name `@type` in it, which is no field. */
  anyAt = -1;
  typeAt = -1;
  /** Where the name `@type` is in objects that have been skipped, by where they start: an Any is not searched twice. */
  readonly typeNames = new Map<number, number>();
  /** The next backslash at or after the place it was last asked for. */
  #escapeAt: number;

  constructor(text: string) {
    this.text = text;
    const escapeAt = text.indexOf("\\");
    this.#escapeAt = escapeAt === -1 ? text.length : escapeAt;
  }

  /** Go to the first value. */
  start(): void {
    if (this.text.charCodeAt(0) <= 32) this.skipSpace();
  }

  /** Nothing but space may follow. */
  end(): void {
    // Looking beyond the last character would make the engine give up its optimized code.
    if (this.at < this.text.length) this.skipSpace();
    if (this.at < this.text.length) this.fail("syntax", this.at, "the end of the text");
  }

  /** Go back to a place that was passed at some depth. */
  goBack(at: number, depth: number): void {
    this.at = at;
    this.depth = depth;
    // The next backslash may be one that was passed.
    this.#escapeAt = -1;
  }

  /** Skip white space and return the character after it, `NaN` at the end. */
  skipSpace(): number {
    const { text } = this;
    let { at } = this;
    let char = text.charCodeAt(at);
    while (char === 32 || char === 10 || char === 13 || char === 9) char = text.charCodeAt(++at);
    this.at = at;
    return char;
  }

  /** Enter an object; false if it has no members. Afterwards `at` is at the first name. */
  openObject(): boolean {
    if (this.text.charCodeAt(this.at) !== 123) this.failValue();
    if (++this.depth > maxDepth) this.fail("depth", this.at);
    let char = this.text.charCodeAt(++this.at);
    if (char <= 32) char = this.skipSpace();
    if (char === 34) return true;
    if (char !== 125) this.fail("syntax", this.at, 'a member name or "}"');
    this.at++;
    this.depth--;
    return false;
  }

  /** After a value: true at the name of the next member, false after the end of the object. */
  nextMember(): boolean {
    let char = this.text.charCodeAt(this.at);
    if (char <= 32) char = this.skipSpace();
    if (char === 44) {
      char = this.text.charCodeAt(++this.at);
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
    if (this.text.charCodeAt(this.at) !== 91) this.failValue();
    if (++this.depth > maxDepth) this.fail("depth", this.at);
    let char = this.text.charCodeAt(++this.at);
    if (char <= 32) char = this.skipSpace();
    if (char !== 93) return true;
    this.at++;
    this.depth--;
    return false;
  }

  /** After an element: true at the next element, false after the end of the array. */
  nextElement(): boolean {
    let char = this.text.charCodeAt(this.at);
    if (char <= 32) char = this.skipSpace();
    if (char === 44) {
      char = this.text.charCodeAt(++this.at);
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
   * `-1` if there is no string, or one with escapes, for `readString`. What is in it has not been looked at.
   */
  endOfString(): number {
    if (this.text.charCodeAt(this.at) !== 34) return -1;
    const end = this.text.indexOf('"', this.at + 1);
    return end !== -1 && (end < this.#escapeAt || !this.#hasEscape(this.at + 1, end)) ? end : -1;
  }

  /** After a member name: skip the colon, up to the value. */
  colon(): void {
    let char = this.text.charCodeAt(this.at);
    if (char <= 32) char = this.skipSpace();
    if (char !== 58) this.fail("syntax", this.at, '":"');
    char = this.text.charCodeAt(++this.at);
    if (char <= 32) this.skipSpace();
  }

  /** Skip the literal `null`, if it is there. */
  takeNull(): boolean {
    return this.text.charCodeAt(this.at) === 110 && this.takeWord("null");
  }

  /** Skip a literal, if it is there. */
  takeWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** A string, unescaped; it has no lone surrogates. */
  readString(): string {
    const { text } = this;
    const start = this.at + 1;
    if (text.charCodeAt(this.at) !== 34) this.failValue();
    // A loop over few characters is faster than calls of `indexOf` and of a regular expression.
    const limit = Math.min(start + 24, text.length);
    for (let end = start; end < limit; end++) {
      const char = text.charCodeAt(end);
      if (char === 34) {
        this.at = end + 1;
        return text.slice(start, end);
      }
      if (char < 32 || char === 92 || char >= 0xd800) break;
    }
    return this.#readAnyString(start);
  }

  #readAnyString(start: number): string {
    const { text } = this;
    const end = findClosingQuote(text, start);
    if (end === -1) this.#failString(start - 1);
    let value = text.slice(start, end);
    // Many characters are checked, and escapes replaced, fastest by the engine's own parser. What it gives is a copy,
    // so that a long string does not keep the whole text in memory.
    if (end - start > 64 || this.#hasEscape(start, end)) value = this.#parseString(start - 1, end + 1);
    else if (control.test(value)) this.#failString(start - 1);
    if (!isWellFormed(value)) this.fail("value", this.at);
    this.at = end + 1;
    return value;
  }

  #hasEscape(start: number, end: number): boolean {
    if (this.#escapeAt < start) {
      const escapeAt = this.text.indexOf("\\", start);
      this.#escapeAt = escapeAt === -1 ? this.text.length : escapeAt;
    }
    return this.#escapeAt < end;
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
    const { text } = this;
    let { at } = this;
    if (text.charCodeAt(at) === 45) at++;
    const first = text.charCodeAt(at);
    const whole = endOfDigits(text, at);
    if (whole === at || (first === 48 && whole > at + 1)) return false;
    at = whole;
    if (text.charCodeAt(at) === 46) {
      at = endOfDigits(text, at + 1);
      if (at === whole + 1) return false;
    }
    if ((text.charCodeAt(at) | 32) === 101) {
      const sign = text.charCodeAt(at + 1);
      const digits = sign === 43 || sign === 45 ? at + 2 : at + 1;
      at = endOfDigits(text, digits);
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
    const char = this.text.charCodeAt(this.at);
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
      if (names.has(name)) this.fail("duplicate", nameAt);
      names.add(name);
      if (name === "@type") this.typeNames.set(open, nameAt);
      this.colon();
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

function endOfDigits(text: string, start: number): number {
  let at = start;
  for (let char = text.charCodeAt(at); char >= 48 && char <= 57; char = text.charCodeAt(++at));
  return at;
}
