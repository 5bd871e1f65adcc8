import type { JsonReader } from "./json-reader.js";

/**
 * Decode base64 in either alphabet, padded or not; `undefined` if the text is something else.
 *
 *     decodeBase64("-_8=")   // <Buffer fb ff>
 *     decodeBase64("+/8")    // <Buffer fb ff>
 *     decodeBase64("a")      // undefined
 */
export function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replace(/={1,2}$/, "");
  if (!isLength(digits.length, text.length - digits.length)) return undefined;
  // Node takes other characters for those of the same low byte, unless they are of one byte: those it skips.
  if (Buffer.byteLength(digits) !== digits.length) return undefined;
  const bytes = Buffer.from(digits, "base64");
  return bytes.length === (digits.length * 3) >> 2 ? bytes : undefined;
}

/** The same for a part of the text of a reader. */
export function readBase64({ chars, text }: JsonReader, start: number, end: number): Buffer | undefined {
  if (end - start > maxShort) return decodeBase64(text.slice(start, end));
  let last = end;
  if (last > start && chars[last - 1] === padding) last--;
  if (last > start && chars[last - 1] === padding) last--;
  return isLength(last - start, end - last) ? decodeShort(chars, start, last) : undefined;
}

const padding = 61;

/** The way into native code costs more than decoding this many characters. */
const maxShort = 160;

/** Padding fills up groups of four; one digit alone is no byte. */
function isLength(digits: number, paddings: number): boolean {
  return digits % 4 !== 1 && (paddings === 0 || (digits + paddings) % 4 === 0);
}

/** The six bits that each character stands for, `notInAlphabet` for all others. */
const sixBits = new Uint8Array(256);
const notInAlphabet = 128;
sixBits.fill(notInAlphabet);
for (const last of ["+/", "-_"]) {
  const alphabet = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`;
  for (let i = 0; i < alphabet.length; i++) sixBits[alphabet.charCodeAt(i)] = i;
}

function decodeShort(chars: Uint16Array, start: number, end: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(((end - start) * 3) >> 2);
  // Every character leaves its traces here.
  let traces = 0;
  let bits = 0;
  let from = start;
  let to = 0;
  for (; from + 4 <= end; from += 4) {
    const char0 = chars[from]!;
    const char1 = chars[from + 1]!;
    const char2 = chars[from + 2]!;
    const char3 = chars[from + 3]!;
    const bits0 = sixBits[char0 & 255]!;
    const bits1 = sixBits[char1 & 255]!;
    const bits2 = sixBits[char2 & 255]!;
    const bits3 = sixBits[char3 & 255]!;
    traces |= char0 | char1 | char2 | char3;
    bits |= bits0 | bits1 | bits2 | bits3;
    bytes[to] = (bits0 << 2) | (bits1 >> 4);
    bytes[to + 1] = (bits1 << 4) | (bits2 >> 2);
    bytes[to + 2] = (bits2 << 6) | bits3;
    to += 3;
  }
  for (let shift = 0; from < end; from++, shift += 2) {
    const char = chars[from]!;
    const six = sixBits[char & 255]!;
    traces |= char;
    bits |= six;
    // The first of the last characters fills a byte but for two bits, which the next one brings.
    if (shift === 0) bytes[to] = six << 2;
    else {
      bytes[to] = bytes[to]! | (six >> (6 - shift));
      bytes[++to] = six << (2 + shift);
    }
  }
  return traces > 255 || bits >= notInAlphabet ? undefined : bytes;
}
