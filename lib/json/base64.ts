/**
 * Decode base64 in either alphabet, padded or not; `undefined` if the text is something else.
 *
 *     decodeBase64("-_8=")   // <Buffer fb ff>
 *     decodeBase64("+/8")    // <Buffer fb ff>
 *     decodeBase64("a")      // undefined
 */
export function decodeBase64(text: string, start = 0, end = text.length): Buffer | undefined {
  let last = end;
  if (last > start && text.charCodeAt(last - 1) === padding) last--;
  if (last > start && text.charCodeAt(last - 1) === padding) last--;
  if ((last !== end && (end - start) % 4 !== 0) || (last - start) % 4 === 1) return undefined;
  return last - start <= maxShort ? decodeShort(text, start, last) : decodeLong(text.slice(start, last));
}

const padding = 61;

/** The way into native code costs more than decoding this many characters. */
const maxShort = 160;

/** The six bits that each character stands for, `notInAlphabet` for all others. */
const sixBits = new Uint8Array(256);
const notInAlphabet = 128;
sixBits.fill(notInAlphabet);
for (const last of ["+/", "-_"]) {
  const alphabet = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`;
  for (let i = 0; i < alphabet.length; i++) sixBits[alphabet.charCodeAt(i)] = i;
}

function decodeShort(text: string, start: number, end: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(((end - start) * 3) >> 2);
  // Every character leaves its traces here.
  let chars = 0;
  let bits = 0;
  let from = start;
  let to = 0;
  for (; from + 4 <= end; from += 4) {
    const char0 = text.charCodeAt(from);
    const char1 = text.charCodeAt(from + 1);
    const char2 = text.charCodeAt(from + 2);
    const char3 = text.charCodeAt(from + 3);
    const bits0 = sixBits[char0 & 255]!;
    const bits1 = sixBits[char1 & 255]!;
    const bits2 = sixBits[char2 & 255]!;
    const bits3 = sixBits[char3 & 255]!;
    chars |= char0 | char1 | char2 | char3;
    bits |= bits0 | bits1 | bits2 | bits3;
    bytes[to] = (bits0 << 2) | (bits1 >> 4);
    bytes[to + 1] = (bits1 << 4) | (bits2 >> 2);
    bytes[to + 2] = (bits2 << 6) | bits3;
    to += 3;
  }
  for (let shift = 0; from < end; from++, shift += 2) {
    const char = text.charCodeAt(from);
    const six = sixBits[char & 255]!;
    chars |= char;
    bits |= six;
    // The first of the last characters fills a byte but for two bits, which the next one brings.
    if (shift === 0) bytes[to] = six << 2;
    else {
      bytes[to] = bytes[to]! | (six >> (6 - shift));
      bytes[++to] = six << (2 + shift);
    }
  }
  return chars > 255 || bits >= notInAlphabet ? undefined : bytes;
}

function decodeLong(text: string): Buffer | undefined {
  // Node takes other characters for those of the same low byte, unless they are of one byte: those it skips.
  if (Buffer.byteLength(text) !== text.length) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === (text.length * 3) >> 2 ? bytes : undefined;
}
