import { copySlice } from "./copy-slice.js";

const numberText = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;

/** The integer types of protobuf. */
export type IntegerType =
  | "int32"
  | "sint32"
  | "sfixed32"
  | "uint32"
  | "fixed32"
  | "int64"
  | "sint64"
  | "sfixed64"
  | "uint64"
  | "fixed64";

/** How wide the integers of a type are, and whether they have a sign. */
export interface IntegerRange {
  readonly is64: boolean;
  readonly isUnsigned: boolean;
  /** The largest value, and the digits of the smallest one, as text. */
  readonly max: string;
  readonly min: string;
}

const int32: IntegerRange = { is64: false, isUnsigned: false, max: "2147483647", min: "2147483648" };
const uint32: IntegerRange = { is64: false, isUnsigned: true, max: "4294967295", min: "0" };
export const int64: IntegerRange = {
  is64: true,
  isUnsigned: false,
  max: "9223372036854775807",
  min: "9223372036854775808",
};
export const uint64: IntegerRange = { is64: true, isUnsigned: true, max: "18446744073709551615", min: "0" };

/** The range of each integer type. */
export const integerRanges: ReadonlyMap<string, IntegerRange> = new Map<IntegerType, IntegerRange>([
  ["int32", int32],
  ["sint32", int32],
  ["sfixed32", int32],
  ["uint32", uint32],
  ["fixed32", uint32],
  ["int64", int64],
  ["sint64", int64],
  ["sfixed64", int64],
  ["uint64", uint64],
  ["fixed64", uint64],
]);

/**
 * The digits of the integer that a JSON number stands for, `undefined` if it is none or out of range.
 *
 *     parseInteger("1.50e2", int32)   // "150"
 *     parseInteger("-0", int32)       // "0"
 *     parseInteger("1.5", int32)      // undefined
 *
 * It works on digits, so that no 64-bit value loses any.
 */
export function parseInteger(text: string, range: IntegerRange): string | undefined {
  const match = numberText.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = shiftPoint(whole + fraction, Number(exponent) - fraction.length);
  if (digits === undefined) return undefined;
  if (digits === "0") return "0";
  const limit = sign === "" ? range.max : range.min;
  if (digits.length > limit.length || (digits.length === limit.length && digits > limit)) return undefined;
  return sign + copySlice(digits, 0);
}

/** Digits without sign and without leading zeros. Up to 9 of them are in range of all types, up to 18 of 64-bit types. */
export function isPlainInteger(chars: Uint16Array, start: number, end: number): boolean {
  if (start === end || (end > start + 1 && chars[start] === 48)) return false;
  for (let i = start; i < end; i++) {
    const char = chars[i]!;
    if (char < 48 || char > 57) return false;
  }
  return true;
}

/** Keys of maps and text from a path may have leading zeros: `"-007"` is `"-7"`. */
export function withoutLeadingZeros(text: string): string {
  return text.replace(/^(-?)0+(?=[0-9])/, "$1");
}

/** `digits` × 10^`places` without leading zeros, `undefined` if that is no integer or longer than any range. */
function shiftPoint(digits: string, places: number): string | undefined {
  const significant = digits.replace(/^0+/, "");
  if (significant === "") return "0";
  if (significant.length + places > 20) return undefined;
  if (places >= 0) return significant + "0".repeat(places);
  const whole = significant.slice(0, places);
  return whole !== "" && /^0+$/.test(significant.slice(places)) ? whole : undefined;
}

/**
 * The number that the text of a `double` or `float` stands for, `undefined` if it is none or out of range.
 *
 *     parseFloatText("1e3")         // 1000
 *     parseFloatText("-Infinity")   // -Infinity
 *     parseFloatText("1e400")       // undefined
 */
export function parseFloatText(text: string): number | undefined {
  if (!numberText.test(text)) return notFinite.get(text);
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const notFinite: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);
