import type { JsonReader } from "./json-reader.js";
import { type IntegerRange, int64, integerRanges, parseFloatText, parseInteger, uint64 } from "./number-text.js";

/**
 * Readers of scalar values. Each leaves the cursor after the value.
 *
 * A `null` gives `whenNull`, so that ordinary values need no check for it; where `null` is not allowed, the caller
 * looks first. What is common is read digit by digit, everything else takes the way through the text.
 */
export type ReadScalar<T> = (reader: JsonReader, whenNull: T) => T;

const int32Range = integerRanges.get("int32")!;
const uint32Range = integerRanges.get("uint32")!;

/** `text` of a number, in quotes or not. */
function readNumberText(reader: JsonReader): string {
  const isQuoted = reader.text.charCodeAt(reader.at) === 34;
  return isQuoted ? reader.readString() : reader.readNumberToken();
}

function readAnyInteger<T>(reader: JsonReader, range: IntegerRange, whenNull: T): string | T {
  const { at } = reader;
  if (reader.takeNull()) return whenNull;
  return parseInteger(readNumberText(reader), range) ?? reader.failValue(at);
}

/** The characters `.`, `E`, `e` continue a number that began with digits. */
function continuesNumber(char: number): boolean {
  return char === 46 || char === 101 || char === 69;
}

export function readInt32<T>(reader: JsonReader, whenNull: T): number | T {
  const { text } = reader;
  let { at } = reader;
  let char = text.charCodeAt(at);
  const isNegative = char === 45;
  if (isNegative) char = text.charCodeAt(++at);
  const first = at;
  let number = 0;
  for (; char >= 48 && char <= 57; char = text.charCodeAt(++at)) number = number * 10 + (char - 48);
  const length = at - first;
  if (length === 0 || length > 10 || continuesNumber(char) || (length > 1 && text.charCodeAt(first) === 48)) {
    return toNumber(readAnyInteger(reader, int32Range, whenNull), whenNull);
  }
  if (number > (isNegative ? 2147483648 : 2147483647)) reader.failValue();
  reader.at = at;
  // `0 -` makes no negative zero.
  return isNegative ? 0 - number : number;
}

export function readUint32<T>(reader: JsonReader, whenNull: T): number | T {
  const { text, at: first } = reader;
  let at = first;
  let char = text.charCodeAt(at);
  let number = 0;
  for (; char >= 48 && char <= 57; char = text.charCodeAt(++at)) number = number * 10 + (char - 48);
  const length = at - first;
  if (length === 0 || length > 10 || continuesNumber(char) || (length > 1 && text.charCodeAt(first) === 48)) {
    return toNumber(readAnyInteger(reader, uint32Range, whenNull), whenNull);
  }
  if (number > 4294967295) reader.failValue();
  reader.at = at;
  return number;
}

function toNumber<T>(digits: string | T, whenNull: T): number | T {
  return digits === whenNull ? whenNull : Number(digits);
}

/** A 64-bit integer as its digits. */
function readDigits<T>(reader: JsonReader, range: IntegerRange, whenNull: T): string | T {
  const { text, at: start } = reader;
  const isQuoted = text.charCodeAt(start) === 34;
  const first = isQuoted ? start + 1 : start;
  let at = first;
  let char = text.charCodeAt(at);
  if (char === 45 && !range.isUnsigned) char = text.charCodeAt(++at);
  const digits = at;
  while (char >= 48 && char <= 57) char = text.charCodeAt(++at);
  const length = at - digits;
  // 18 digits are in every range.
  const isPlain = length > 0 && length <= 18 && (text.charCodeAt(digits) !== 48 || (length === 1 && digits === first));
  if (!isPlain || (isQuoted ? char !== 34 : continuesNumber(char))) return readAnyInteger(reader, range, whenNull);
  reader.at = isQuoted ? at + 1 : at;
  return text.slice(first, at);
}

export function readInt64<T>(reader: JsonReader, whenNull: T): string | T {
  return readDigits(reader, int64, whenNull);
}

export function readUint64<T>(reader: JsonReader, whenNull: T): string | T {
  return readDigits(reader, uint64, whenNull);
}

const powersOf10 = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

export function readDouble<T>(reader: JsonReader, whenNull: T): number | T {
  const { text } = reader;
  let { at } = reader;
  let char = text.charCodeAt(at);
  const isNegative = char === 45;
  if (isNegative) char = text.charCodeAt(++at);
  const first = at;
  let number = 0;
  for (; char >= 48 && char <= 57; char = text.charCodeAt(++at)) number = number * 10 + (char - 48);
  const wholeLength = at - first;
  let length = wholeLength;
  if (char === 46) {
    char = text.charCodeAt(++at);
    for (; char >= 48 && char <= 57; char = text.charCodeAt(++at)) {
      number = number * 10 + (char - 48);
      length++;
    }
    if (length === wholeLength) return readAnyDouble(reader, false, whenNull);
  }
  // 15 digits and a power of ten up to 10^22 are exact, and so is their quotient's rounding.
  const isPlain = wholeLength > 0 && length <= 15 && (wholeLength === 1 || text.charCodeAt(first) !== 48);
  if (!isPlain || char === 101 || char === 69) return readAnyDouble(reader, false, whenNull);
  reader.at = at;
  if (length > wholeLength) number /= powersOf10[length - wholeLength]!;
  return isNegative ? -number : number;
}

/** A `float`, rounded to what 32 bits can hold, as a binary message would carry it. */
export function readFloat<T>(reader: JsonReader, whenNull: T): number | T {
  return readAnyDouble(reader, true, whenNull);
}

function readAnyDouble<T>(reader: JsonReader, isFloat: boolean, whenNull: T): number | T {
  const { at } = reader;
  if (reader.takeNull()) return whenNull;
  return parseFloatText(readNumberText(reader), isFloat) ?? reader.failValue(at);
}

export function readBool<T>(reader: JsonReader, whenNull: T): boolean | T {
  const { text, at } = reader;
  if (text.startsWith("true", at)) {
    reader.at = at + 4;
    return true;
  }
  if (text.startsWith("false", at)) {
    reader.at = at + 5;
    return false;
  }
  if (reader.takeNull()) return whenNull;
  return reader.failValue();
}

export function readString<T>(reader: JsonReader, whenNull: T): string | T {
  if (reader.text.charCodeAt(reader.at) !== 34 && reader.takeNull()) return whenNull;
  return reader.readString();
}
