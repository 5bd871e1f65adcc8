import { copySlice } from "./copy-slice.js";
import type { JsonReader } from "./json-reader.js";
import {
  type IntegerRange,
  int64,
  integerRanges,
  parseFloatText,
  parseInteger,
  uint64,
} from "./number-text.js";

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
  const isQuoted = reader.chars[reader.at] === 34;
  return isQuoted ? reader.readString() : reader.readNumberText();
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
  const { chars } = reader;
  let { at } = reader;
  let char = chars[at]!;
  const isNegative = char === 45;
  if (isNegative) char = chars[++at]!;
  const first = at;
  let number = 0;
  for (; char >= 48 && char <= 57; char = chars[++at]!) number = number * 10 + (char - 48);
  const length = at - first;
  if (length === 0 || length > 10 || continuesNumber(char) || (length > 1 && chars[first] === 48)) {
    return toNumber(readAnyInteger(reader, int32Range, whenNull), whenNull);
  }
  if (number > (isNegative ? 2147483648 : 2147483647)) reader.failValue();
  reader.at = at;
  // `0 -` makes no negative zero.
  return isNegative ? 0 - number : number;
}

export function readUint32<T>(reader: JsonReader, whenNull: T): number | T {
  const { chars, at: first } = reader;
  let at = first;
  let char = chars[at]!;
  let number = 0;
  for (; char >= 48 && char <= 57; char = chars[++at]!) number = number * 10 + (char - 48);
  const length = at - first;
  if (length === 0 || length > 10 || continuesNumber(char) || (length > 1 && chars[first] === 48)) {
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
  const { chars, at: start } = reader;
  const isQuoted = chars[start] === 34;
  const first = isQuoted ? start + 1 : start;
  let at = first;
  let char = chars[at]!;
  if (char === 45 && !range.isUnsigned) char = chars[++at]!;
  const digits = at;
  while (char >= 48 && char <= 57) char = chars[++at]!;
  const length = at - digits;
  // 18 digits are in every range.
  const isPlain = length > 0 && length <= 18 && (chars[digits] !== 48 || (length === 1 && digits === first));
  if (!isPlain || (isQuoted ? char !== 34 : continuesNumber(char)))
    return readAnyInteger(reader, range, whenNull);
  reader.at = isQuoted ? at + 1 : at;
  return copySlice(reader.text, first, at);
}

export function readInt64<T>(reader: JsonReader, whenNull: T): string | T {
  return readDigits(reader, int64, whenNull);
}

export function readUint64<T>(reader: JsonReader, whenNull: T): string | T {
  return readDigits(reader, uint64, whenNull);
}

const powersOf10 = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

export function readDouble<T>(reader: JsonReader, whenNull: T): number | T {
  const { chars } = reader;
  let { at } = reader;
  let char = chars[at]!;
  const isNegative = char === 45;
  if (isNegative) char = chars[++at]!;
  const first = at;
  let number = 0;
  for (; char >= 48 && char <= 57; char = chars[++at]!) number = number * 10 + (char - 48);
  const point = at;
  if (char === 46) {
    char = chars[++at]!;
    for (; char >= 48 && char <= 57; char = chars[++at]!) number = number * 10 + (char - 48);
  }
  const decimals = at > point ? at - point - 1 : 0;
  const hasForm = isWhole(chars, first, point) && at !== point + 1 && char !== 101 && char !== 69;
  if (!hasForm) return readAnyDouble(reader, whenNull);
  const start = reader.at;
  reader.at = at;
  // Up to 15 digits are exact, as are the powers of ten to divide them by: the quotient is rounded once.
  if (point - first + decimals > 15) return finite(Number(reader.text.slice(start, at)), reader, start);
  if (decimals > 0) number /= powersOf10[decimals]!;
  return isNegative ? -number : number;
}

/** One digit, or more without leading zeros. */
function isWhole(chars: Uint16Array, start: number, end: number): boolean {
  return end === start + 1 || (end > start && chars[start] !== 48);
}

function readAnyDouble<T>(reader: JsonReader, whenNull: T): number | T {
  const { chars, at } = reader;
  if (chars[at] === 34) return parseFloatText(reader.readString()) ?? reader.failValue(at);
  if (reader.takeNull()) return whenNull;
  return finite(Number(reader.readNumberText()), reader, at);
}

function finite(number: number, reader: JsonReader, at: number): number {
  return Number.isFinite(number) ? number : reader.failValue(at);
}

/** A `float`, rounded to what 32 bits can hold, as a binary message would carry it. */
export function readFloat<T>(reader: JsonReader, whenNull: T): number | T {
  const { at } = reader;
  const number = readDouble(reader, whenNull);
  if (typeof number !== "number") return number;
  const float = Math.fround(number);
  return Number.isFinite(float) || !Number.isFinite(number) ? float : reader.failValue(at);
}

export function readBool<T>(reader: JsonReader, whenNull: T): boolean | T {
  const char = reader.chars[reader.at]!;
  if (char === 116 && reader.takeWord("true")) return true;
  if (char === 102 && reader.takeWord("false")) return false;
  return reader.takeNull() ? whenNull : reader.failValue();
}

export function readString<T>(reader: JsonReader, whenNull: T): string | T {
  if (reader.chars[reader.at] !== 34 && reader.takeNull()) return whenNull;
  return reader.readString();
}
