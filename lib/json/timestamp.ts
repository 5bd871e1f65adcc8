/** Seconds since 1970 and the nanoseconds after them, as Timestamp and Duration hold time. */
export interface Time {
  readonly seconds: number;
  readonly nanos: number;
}

const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;

/**
 * Read an RFC 3339 timestamp between the years 1 and 9999; `undefined` if the text is something else.
 *
 *     parseTimestamp("1970-01-01T00:01:00.5+00:01")   // { seconds: 0, nanos: 500000000 }
 *
 * @see https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
 */
export function parseTimestamp(text: string): Time | undefined {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const hasForm =
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    text.charCodeAt(10) === 84 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58;
  // A comparison with NaN is false.
  const isTime = year >= 1 && hour <= 23 && minute <= 59 && second <= 59;
  if (!hasForm || !isTime || !(month >= 1 && month <= 12 && day >= 1 && day <= daysOfMonth(year, month))) {
    return undefined;
  }
  const zone = endOfFraction(text, 19);
  const nanos = fractionNanos(text, 19, zone);
  const offset = offsetSeconds(text, zone);
  const seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
  // NaN where fraction or zone are wrong.
  return seconds >= minSeconds && seconds <= maxSeconds && nanos >= 0 ? { seconds, nanos } : undefined;
}

/**
 * Print a timestamp in UTC, with 0, 3, 6 or 9 digits of fraction; `undefined` if it is out of range.
 *
 *     printTimestamp(0, 500_000_000)   // "1970-01-01T00:00:00.500Z"
 */
export function printTimestamp(seconds: number, nanos: number): string | undefined {
  if (!(seconds >= minSeconds && seconds <= maxSeconds && nanos >= 0 && nanos <= 999_999_999)) return undefined;
  const days = Math.floor(seconds / 86_400);
  const time = seconds - days * 86_400;
  const minutes = Math.floor(time / 60);
  const clock = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(time % 60)}`;
  return `${printDate(days)}T${clock}${printFraction(nanos)}Z`;
}

/** The fraction of a second in as few groups of three digits as it needs: `".500"`, or nothing. */
export function printFraction(nanos: number): string {
  if (nanos === 0) return "";
  if (nanos % 1_000_000 === 0) return `.${String(nanos / 1_000_000).padStart(3, "0")}`;
  if (nanos % 1000 === 0) return `.${String(nanos / 1000).padStart(6, "0")}`;
  return `.${String(nanos).padStart(9, "0")}`;
}

/** The index after a fraction that starts at `start`, `start` if there is none. */
export function endOfFraction(text: string, start: number): number {
  if (text.charCodeAt(start) !== 46) return start;
  let end = start + 1;
  while (text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end++;
  return end;
}

/** The nanoseconds of the fraction between two indexes, NaN if it has no digits or more than nine. */
export function fractionNanos(text: string, start: number, end: number): number {
  if (start === end) return 0;
  const length = end - start - 1;
  if (length > 9) return Number.NaN;
  return digits(text, start + 1, end) * 10 ** (9 - length);
}

/** The number that is written between two indexes, NaN if there is anything but digits. */
function digits(text: string, start: number, end: number): number {
  let number = start === end ? Number.NaN : 0;
  for (let i = start; i < end; i++) {
    const char = text.charCodeAt(i);
    if (!(char >= 48 && char <= 57)) return Number.NaN;
    number = number * 10 + (char - 48);
  }
  return number;
}

/** The offset that a time zone stands for, NaN if the rest of the text is none. */
function offsetSeconds(text: string, start: number): number {
  const sign = text.charCodeAt(start);
  if (sign === 90) return text.length === start + 1 ? 0 : Number.NaN;
  const hours = digits(text, start + 1, start + 3);
  const minutes = digits(text, start + 4, start + 6);
  const hasForm = text.length === start + 6 && text.charCodeAt(start + 3) === 58;
  if (!hasForm || !(hours <= 23 && minutes <= 59)) return Number.NaN;
  if (sign !== 43 && sign !== 45) return Number.NaN;
  return (hours * 3600 + minutes * 60) * (sign === 45 ? -1 : 1);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
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

function printDate(daysSince1970: number): string {
  const days = daysSince1970 + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
