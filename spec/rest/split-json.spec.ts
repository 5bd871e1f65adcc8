import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createJsonSplitter } from "../../lib/rest/split-json.js";
import { assertLinear } from "../assert-linear.js";

function split(pieces: readonly string[], limit = 1000): string[] {
  const splitter = createJsonSplitter(limit);
  const values: string[] = [];
  for (const piece of pieces) values.push(...splitter.push(piece));
  return [...values, ...splitter.end()];
}

const values = ['{"a":"}\\"{"}', "[1,[2,{}]]", '"text \\\\"', "-1.5e3", "true", "null", "{}", '""'];

describe("createJsonSplitter", () => {
  for (const { form, text } of [
    { form: "lines", text: values.join("\n") },
    { form: "lines of Windows, each of them ended", text: values.map((value) => `${value}\r\n`).join("") },
    { form: "values with spaces around them", text: `  ${values.join(" \t\n ")}  ` },
    { form: "an array", text: `[${values.join(",")}]` },
    { form: "an array with spaces", text: `\n [ ${values.join(" ,\n")} ]\n` },
  ]) {
    it(`splits ${form}`, () => assert.deepEqual(split([text]), values));

    it(`splits ${form} wherever the pieces end`, () => {
      for (let at = 0; at <= text.length; at++) {
        assert.deepEqual(split([text.slice(0, at), text.slice(at)]), values, `cut at ${at}`);
      }
      assert.deepEqual(split([...text]), values);
    });
  }

  it("tells values that need no space between them apart", () => {
    assert.deepEqual(split(['{}{}"a""b"[1][2]1{}2"c"true[]']), [
      "{}",
      "{}",
      '"a"',
      '"b"',
      "[1]",
      "[2]",
      "1",
      "{}",
      "2",
      '"c"',
      "true",
      "[]",
    ]);
  });

  it("takes an array for the list of values only where it comes first", () => {
    assert.deepEqual(split(["[[1],[2]]"]), ["[1]", "[2]"]);
    assert.deepEqual(split(["{}\n[[1],[2]]"]), ["{}", "[[1],[2]]"]);
  });

  it("gives a value as soon as it is complete", () => {
    const splitter = createJsonSplitter(1000);
    assert.deepEqual([...splitter.push('{"a":1}')], ['{"a":1}']);
    assert.deepEqual([...splitter.push('"a')], []);
    assert.deepEqual([...splitter.push('"')], ['"a"']);
    assert.deepEqual([...splitter.push("1")], []);
    assert.deepEqual([...splitter.push("2 ")], ["12"]);
    assert.deepEqual([...splitter.end()], []);
  });

  it("leaves it to others to see what is no JSON", () => {
    assert.deepEqual(split(["} nonsense {]}"]), ["}", "nonsense", "{]", "}"]);
    assert.deepEqual(split(['{"a']), ['{"a']);
  });

  for (const { text, before, message } of [
    { text: "[,", before: [], message: /an element of the array is missing/ },
    { text: "[1,]", before: ["1"], message: /an element of the array is missing/ },
    { text: "[1,,2]", before: ["1"], message: /an element of the array is missing/ },
    { text: "[{} {}]", before: ["{}"], message: /a comma between elements is missing/ },
    { text: "[] x", before: [], message: /there is more after the array/ },
    { text: "[1][", before: ["1"], message: /there is more after the array/ },
    { text: "[", before: [], message: /the array is not closed/ },
    { text: "[1", before: ["1"], message: /the array is not closed/ },
    { text: "[1,", before: ["1"], message: /the array is not closed/ },
  ]) {
    it(`refuses ${text} after the values before the fault`, () => {
      const splitter = createJsonSplitter(1000);
      const found: string[] = [];
      assert.throws(
        () => {
          for (const value of splitter.push(text)) found.push(value);
          for (const value of splitter.end()) found.push(value);
        },
        { name: "RpcError", code: 3, message },
      );
      assert.deepEqual(found, before);
    });
  }

  it("limits the bytes of each value, in one piece or in many", () => {
    const tooLarge = { httpStatus: 413, code: 8 };
    assert.deepEqual(split(['"12345678"'], 10), ['"12345678"']);
    assert.throws(() => split(['"123456789"'], 10), tooLarge);
    assert.throws(() => split([...'"123456789"'], 10), tooLarge);
    assert.throws(() => split(['"ééééé"'], 10), tooLarge);
    assert.throws(() => split(["x".repeat(11)], 10), tooLarge);
    assert.equal(split(["1234567890 ".repeat(1000)], 10).length, 1000);
  });

  it("looks at no piece again, however many there are", () => {
    assertLinear(
      (length) => "x".repeat(length),
      1_000_000,
      (text) => {
        const splitter = createJsonSplitter(Number.POSITIVE_INFINITY);
        assert.deepEqual([...splitter.push('"')], []);
        for (const piece of text) for (const value of splitter.push(piece)) assert.fail(value);
        assert.equal([...splitter.push('"')][0]?.length, text.length + 2);
      },
    );
  });
});
