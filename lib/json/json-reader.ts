import { type FaultKind, JsonFault } from "./json-fault.js";

/** As many objects and arrays as may be open at once, as protobuf's own parsers have it. */
export const maxDepth = 100;

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not contain them
const control = /[\u0000-\u001f]/;
const loneSurrogate = /\p{Surrogate}/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not contain them
const stringStart = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not contain them
const stringToken = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

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
  /** The next backslash at or after the place it was last asked for. */
  #escapeAt: number;
  readonly #isWellFormed: boolean;

  constructor(text: string) {
    this.text = text;
    const escapeAt = text.indexOf("\\");
    this.#escapeAt = escapeAt === -1 ? text.length : escapeAt;
    this.#isWellFormed = isWellFormed(text);
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

  /** The literal `null` at `at` is skipped, if it is there. */
  takeNull(): boolean {
    if (this.text.charCodeAt(this.at) !== 110 || !this.text.startsWith("null", this.at)) return false;
    this.at += 4;
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
    const end = text.indexOf('"', start);
    if (end === -1) this.fail("syntax", this.at, "a closing quote of this string");
    if (this.#hasEscape(start, end)) return this.#readEscaped();
    const value = text.slice(start, end);
    if (control.test(value)) this.#failControl(start + value.search(control));
    if (!this.#isWellFormed && loneSurrogate.test(value)) this.fail("value", this.at);
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

  #readEscaped(): string {
    stringToken.lastIndex = this.at;
    if (!stringToken.test(this.text)) this.#failString();
    const value: string = JSON.parse(this.text.slice(this.at, stringToken.lastIndex));
    if (loneSurrogate.test(value)) this.fail("value", this.at);
    this.at = stringToken.lastIndex;
    return value;
  }

  /** Say which character of the string at `at` is wrong. */
  #failString(): never {
    stringStart.lastIndex = this.at;
    stringStart.test(this.text);
    const at = stringStart.lastIndex;
    if (at >= this.text.length) this.fail("syntax", this.at, "a closing quote of this string");
    if (this.text[at] === "\\") this.fail("syntax", at, "a valid escape");
    this.#failControl(at);
  }

  #failControl(at: number): never {
    this.fail("syntax", at, "an escape instead of a control character");
  }

  /** The text of a number. */
  readNumberToken(): string {
    numberToken.lastIndex = this.at;
    const token = numberToken.exec(this.text)?.[0];
    if (token === undefined) this.failValue();
    this.at += token.length;
    return token;
  }

  /** Skip a value of any kind. */
  skipValue(): void {
    const char = this.text.charCodeAt(this.at);
    if (char === 34) this.readString();
    else if (char === 123) {
      if (this.openObject()) {
        const names = new Set<string>();
        do {
          const nameAt = this.at;
          const name = this.readString();
          if (names.has(name)) this.fail("duplicate", nameAt);
          names.add(name);
          this.colon();
          this.skipValue();
        } while (this.nextMember());
      }
    } else if (char === 91) {
      if (this.openArray()) {
        do this.skipValue();
        while (this.nextElement());
      }
    } else if (char === 45 || (char >= 48 && char <= 57)) {
      numberToken.lastIndex = this.at;
      if (!numberToken.test(this.text)) this.fail("syntax", this.at, "a number");
      this.at = numberToken.lastIndex;
    } else {
      const literal = ["true", "false", "null"].find((word) => this.text.startsWith(word, this.at));
      if (literal === undefined) this.fail("syntax", this.at, "a value");
      this.at += literal.length;
    }
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
