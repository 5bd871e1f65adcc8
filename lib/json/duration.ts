import type { JsonWriter } from "./json-writer.js";
import { endOfFraction, fractionNanos, putFraction, type Time } from "./timestamp.js";
import { writeDigits } from "./write-scalar.js";

const maxSeconds = 315_576_000_000;

/**
 * Read a duration; `undefined` if the text is none or is longer than 10,000 years. Both parts have its sign.
 *
 *     parseDuration("-1.5s")   // { seconds: -1, nanos: -500000000 }
 *
 * @see https://protobuf.dev/reference/protobuf/google.protobuf/#duration
 */
export function parseDuration(chars: Uint16Array, start: number, end: number): Time | undefined {
  const isNegative = chars[start] === 45;
  const first = isNegative ? start + 1 : start;
  let at = first;
  let seconds = 0;
  for (let char = chars[at]!; char >= 48 && char <= 57; char = chars[++at]!) {
    seconds = seconds * 10 + (char - 48);
  }
  const unit = endOfFraction(chars, at);
  const nanos = fractionNanos(chars, at, unit);
  if (at === first || unit !== end - 1 || chars[unit] !== 115) return undefined;
  if (nanos === undefined || seconds > maxSeconds) return undefined;
  // `0 -` makes no negative zero.
  return isNegative ? { seconds: 0 - seconds, nanos: 0 - nanos } : { seconds, nanos };
}

/**
 * Write a duration, with 0, 3, 6 or 9 digits of fraction; `undefined`, and nothing written, out of range.
 *
 *     writeDuration(writer, at, -1, -500_000_000)   // -1.500s
 */
export function writeDuration(
  writer: JsonWriter,
  at: number,
  seconds: number,
  nanos: number,
): number | undefined {
  const isInRange = Math.abs(seconds) <= maxSeconds && Math.abs(nanos) <= 999_999_999;
  if (!isInRange || (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0)) return undefined;
  const { bytes } = writer;
  const isNegative = seconds < 0 || nanos < 0;
  if (isNegative) bytes[at] = 45;
  const point = writeDigits(writer, isNegative ? at + 1 : at, Math.abs(seconds));
  const end = putFraction(bytes, point, Math.abs(nanos));
  bytes[end] = 115;
  return end + 1;
}
