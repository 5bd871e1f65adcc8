import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import { createSerializer } from "../../lib/schema/serializer.js";
import { WrongValue } from "../../lib/schema/wire-values.js";

// A handler answers through REST and through native gRPC: what it may answer, and what becomes of it, is the same.

const { root, representation } = loadSchemaSync("kinds/v1/kinds.proto", {
  includeDirs: ["spec/cases/proto"],
});
const type = root.lookupType("kinds.v1.Kinds");
const { encode } = createJsonCodecs(root, representation).message(type);
const { serialize, deserialize } = createSerializer(type, representation);

const long = (text: string) => protobuf.util.Long!.prototype.constructor.fromString(text);

/** What handlers may come up with, for a field of any type. */
const values: readonly unknown[] = [
  ...[0, -0, 1.5, -1.5, -0.5, 99, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64, 1e39, 1e300],
  ...[Number.NaN, Number.POSITIVE_INFINITY, true, false, 5n, -5n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 70n],
  ...["", "5", " 5 ", "-5", "0x10", "1e3", "1.5", "abc", "true", "NaN", "Infinity", "9223372036854775807"],
  ...["RED", "GONE", "NULL_VALUE", "constructor", "AQI", "AQI=", "A-_", "A", "!!"],
  ...[long("7"), long("-7"), long("9007199254740993"), { low: 1, high: 0, unsigned: true }],
  ...[{}, { value: 1 }, { paths: ["a_b"] }, { toString: () => "9" }, { constructor: 1 }],
  ...[[], [1], ["a"], [256], [{}], [[1]], new Set(["1"]), new Map([["1", "1"]]), new Map([[true, 1]])],
  ...[new Date(0), new URL("http://localhost/"), () => 1, Symbol("a")],
  ...[Buffer.from("ab"), new Uint8Array([1]), new Uint16Array([1]), new ArrayBuffer(2)],
];

/** The JSON of a message, or that it cannot be written. */
function attempt(write: () => string): string {
  try {
    return write();
  } catch (error) {
    assert(error instanceof WrongValue, String(error));
    return "refused";
  }
}

describe("what a handler answers is the same in JSON and in bytes", () => {
  it("under names that two fields could have", () => {
    const odd = root.lookupType("kinds.v1.OddNames");
    const codec = createJsonCodecs(root, representation).message(odd);
    const { serialize: toBytes } = createSerializer(odd, representation);
    const names: readonly (readonly [name: string, json: string])[] = [
      ["URL", '{"address":"x"}'],
      ["address", '{"address":"x"}'],
      ["urlPath", '{"URL":"x"}'],
      ["url_path", '{"URL":"x"}'],
      ["to_string", '{"toString":"x"}'],
      ["odd__name_1", '{"oddName1":"x"}'],
    ];
    for (const [name, json] of names) {
      assert.equal(codec.encode({ [name]: "x" }), json);
      assert.equal(codec.fromBinary(toBytes({ [name]: "x" })), json);
    }
  });

  for (const { name } of type.fieldsArray) {
    it(`for ${name}`, () => {
      for (const value of values) {
        const message = { [name]: value };
        const binary = attempt(() => encode(deserialize(serialize(message))));
        assert.equal(
          attempt(() => encode(message)),
          binary,
          String(value),
        );
      }
    });
  }
});
