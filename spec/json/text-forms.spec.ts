import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "vitest";
import { decodeBase64, readBase64 } from "../../lib/json/base64.js";
import { compileNameFinder } from "../../lib/json/compile-name-finder.js";
import { parseFieldMask, printFieldMask } from "../../lib/json/field-mask.js";
import { indentJson } from "../../lib/json/indent-json.js";
import { JsonReader } from "../../lib/json/json-reader.js";
import { JsonWriter } from "../../lib/json/json-writer.js";
import { integerRanges, parseInteger } from "../../lib/json/number-text.js";
import { writeFloat } from "../../lib/json/write-scalar.js";

describe("decodeBase64", () => {
  it("reads what Node writes, in both alphabets, padded or not", () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, (expected) => {
        const text = expected.toString("base64");
        for (const form of [text, text.replace(/=+$/, ""), expected.toString("base64url")]) {
          assert.deepEqual(decodeBase64(form), expected);
          assert.deepEqual(readBase64(new JsonReader(`"${form}"`), 1, form.length + 1), expected);
        }
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("refuses other characters, wherever they stand", () => {
    for (const length of [2, 3, 4, 8, 160, 161, 400]) {
      for (const at of [0, 1, length - 2, length - 1]) {
        for (const char of ["*", " ", "\n", "é", "\u0141", "="]) {
          const text = `${"A".repeat(at)}${char}${"A".repeat(length - at - 1)}`;
          const isPadding = char === "=" && at === length - 1 && length % 4 === 0;
          for (const bytes of [decodeBase64(text), readBase64(new JsonReader(text), 0, length)])
            assert.equal(bytes === undefined, !isPadding, text);
        }
      }
    }
  });

  for (const text of ["A", "A=", "AA=", "AAA==", "A===", "=", "==", "AAAAA", "AA==AA=="]) {
    it(`refuses ${text}`, () => {
      assert.equal(decodeBase64(text), undefined);
      assert.equal(readBase64(new JsonReader(text), 0, text.length), undefined);
    });
  }
});

describe("parseInteger", () => {
  const rows: readonly (readonly [type: string, text: string, digits: string | undefined])[] = [
    ["int32", "-2147483648", "-2147483648"],
    ["int32", "-2147483649", undefined],
    ["int32", "2147483647.000", "2147483647"],
    ["int32", "1.5", undefined],
    ["int32", "15e-1", undefined],
    ["int32", "150e-1", "15"],
    ["int32", "1e9", "1000000000"],
    ["int32", "1E+9", "1000000000"],
    ["int32", "1e10", undefined],
    ["int32", "0e99999999999", "0"],
    ["int32", "1e99999999999", undefined],
    ["int32", "1e-99999999999", undefined],
    ["int32", "-0", "0"],
    ["int32", "-0.0e5", "0"],
    ["int32", "0.000001e6", "1"],
    ["int32", "", undefined],
    ["int32", "-", undefined],
    ["int32", "01", undefined],
    ["int32", "+1", undefined],
    ["int32", "1.", undefined],
    ["int32", ".1", undefined],
    ["int32", "0x1", undefined],
    ["int32", "1 ", undefined],
    ["uint32", "4294967295", "4294967295"],
    ["uint32", "4294967296", undefined],
    ["uint32", "-1", undefined],
    ["uint32", "-0", "0"],
    ["int64", "9223372036854775807", "9223372036854775807"],
    ["int64", "9223372036854775808", undefined],
    ["int64", "-9223372036854775808", "-9223372036854775808"],
    ["int64", "9.223372036854775807e18", "9223372036854775807"],
    ["uint64", "18446744073709551615", "18446744073709551615"],
    ["uint64", "18446744073709551616", undefined],
    ["uint64", "1e20", undefined],
  ];
  for (const [type, text, digits] of rows) {
    it(`${digits === undefined ? "refuses" : "reads"} ${JSON.stringify(text)} as ${type}`, () => {
      assert.equal(parseInteger(text, integerRanges.get(type)!), digits);
    });
  }
});

describe("writeFloat", () => {
  it("writes as few digits as read back as the same 32 bits", () => {
    // Four digits fewer would tell the largest float from others, but some readers take that for too large.
    const finite = fc
      .float({ noDefaultInfinity: true, noNaN: true })
      .filter((float) => Math.abs(float) < 3.4e38);
    fc.assert(
      fc.property(finite, (float) => {
        const writer = new JsonWriter();
        const text = writer.toString(writeFloat(writer, 0, float));
        assert(Object.is(Math.fround(Number(text)), float), text);
        const digits = text.replace(/e.*|[-.]|^0\.0*/g, "").replace(/^0+|0+$/g, "").length;
        if (digits > 1) assert.notEqual(Math.fround(Number(float.toPrecision(digits - 1))), float, text);
      }),
      { seed: 1, numRuns: 5000 },
    );
  });
});

describe("field masks", () => {
  const rows: readonly (readonly [text: string, paths: readonly string[]])[] = [
    ["", []],
    ["a", ["a"]],
    ["pageSize,book.displayName", ["page_size", "book.display_name"]],
    ["aB,c", ["a_b", "c"]],
    ["f1,g2H", ["f1", "g2_h"]],
  ];
  for (const [text, paths] of rows) {
    it(`reads and writes ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseFieldMask(text, false), paths);
      assert.equal(printFieldMask(paths), text);
    });
  }

  for (const path of ["pageSize", "page__size", "page_", "_3", "page_3", "a_B", "a,b"]) {
    it(`does not write ${path}, which would read back as another`, () =>
      assert.equal(printFieldMask([path]), undefined));
  }

  it("is in snake_case only where that is allowed", () => {
    assert.equal(parseFieldMask("page_size", false), undefined);
    assert.deepEqual(parseFieldMask("page_size,bookName", true), ["page_size", "book_name"]);
  });
});

describe("indentJson", () => {
  it("indents like JSON.stringify", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(indentJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("keeps the digits of numbers", () =>
    assert.equal(indentJson('{"a":[9007199254740993]}'), '{\n  "a": [\n    9007199254740993\n  ]\n}'));
});

describe("compileNameFinder", () => {
  const short = [
    "a",
    "b",
    "ab",
    "page_size",
    "pageSize",
    "x".repeat(12),
    "x".repeat(13),
    "x".repeat(25),
    '"quoted\\"',
    "é\u2028",
  ];
  const many = Array.from({ length: 500 }, (_, i) => `name${i}`);
  for (const names of [short, many, []]) {
    it(`finds each of ${names.length} names, and no other`, () => {
      const find = compileNameFinder(new Map(names.map((name, i) => [name, i])));
      for (const [i, name] of names.entries()) assert.equal(find(`..${name}..`, 2, name.length + 2), i);
      for (const name of [
        "",
        "c",
        "A",
        "__proto__",
        "pageSizes",
        "x".repeat(24),
        `${"x".repeat(24)}y`,
        "name500",
      ]) {
        assert.equal(find(name, 0, name.length), -1, name);
      }
    });
  }
});
