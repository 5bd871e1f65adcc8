import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { defaultRepresentation, type Representation } from "../../lib/schema/representation.js";
import {
  type Answer,
  answerThroughBinary,
  answerThroughHandler,
  type ConformanceTest,
} from "./conformance.js";

/** The JSON tests of protobuf v33.2, with answers that its runner has accepted: see `conformance-testee.ts`. */
interface RecordedTest extends ConformanceTest {
  readonly answer?: string;
}

const tests = readFileSync(join(import.meta.dirname, "../cases/conformance/tests.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line): RecordedTest => JSON.parse(line));

/** Proto2 fields that are not set can be told from those that are only without defaults. */
const representations: Readonly<Record<string, Representation>> = {
  "strings and Buffers": { ...defaultRepresentation, defaults: false },
  "Longs, numbers and arrays": {
    ...defaultRepresentation,
    defaults: false,
    longs: undefined,
    enums: undefined,
    bytes: Array,
    arrays: true,
    objects: true,
    oneofs: false,
  },
  "bigints and base64": { ...defaultRepresentation, defaults: false, longs: BigInt, bytes: String },
};

const ways: Readonly<Record<string, Answer>> = { "without messages in between": answerThroughBinary };
for (const [name, representation] of Object.entries(representations)) {
  Object.assign(ways, { [`through messages with ${name}`]: answerThroughHandler(representation) });
}

describe("protobuf's conformance suite", () => {
  it("has 2,762 tests of JSON, of which 460 are to be refused", () => {
    const refused = tests.filter(({ answer }) => answer === undefined);
    assert.deepEqual([tests.length, refused.length], [2762, 460]);
  });
  for (const [way, answer] of Object.entries(ways)) {
    for (const type of new Set(tests.map((test) => test.type))) {
      it(`passes for ${type.replace("protobuf_test_messages.", "")} ${way}`, () => {
        for (const test of tests) {
          if (test.type === type) assert.equal(answer(test), test.answer, JSON.stringify(test));
        }
      });
    }
  }
});
