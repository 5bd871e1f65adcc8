import { inspect } from "node:util";
import { cutText } from "./cut-text.js";
import type { EnumValues } from "./enum-values.js";

/**
 * A handler answered what its field cannot hold.
 *
 *     invalid value "abc" for field "items[3].page_size" (int32) of acme.ListResponse
 *
 * It is thrown where the value is met; the path is put around it on the way up. What a field takes, and what is made of
 * it, is the same for JSON and for the binary form.
 */
export class WrongValue extends Error {
  override readonly name = "WrongValue";
  readonly #value: string;
  readonly #reason: string;
  #path = "";
  #type = "";

  constructor(value: unknown, reason = "") {
    super();
    const text =
      typeof value === "string"
        ? JSON.stringify(value)
        : inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
    this.#value = cutText(text);
    this.#reason = reason === "" ? "" : `: ${reason}`;
  }

  /** Put a field, list element or map entry around what the path has so far. */
  enclose(field: string, key: string | number | undefined, type: string): this {
    const step = key === undefined ? field : `${field}[${key}]`;
    if (this.#path === "") this.#type = type;
    this.#path = this.#path === "" ? step : `${step}.${this.#path}`;
    return this;
  }

  /** Finish the text with the name of the outermost message. */
  within(message: string): this {
    const field = this.#path === "" ? "" : ` for field "${this.#path}" (${this.#type})`;
    this.message = `invalid value ${this.#value}${field} of ${message}${this.#reason}`;
    return this;
  }
}

/** Text, or what has a text of its own: an identifier object of a database, a URL, but not a plain object. */
export function toText(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return String(value);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    if (typeof value.toString === "function" && value.toString !== Object.prototype.toString)
      return String(value);
  }
  throw new WrongValue(value);
}

/** A boolean by another name; of any other value one cannot say whether it is true. */
export function toBool(value: unknown): boolean {
  if (value === 1 || value === "true") return true;
  if (value === 0 || value === "false" || value === "") return false;
  throw new WrongValue(value);
}

/** An integer of 32 bits; a fraction is cut off, as handlers of grpc-js are used to. */
export function toInt32(value: unknown): number {
  const number = toInteger(value);
  if ((number | 0) !== number) throw new WrongValue(value);
  return number;
}

export function toUint32(value: unknown): number {
  const number = toInteger(value);
  if (number >>> 0 !== number) throw new WrongValue(value);
  return number;
}

function toInteger(value: unknown): number {
  return Math.trunc(toDouble(value)) + 0; // never -0
}

/** A number that 32 bits hold, if with fewer digits. */
export function toFloat(value: unknown): number {
  const number = toDouble(value);
  if (Number.isFinite(number) && !Number.isFinite(Math.fround(number))) throw new WrongValue(value);
  return number;
}

/** The largest number that every reader takes for a `float`. */
export const maxFloat = 3.4028234663852886e38;

/** A number, its text, a bigint or a Long. */
export function toDouble(value: unknown): number {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return Number(value);
  if (isLong(value)) return longToNumber(value);
  if (value === "NaN") return Number.NaN;
  if (typeof value === "string" && isNumberText(value)) return Number(value);
  throw new WrongValue(value);
}

/** Decimal digits, not the other notations of JavaScript; space around them is nothing, but not nothing but space. */
function isNumberText(text: string): boolean {
  return /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity)\s*$/.test(text);
}

/** What the writer of protobufjs takes for 64 bits. */
export type Int64 = number | Long;

export function toInt64(value: unknown): Int64 {
  const number = exactNumber(value);
  if (number !== undefined) return number;
  // The largest one is this as a number.
  const integer = value === 2 ** 63 ? 2n ** 63n - 1n : toBigInt(value);
  if (BigInt.asIntN(64, integer) !== integer) throw new WrongValue(value);
  return toBits(integer, false);
}

export function toUint64(value: unknown): Int64 {
  const number = exactNumber(value);
  if (number !== undefined && number >= 0) return number;
  const integer = value === 2 ** 64 ? 2n ** 64n - 1n : toBigInt(value);
  if (BigInt.asUintN(64, integer) !== integer) throw new WrongValue(value);
  return toBits(integer, true);
}

/** The number itself, that of a text of so few digits that a number has them all, or of a Long that is small. */
function exactNumber(value: unknown): number | undefined {
  let number = value;
  if (typeof value === "string" && value.length < 16 && isNumberText(value)) number = Number(value);
  else if (isLong(value)) number = longToNumber(value);
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/** The nearest number. */
function longToNumber({ low, high, unsigned }: Long): number {
  return (unsigned ? high >>> 0 : high | 0) * 2 ** 32 + (low >>> 0);
}

function toBigInt(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return BigInt(value);
  if (typeof value === "number" && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)) return BigInt(value);
  if (isLong(value)) {
    const bits = (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
    return value.unsigned ? bits : BigInt.asIntN(64, bits);
  }
  throw new WrongValue(value);
}

function toBits(integer: bigint, unsigned: boolean): Int64 {
  return {
    low: Number(BigInt.asIntN(32, integer)),
    high: Number(BigInt.asIntN(32, integer >> 32n)),
    unsigned,
  };
}

/** A `Long`, of whichever copy of its package. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

function isLong(value: unknown): value is Long {
  if (typeof value !== "object" || value === null) return false;
  return "low" in value && typeof value.low === "number" && "high" in value && typeof value.high === "number";
}

/** Bytes, a list of them, or their base64 in either alphabet. */
export function toBytes(value: unknown): Uint8Array {
  if (typeof value === "string" && isBase64(value)) return Buffer.from(value, "base64");
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (Array.isArray(value) && value.every(isByte)) return Uint8Array.from(value);
  throw new WrongValue(value);
}

/** Padded or not; one digit is less than a byte. */
function isBase64(text: string): boolean {
  return /^[\w+/-]*={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
}

function isByte(value: unknown): value is number {
  return typeof value === "number" && (value & 255) === value;
}

/** The number of a value of an enum. */
export function toEnum(value: unknown, { numbers, isOpen }: EnumValues): number {
  if (typeof value === "string") {
    const number = numbers[value];
    if (number !== undefined) return number;
  } else if (typeof value === "number" && (value | 0) === value) {
    if (isOpen || Object.values(numbers).includes(value)) return value;
  }
  throw new WrongValue(value);
}

/** A list, or what else can be iterated; text cannot. */
export function toList(value: unknown): readonly unknown[] {
  if (typeof value === "object" && value !== null && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)];
  throw new WrongValue(value, "it must be a list");
}

/** The keys of a map, which is a plain object or a `Map`. */
export function keysOf(value: unknown): readonly unknown[] {
  if (value instanceof Map) return [...value.keys()];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.keys(value);
  throw new WrongValue(value, "it must be an object or a Map");
}

/**
 * Make sure that something can be a message. False if it was made by generated code of protobufjs, whose objects
 * inherit the values of the fields that are not set.
 */
export function hasOwnFields(message: unknown, depth: number): boolean {
  if (typeof message !== "object" || message === null || Array.isArray(message))
    throw new WrongValue(message);
  if (depth > maxDepth) throw new WrongValue(message, `it is nested deeper than ${maxDepth} levels`);
  const prototype: unknown = Object.getPrototypeOf(message);
  if (prototype === Object.prototype || prototype === null) return true;
  if (message instanceof Date)
    throw new WrongValue(message, "it must be a message; a time is { seconds, nanos }");
  if (message instanceof Map || message instanceof Set || ArrayBuffer.isView(message))
    throw new WrongValue(message, "it must be a plain object");
  const made: unknown = message.constructor; // what made it, unless it is a field of this name
  return !("$type" in message || (typeof made === "function" && "encode" in made));
}

/** What readers of protobuf accept. */
const maxDepth = 100;
