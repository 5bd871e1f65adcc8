import {
  maxFloat,
  toBool,
  toBytes,
  toDouble,
  toFloat,
  toInt32,
  toInt64,
  toText,
  toUint32,
  toUint64,
} from "../schema/wire-values.js";
import type { JsonWriter } from "./json-writer.js";
import type { LazyFunction } from "./lazy-function.js";
import { type IntegerRange, integerRanges } from "./number-text.js";

/** Writes a value at some place, and returns the place after it. `depth` counts the messages around it. */
export type WriteValue = (writer: JsonWriter, at: number, value: unknown, depth: number) => number;

/** The writer of a message type. */
export type LazyWriter = LazyFunction<WriteValue>;

/** A writer of values, and whether what it writes stands between quotes, which are written by whoever calls it. */
export interface ValueWriter {
  readonly write: WriteValue;
  readonly isQuoted: boolean;
  /** For enums: the text of a value, and the one that a value has which is not set. */
  readonly enumText?: { of(value: unknown): Buffer; readonly unset: Buffer | undefined };
}

/** The writer of complete JSON. */
export function jsonWriter({ write, isQuoted }: ValueWriter): WriteValue {
  if (!isQuoted) return write;
  return (writer, at, value, depth) => {
    writer.bytes[at] = quoteMark;
    const end = write(writer, at + 1, value, depth);
    return writer.putAscii(end, '"');
  };
}

const quoteMark = 34;

/** Whether an ASCII character stands in a JSON string as it is. */
const isPlain = new Uint8Array(128).fill(1, 32);
isPlain[quoteMark] = 0;
isPlain[92] = 0;

export function writeString(writer: JsonWriter, at: number, value: unknown): number {
  const text = typeof value === "string" ? value : toText(value);
  const { length } = text;
  // A loop over few characters is faster than the way into native code.
  if (length > 32) return writeAnyString(writer, at, text);
  writer.reserve(at, at + length);
  const { bytes } = writer;
  for (let i = 0; i < length; i++) {
    const char = text.charCodeAt(i);
    if (char > 127 || isPlain[char] === 0) return writeAnyString(writer, at, text);
    bytes[at + i] = char;
  }
  return at + length;
}

/** The bytes that were written are read faster than the characters of a string are. */
function writeAnyString(writer: JsonWriter, at: number, text: string): number {
  const end = writer.putText(at, text);
  const { bytes } = writer;
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 32 || byte === quoteMark || byte === 92) return writer.putText(at, escapeCharacters(text));
  }
  return end;
}

/** What stands between the quotes of a JSON string. Lone surrogates become U+FFFD, as they do in UTF-8. */
function escapeCharacters(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, "\ufffd")).slice(1, -1);
}

export function writeBool(writer: JsonWriter, at: number, value: unknown): number {
  const isTrue = typeof value === "boolean" ? value : toBool(value);
  return writer.putAscii(at, isTrue ? "true" : "false");
}

/** Write an integer that a number holds exactly. */
export function writeDigits(writer: JsonWriter, at: number, value: number): number {
  const { bytes } = writer;
  if (value >= 0) return putDigits(bytes, at, value);
  bytes[at] = 45;
  return putDigits(bytes, at + 1, -value);
}

function putDigits(bytes: Buffer, at: number, value: number): number {
  let end = at + 1;
  for (let power = 10; value >= power; power *= 10) end++;
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const tenth = Math.floor(rest / 10);
    bytes[i] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}

export function writeInt32(writer: JsonWriter, at: number, value: unknown): number {
  const isInt32 = typeof value === "number" && (value | 0) === value;
  return writeDigits(writer, at, isInt32 ? value : toInt32(value));
}

export function writeUint32(writer: JsonWriter, at: number, value: unknown): number {
  const isUint32 = typeof value === "number" && value >>> 0 === value;
  return writeDigits(writer, at, isUint32 ? value : toUint32(value));
}

/** A writer of integers that are often given as text: those of 64 bits, and keys of maps. */
export function digitsWriter(range: IntegerRange): WriteValue {
  const plainLength = range.is64 ? 18 : 9;
  return (writer, at, value) => {
    if (typeof value !== "string" || value.length > plainLength)
      return writer.putAscii(at, integerDigits(value, range));
    const { length } = value;
    const { bytes } = writer;
    let isPlain = length > 0 && (length === 1 || value.charCodeAt(0) !== 48);
    for (let i = 0; i < length; i++) {
      const char = value.charCodeAt(i);
      if (char < 48 || char > 57) isPlain = false;
      bytes[at + i] = char;
    }
    return isPlain ? at + length : writer.putAscii(at, integerDigits(value, range));
  };
}

/** The digits of an integer that is given as a number, a bigint, text or a `Long`. */
export function integerDigits(value: unknown, { is64, isUnsigned }: IntegerRange): string {
  if (!is64) return String(isUnsigned ? toUint32(value) : toInt32(value));
  const integer = isUnsigned ? toUint64(value) : toInt64(value);
  if (typeof integer === "number") return String(integer);
  const bits = (BigInt(integer.high >>> 0) << 32n) | BigInt(integer.low >>> 0);
  return String(isUnsigned ? bits : BigInt.asIntN(64, bits));
}

export function writeDouble(writer: JsonWriter, at: number, value: unknown): number {
  const number = typeof value === "number" ? value : toDouble(value);
  if ((number | 0) === number && !Object.is(number, -0)) return writeDigits(writer, at, number);
  return writer.putAscii(at, printDouble(number));
}

/** Write a `float` in as few digits as tell it from its neighbours of 32 bits: `0.1`, not `0.10000000149011612`. */
export function writeFloat(writer: JsonWriter, at: number, value: unknown): number {
  const number = toFloat(value);
  const size = Math.abs(number);
  const isOrdinary = number === 0 || (size > 1e-37 && size < 1e38);
  const text = printDouble(number);
  // Ordinary numbers of six digits are what 32 bits hold.
  return writer.putAscii(at, isOrdinary && text.length <= 7 ? text : printFloat(number));
}

const minNormalFloat = 1.1754943508222875e-38;

function printFloat(number: number): string {
  const float = Math.fround(number);
  if (!Number.isFinite(float)) return printDouble(float);
  for (let digits = Math.abs(float) < minNormalFloat ? 1 : 6; digits <= 9; digits++) {
    const short = Number(float.toPrecision(digits));
    // Some readers compare with the largest float before they round.
    if (Math.fround(short) === float && Math.abs(short) <= maxFloat) return printDouble(short);
  }
  return printDouble(float);
}

function printDouble(number: number): string {
  if (Number.isFinite(number)) return Object.is(number, -0) ? "-0" : `${number}`;
  return `"${number}"`;
}

/** Write bytes as padded base64 of the standard alphabet; text is taken as base64 of either alphabet. */
export function writeBytes(writer: JsonWriter, at: number, value: unknown): number {
  const bytes = toBuffer(value);
  const length = Math.ceil(bytes.length / 3) * 4;
  writer.reserve(at, at + length);
  if (length <= 160) writeShortBytes(writer, at, bytes);
  else writer.bytes.write(bytes.toString("base64"), at, "latin1");
  return at + length;
}

const base64Digits = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
/** Both digits for each twelve bits, the first one in the low byte. */
const base64Pairs = Uint16Array.from(
  { length: 4096 },
  (_, bits) => base64Digits[bits >> 6]! | (base64Digits[bits & 63]! << 8),
);

/** The way into native code costs more than writing a few characters. */
function writeShortBytes({ bytes, view }: JsonWriter, start: number, source: Buffer): void {
  const { length } = source;
  let at = start;
  let i = 0;
  for (; i + 3 <= length; i += 3) {
    const bits = (source[i]! << 16) | (source[i + 1]! << 8) | source[i + 2]!;
    view.setInt32(at, base64Pairs[bits >> 12]! | (base64Pairs[bits & 4095]! << 16), true);
    at += 4;
  }
  if (i === length) return;
  const bits = (source[i]! << 16) | (i + 1 < length ? source[i + 1]! << 8 : 0);
  view.setInt16(at, base64Pairs[bits >> 12]!, true);
  bytes[at + 2] = i + 1 < length ? base64Digits[(bits >> 6) & 63]! : 61;
  bytes[at + 3] = 61;
}

export function toBuffer(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  const { buffer, byteOffset, byteLength } = toBytes(value);
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Seconds and nanoseconds: integers that a number holds. */
export function toSafeInteger(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (value === undefined || value === null) return 0;
  return (
    (typeof value === "string" ? readDigits(value) : undefined) ??
    Number(integerDigits(value, integerRanges.get("int64")!))
  );
}

/** The number that a few digits stand for, without the way through a regular expression. */
function readDigits(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > 15) return undefined;
  let number = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}
