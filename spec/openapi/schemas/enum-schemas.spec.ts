import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import type { JsonSwitches } from "../../../lib/json/codec.js";
import type { JsonSchema } from "../../../lib/openapi/document.js";
import { enumSchema } from "../../../lib/openapi/schemas/enum-schemas.js";
import { createVisibility } from "../../../lib/openapi/visibility.js";
import { describeMethod, schemaOf } from "../describe-source.js";

function describeEnum(declaration: string, json: JsonSwitches = {}): JsonSchema {
  const document = describeMethod(
    `post: "/v1/call" body: "*"`,
    `message Request { BookState state = 1; } message Response {}
     ${declaration}`,
    { json },
  );
  return schemaOf(document, "BookState");
}

const bookState = `
  // Whether a book can be had.
  enum BookState {
    // Nobody knows.
    BOOK_STATE_UNSPECIFIED = 0;
    // It can
    // be ordered.
    BOOK_STATE_IN_PRINT = 1;
    BOOK_STATE_LOST = 7 [deprecated = true];
  }`;

describe("the schema of an enum", () => {
  it("has the names, and what their comments say", () => {
    assert.deepEqual(describeEnum(bookState), {
      type: "string",
      enum: ["BOOK_STATE_UNSPECIFIED", "BOOK_STATE_IN_PRINT", "BOOK_STATE_LOST"],
      description:
        "Whether a book can be had.\n\n- `BOOK_STATE_UNSPECIFIED`: Nobody knows.\n" +
        "- `BOOK_STATE_IN_PRINT`: It can be ordered.\n- `BOOK_STATE_LOST`: Deprecated.",
    });
  });

  it("has the numbers with enumsAsIntegers, and the names for generators", () => {
    assert.deepEqual(describeEnum(bookState, { enumsAsIntegers: true }), {
      type: "integer",
      format: "int32",
      enum: [0, 1, 7],
      "x-enum-varnames": ["BOOK_STATE_UNSPECIFIED", "BOOK_STATE_IN_PRINT", "BOOK_STATE_LOST"],
      description:
        "Whether a book can be had.\n\n- `0` (BOOK_STATE_UNSPECIFIED): Nobody knows.\n" +
        "- `1` (BOOK_STATE_IN_PRINT): It can be ordered.\n- `7` (BOOK_STATE_LOST): Deprecated.",
    });
  });

  it("says that answers may have numbers of newer values, and says nothing of them to clients", () => {
    const describeResponse = (json: JsonSwitches) =>
      describeMethod(
        `get: "/v1/call"`,
        `message Request {} message Response { State s = 1; } enum State { A = 0; }`,
        {
          json,
        },
      );
    for (const [json, names] of [
      [{}, { type: "string", enum: ["A"] }],
      [{ enumsAsIntegers: true }, { type: "integer", format: "int32", enum: [0], "x-enum-varnames": ["A"] }],
    ] as const) {
      assert.deepEqual(schemaOf(describeResponse(json), "State"), {
        ...names,
        description: "An answer may have a number that is not listed: that of a newer value.",
      });
    }
  });

  it("has short names with removeEnumPrefix", () => {
    const { enum: names } = describeEnum(bookState, { removeEnumPrefix: true });
    assert.deepEqual(names, ["UNSPECIFIED", "IN_PRINT", "LOST"]);
  });

  it("lists aliases by their own names, and their number once", () => {
    const withAlias = `enum BookState { option allow_alias = true; UNKNOWN = 0; GONE = 1; LOST = 1; }`;
    assert.deepEqual(describeEnum(withAlias), { type: "string", enum: ["UNKNOWN", "GONE", "LOST"] });
    assert.deepEqual(describeEnum(withAlias, { enumsAsIntegers: true }).enum, [0, 1]);
  });

  it("may have values named like what every object inherits, in a Root without comments", () => {
    const { root } = protobuf.parse(`syntax = "proto3"; enum E { ZERO = 0; constructor = 1; toString = 2; }`);
    const type = protobuf.Root.fromJSON(root.toJSON()).lookupEnum("E");
    assert.deepEqual(enumSchema(type, {}, createVisibility([])), {
      type: "string",
      enum: ["ZERO", "constructor", "toString"],
    });
  });

  it("says that it is deprecated", () => {
    assert.equal(describeEnum(`enum BookState { option deprecated = true; UNKNOWN = 0; }`).deprecated, true);
  });
});
