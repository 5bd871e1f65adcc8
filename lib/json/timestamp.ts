import type { JsonWriter } from "./json-writer.js";

/** Seconds since 1970 and the nanoseconds after them, as Timestamp and Duration hold time. */
export interface Time {
  readonly seconds: number;
  readonly nanos: number;
}

const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;

/** What digit readers give for text that is not digits: more than any part of a time can be. */
const notDigits = 100_000;

const powersOf10 = Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);

/**
 * Read an RFC 3339 timestamp between the years 1 and 9999; `undefined` if the text is something else.
 *
 *     parseTimestamp("1970-01-01T00:01:00.5+00:01")   // { seconds: 0, nanos: 500000000 }
 *
 * @see https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
 */
export function parseTimestamp(chars: Uint16Array, start: number, end: number): Time | undefined {
  if (end - start < 20 || !hasTimestampMarks(chars, start)) return undefined;
  const year = twoDigits(chars, start) * 100 + twoDigits(chars, start + 2);
  const month = twoDigits(chars, start + 5);
  const day = twoDigits(chars, start + 8);
  const hour = twoDigits(chars, start + 11);
  const minute = twoDigits(chars, start + 14);
  const second = twoDigits(chars, start + 17);
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month))
    return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const zone = endOfFraction(chars, start + 19);
  const nanos = fractionNanos(chars, start + 19, zone);
  const offset = offsetMinutes(chars, zone, end);
  if (nanos === undefined || offset === undefined) return undefined;
  const seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second;
  return seconds >= minSeconds && seconds <= maxSeconds ? { seconds, nanos } : undefined;
}

/** `0000-00-00T00:00:00` without the digits. */
function hasTimestampMarks(chars: Uint16Array, start: number): boolean {
  return (
    chars[start + 4] === 45 &&
    chars[start + 7] === 45 &&
    chars[start + 10] === 84 &&
    chars[start + 13] === 58 &&
    chars[start + 16] === 58
  );
}

function twoDigits(chars: Uint16Array, at: number): number {
  const tens = chars[at]! - 48;
  const ones = chars[at + 1]! - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : notDigits;
}

/** The index after a fraction that starts at `start`, `start` if there is none. */
export function endOfFraction(chars: Uint16Array, start: number): number {
  if (chars[start] !== 46) return start;
  let end = start + 1;
  for (let char = chars[end]!; char >= 48 && char <= 57; char = chars[++end]!);
  return end;
}

/** The nanoseconds of the fraction between two indexes, `undefined` if it has no digits or more than nine. */
export function fractionNanos(chars: Uint16Array, start: number, end: number): number | undefined {
  if (start === end) return 0;
  const length = end - start - 1;
  if (length === 0 || length > 9) return undefined;
  let number = 0;
  for (let i = start + 1; i < end; i++) number = number * 10 + (chars[i]! - 48);
  return number * powersOf10[9 - length]!;
}

/** The offset that the time zone between two indexes stands for, `undefined` if there is none. */
function offsetMinutes(chars: Uint16Array, start: number, end: number): number | undefined {
  if (end - start === 1) return chars[start] === 90 ? 0 : undefined;
  if (end - start !== 6 || chars[start + 3] !== 58) return undefined;
  const hours = twoDigits(chars, start + 1);
  const minutes = twoDigits(chars, start + 4);
  const sign = chars[start]!;
  if (hours > 23 || minutes > 59 || (sign !== 43 && sign !== 45)) return undefined;
  return (hours * 60 + minutes) * (sign === 45 ? -1 : 1);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * A writer of timestamps in UTC, with 0, 3, 6 or 9 digits of fraction; `undefined`, and nothing written, out of range.
 *
 *     writeTimestamp(writer, at, 0, 500_000_000)   // 1970-01-01T00:00:00.500Z
 *
 * It remembers the last day, as the items of one answer are often of one day.
 */
export function createTimestampWriter(): WriteTime {
  let dayNumber = Number.NaN;
  // `1970-01-01T`, and one byte that is written over.
  const day = new DataView(new ArrayBuffer(12));
  return ({ bytes, view }, at, seconds, nanos) => {
    if (!(seconds >= minSeconds && seconds <= maxSeconds && nanos >= 0 && nanos <= 999_999_999))
      return undefined;
    const number = Math.floor(seconds / 86_400);
    if (number !== dayNumber) {
      putDay(new Uint8Array(day.buffer), number);
      dayNumber = number;
    }
    view.setInt32(at, day.getInt32(0));
    view.setInt32(at + 4, day.getInt32(4));
    view.setInt32(at + 8, day.getInt32(8));
    const time = seconds - number * 86_400;
    const minutes = Math.floor(time / 60);
    const hours = Math.floor(minutes / 60);
    putTwoDigits(bytes, at + 11, hours);
    bytes[at + 13] = 58;
    putTwoDigits(bytes, at + 14, minutes - hours * 60);
    bytes[at + 16] = 58;
    putTwoDigits(bytes, at + 17, time - minutes * 60);
    const end = putFraction(bytes, at + 19, nanos);
    bytes[end] = 90;
    return end + 1;
  };
}

/** Writes a time, and returns the place after it; `undefined` if it is out of range. */
export type WriteTime = (
  writer: JsonWriter,
  at: number,
  seconds: number,
  nanos: number,
) => number | undefined;

function putDay(bytes: Uint8Array, daysSince1970: number): void {
  const { year, month, day } = dayOf(daysSince1970);
  const century = Math.floor(year / 100);
  putTwoDigits(bytes, 0, century);
  putTwoDigits(bytes, 2, year - century * 100);
  bytes[4] = 45;
  putTwoDigits(bytes, 5, month);
  bytes[7] = 45;
  putTwoDigits(bytes, 8, day);
  bytes[10] = 84;
}

/** Put the fraction of a second in as few groups of three digits as it needs: `.500`, or nothing. */
export function putFraction(bytes: Uint8Array, at: number, nanos: number): number {
  if (nanos === 0) return at;
  bytes[at] = 46;
  const millis = Math.floor(nanos / 1_000_000);
  putThreeDigits(bytes, at + 1, millis);
  const belowMillis = nanos - millis * 1_000_000;
  if (belowMillis === 0) return at + 4;
  const micros = Math.floor(belowMillis / 1000);
  putThreeDigits(bytes, at + 4, micros);
  const belowMicros = belowMillis - micros * 1000;
  if (belowMicros === 0) return at + 7;
  putThreeDigits(bytes, at + 7, belowMicros);
  return at + 10;
}

function putTwoDigits(bytes: Uint8Array, at: number, number: number): void {
  const tens = Math.floor(number / 10);
  bytes[at] = 48 + tens;
  bytes[at + 1] = 48 + number - tens * 10;
}

function putThreeDigits(bytes: Uint8Array, at: number, number: number): void {
  const hundreds = Math.floor(number / 100);
  bytes[at] = 48 + hundreds;
  putTwoDigits(bytes, at + 1, number - hundreds * 100);
}

// The two functions below count in eras of 400 years that start on 1 March, so that the leap day comes last.
// See https://howardhinnant.github.io/date_algorithms.html

function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function dayOf(daysSince1970: number): { year: number; month: number; day: number } {
  const days = daysSince1970 + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
