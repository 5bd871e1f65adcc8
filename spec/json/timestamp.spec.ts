import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "vitest";
import { parseDuration, writeDuration } from "../../lib/json/duration.js";
import { JsonReader } from "../../lib/json/json-reader.js";
import { JsonWriter } from "../../lib/json/json-writer.js";
import { createTimestampWriter, parseTimestamp, type WriteTime } from "../../lib/json/timestamp.js";

/** What is read of a text, or of a part of it. */
function parser<T>(parse: (chars: Uint16Array, start: number, end: number) => T) {
  return (text: string, start = 0, end = text.length): T => parse(new JsonReader(text).chars, start, end);
}

const readTimestamp = parser(parseTimestamp);
const readDuration = parser(parseDuration);

/** What is written, `undefined` where the writer says no. */
function printer(write: WriteTime): (seconds: number, nanos: number) => string | undefined {
  return (seconds, nanos) => {
    const writer = new JsonWriter();
    const end = write(writer, 0, seconds, nanos);
    return end === undefined ? undefined : writer.toString(end);
  };
}

const printTimestamp = printer(createTimestampWriter());
const printDuration = printer(writeDuration);

describe("a Timestamp", () => {
  const texts: readonly (readonly [text: string, seconds: number, nanos: number, printed?: string])[] = [
    ["1970-01-01T00:00:00Z", 0, 0],
    ["1969-12-31T23:59:59.999999999Z", -1, 999999999],
    ["0001-01-01T00:00:00Z", -62135596800, 0],
    ["9999-12-31T23:59:59.999999999Z", 253402300799, 999999999],
    ["2000-02-29T12:34:56.100Z", 951827696, 100000000],
    ["2000-02-29T12:34:56.1Z", 951827696, 100000000, "2000-02-29T12:34:56.100Z"],
    ["2000-01-01T00:00:00.000001Z", 946684800, 1000],
    ["2000-01-01T00:00:00.0000010Z", 946684800, 1000, "2000-01-01T00:00:00.000001Z"],
    ["2000-01-01T00:00:00+00:00", 946684800, 0, "2000-01-01T00:00:00Z"],
    ["2000-01-01T01:30:00+01:30", 946684800, 0, "2000-01-01T00:00:00Z"],
    ["1999-12-31T00:00:00-23:59", 946684740, 0, "1999-12-31T23:59:00Z"],
  ];
  for (const [text, seconds, nanos, printed = text] of texts) {
    it(`reads ${text}`, () => {
      assert.deepEqual(readTimestamp(text), { seconds, nanos });
      assert.deepEqual(readTimestamp(`x${text}y`, 1, text.length + 1), { seconds, nanos });
      assert.equal(printTimestamp(seconds, nanos), printed);
    });
  }

  for (const text of [
    ...[
      "",
      "2000-01-01",
      "2000-01-01T00:00:00",
      "2000-01-01 00:00:00Z",
      "2000-01-01T00:00:00z",
      "2000-01-01t00:00:00Z",
    ],
    ...[
      "2000-1-01T00:00:00Z",
      "2000-00-01T00:00:00Z",
      "2000-13-01T00:00:00Z",
      "2000-01-00T00:00:00Z",
      "2000-01-32T00:00:00Z",
    ],
    ...[
      "2001-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z",
      "2000-04-31T00:00:00Z",
      "2000-01-01T24:00:00Z",
      "2000-01-01T00:60:00Z",
    ],
    ...[
      "2000-01-01T00:00:60Z",
      "2000-01-01T00:00:00.Z",
      "2000-01-01T00:00:00.1234567890Z",
      "2000-01-01T00:00:00,5Z",
    ],
    ...[
      "2000-01-01T00:00:00+1:00",
      "2000-01-01T00:00:00+0100",
      "2000-01-01T00:00:00+24:00",
      "2000-01-01T00:00:00+00:60",
    ],
    ...[
      "2000-01-01T00:00:00ZZ",
      "2000-01-01T00:00:00Z ",
      " 2000-01-01T00:00:00Z",
      "+2000-01-01T00:00:00Z",
      "0000-01-01T00:00:00Z",
    ],
    ...[
      "0001-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
      "20000-01-01T00:00:00Z",
      "٢٠٠٠-01-01T00:00:00Z",
    ],
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(readTimestamp(text), undefined));
  }

  it("is what Date makes of it, on all days", () => {
    const times = fc.integer({ min: -62135596800, max: 253402300799 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 999 }), (seconds, millis) => {
        const text = new Date(seconds * 1000 + millis).toISOString();
        assert.deepEqual(readTimestamp(text), { seconds, nanos: millis * 1_000_000 });
        assert.equal(
          printTimestamp(seconds, millis * 1_000_000),
          millis === 0 ? text.replace(".000", "") : text,
        );
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("is not printed out of range", () => {
    for (const [seconds, nanos] of [
      [-62135596801, 0],
      [253402300800, 0],
      [0, -1],
      [0, 1_000_000_000],
      [Number.NaN, 0],
    ] as const) {
      assert.equal(printTimestamp(seconds, nanos), undefined);
    }
  });
});

describe("a Duration", () => {
  const texts: readonly (readonly [text: string, seconds: number, nanos: number, printed?: string])[] = [
    ["0s", 0, 0],
    ["-0s", 0, 0, "0s"],
    ["1.500s", 1, 500000000],
    ["1.5s", 1, 500000000, "1.500s"],
    ["-1.000000001s", -1, -1],
    ["-0.500s", 0, -500000000],
    ["315576000000.999999999s", 315576000000, 999999999],
    ["007s", 7, 0, "7s"],
  ];
  for (const [text, seconds, nanos, printed = text] of texts) {
    it(`reads ${text}`, () => {
      assert.deepEqual(readDuration(text), { seconds, nanos });
      assert.equal(printDuration(seconds, nanos), printed);
    });
  }

  for (const text of [
    "",
    "s",
    "-s",
    "1",
    "1.s",
    ".5s",
    "1.0000000001s",
    "315576000001s",
    "+1s",
    "1S",
    "1s ",
    " 1s",
    "1ms",
    "--1s",
    "1e3s",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(readDuration(text), undefined));
  }

  it("is not printed out of range, or with two signs", () => {
    for (const [seconds, nanos] of [
      [315576000001, 0],
      [1, -1],
      [-1, 1],
      [0, 1_000_000_000],
    ] as const) {
      assert.equal(printDuration(seconds, nanos), undefined);
    }
  });
});
