import protobuf from "protobufjs";
import type { JsonWriter } from "./json-writer.js";
import { type IntegerRange, integerRanges } from "./number-text.js";
import { digitsWriter, type WriteValue, writeBool, writeString } from "./write-scalar.js";

/**
 * Makes a writer of the names that the entries of a map have in JSON, without their quotes.
 *
 * For a text that stands for a key but is not how that is written, as `"01"` for 1, it returns -1: the object that has
 * it may have `"1"` as well. `entriesByText` has only one of them.
 */
export function createKeyWriter(keyType: string): WriteValue {
  if (keyType === "string") return writeStringKey;
  if (keyType === "bool") return writeBoolKey;
  const range = integerRanges.get(keyType)!;
  const write = digitsWriter(range);
  return (writer, at, key, depth) => {
    if (range.is64 && isHash(key, writer)) return write(writer, at, fromHash(key, range), depth);
    const end = write(writer, at, key, depth);
    return isWrittenAs(key as string, writer, at, end) ? end : -1;
  };
}

/** Of half a surrogate pair, several texts become the same one. */
function writeStringKey(writer: JsonWriter, at: number, key: unknown): number {
  const end = writeString(writer, at, key);
  return writer.isAscii || (key as string).isWellFormed() ? end : -1;
}

function writeBoolKey(writer: JsonWriter, at: number, key: unknown): number {
  const end = writeBool(writer, at, key);
  return key === "true" || key === "false" ? end : -1;
}

/** Of the spellings of an integer, `"1e2"` is as long as what is written for it. */
function isWrittenAs(key: string, { bytes }: JsonWriter, start: number, end: number): boolean {
  if (end - start !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key.charCodeAt(i)) return false;
  return true;
}

/**
 * Whether a 64-bit key is the eight bytes of its number as text, as in messages that protobufjs decoded. A handler may
 * answer such a message as well; there, eight digits are a number.
 */
function isHash(key: unknown, { isDecoded }: JsonWriter): key is string {
  return typeof key === "string" && key.length === 8 && (isDecoded || !/^-?[0-9]+$/.test(key));
}

function fromHash(key: string, { isUnsigned }: IntegerRange): unknown {
  return protobuf.util.longFromHash(key, isUnsigned);
}
