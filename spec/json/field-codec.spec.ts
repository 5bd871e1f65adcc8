import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { codes } from "../../lib/call/rpc-error.js";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { bookCodecs, bookField, bookRoot } from "./books.js";

/** A field, the JSON of it, its value. */
const wholes: readonly (readonly [field: string, json: string, value: unknown])[] = [
  ["name", '"a"', "a"],
  ["page_count", "5", 5],
  ["size", '"5"', "5"],
  ["on_loan", "true", true],
  ["rating", '"NaN"', Number.NaN],
  ["state", '"OTHER"', "OTHER"],
  ["cover", '"AP8="', Buffer.from([0, 255])],
  ["author", '{"displayName":"A"}', { displayName: "A", books: [] }],
  ["tags", '["a","b"]', ["a", "b"]],
  ["tags", "[]", []],
  ["counts", '{"a":1}', { a: 1 }],
  ["counts", "{}", {}],
  ["by_year", '{"7":{}}', { "7": { displayName: "", books: [] } }],
  ["edition", "0", 0],
  ["shop", '""', ""],
  ["create_time", '"1970-01-01T00:00:00Z"', { seconds: "0", nanos: 0 }],
  ["mask", '"pageCount"', { paths: ["page_count"] }],
  ["price", '"5"', { value: "5" }],
  ["labels", '{"a":null}', { fields: { a: { nullValue: "NULL_VALUE", kind: "nullValue" } } }],
  ["extra", "null", { nullValue: "NULL_VALUE", kind: "nullValue" }],
  ["list", "[1]", { values: [{ numberValue: 1, kind: "numberValue" }] }],
];

/** A field, what it is when it is `null` in JSON, and what is written when it is not set. */
const unset: readonly (readonly [field: string, value: unknown, json: string])[] = [
  ["name", "", '""'],
  ["page_count", 0, "0"],
  ["size", "0", '"0"'],
  ["on_loan", false, "false"],
  ["state", "BOOK_STATE_UNSPECIFIED", '"BOOK_STATE_UNSPECIFIED"'],
  ["cover", Buffer.alloc(0), '""'],
  ["author", null, "null"],
  ["tags", [], "[]"],
  ["counts", {}, "{}"],
  ["edition", undefined, "null"],
  ["shop", undefined, "null"],
  ["create_time", null, "null"],
  ["price", null, "null"],
];

/** A field, text from a path or a query, the value it stands for. */
const parsed: readonly (readonly [field: string, text: string, value: unknown])[] = [
  ["name", "", ""],
  ["name", 'a "b" \\ \n', 'a "b" \\ \n'],
  ["tags", "null", "null"],
  ["page_count", "-12", -12],
  ["page_count", "007", 7],
  ["page_count", "1e2", 100],
  ["page_count", "2147483647", 2147483647],
  ["size", "-9223372036854775808", "-9223372036854775808"],
  ["serial", "18446744073709551615", "18446744073709551615"],
  ["edition", "4294967295", 4294967295],
  ["on_loan", "true", true],
  ["on_loan", "false", false],
  ["rating", "-1.5e3", -1500],
  ["rating", "Infinity", Number.POSITIVE_INFINITY],
  ["rating", "NaN", Number.NaN],
  ["weight", "0.1", Math.fround(0.1)],
  ["state", "OTHER", "OTHER"],
  ["state", "3", "OTHER"],
  ["state", "99", 99],
  ["state", "-1", -1],
  ["cover", "AP8=", Buffer.from([0, 255])],
  ["cover", "AP8", Buffer.from([0, 255])],
  ["cover", "-_8=", Buffer.from([251, 255])],
  ["cover", "", Buffer.alloc(0)],
  ["counts", "5", 5],
  ["create_time", "2000-01-01T00:00:00+01:00", { seconds: "946681200", nanos: 0 }],
  ["loan_time", "-1.5s", { seconds: "-1", nanos: -500000000 }],
  ["mask", "pageCount,author.displayName", { paths: ["page_count", "author.display_name"] }],
  ["mask", "", { paths: [] }],
  ["price", "5", { value: "5" }],
  ["note", "", { value: "" }],
  ["note", "null", { value: "null" }],
  ["is_new", "true", { value: true }],
  [
    "extra",
    '{"a":[1]}',
    {
      structValue: {
        fields: {
          a: { listValue: { values: [{ numberValue: 1, kind: "numberValue" }] }, kind: "listValue" },
        },
      },
      kind: "structValue",
    },
  ],
  ["extra", "null", { nullValue: "NULL_VALUE", kind: "nullValue" }],
  ["labels", " {} ", { fields: {} }],
  ["list", "[]", { values: [] }],
  ["detail", '{"@type":"a/acme.Author"}', { type_url: "a/acme.Author", value: Buffer.alloc(0) }],
];

/** A field, text that it cannot take, what its type is called. */
const unparsable: readonly (readonly [field: string, text: string, type: string])[] = [
  ["page_count", "", "int32"],
  ["page_count", "abc", "int32"],
  ["page_count", " 5", "int32"],
  ["page_count", "5 ", "int32"],
  ["page_count", "+5", "int32"],
  ["page_count", "0x10", "int32"],
  ["page_count", "1.5", "int32"],
  ["page_count", "2147483648", "int32"],
  ["page_count", "--5", "int32"],
  ["page_count", "\u0665", "int32"],
  ["size", "9223372036854775808", "int64"],
  ["serial", "-1", "uint64"],
  ["on_loan", "", "bool"],
  ["on_loan", "TRUE", "bool"],
  ["on_loan", "1", "bool"],
  ["rating", "", "double"],
  ["rating", "inf", "double"],
  ["rating", "1e400", "double"],
  ["weight", "1e39", "float"],
  ["state", "", "acme.BookState"],
  ["state", "GONE", "acme.BookState"],
  ["state", "1.5", "acme.BookState"],
  ["state", "2147483648", "acme.BookState"],
  ["state", "__proto__", "acme.BookState"],
  ["cover", "A", "bytes"],
  ["cover", "A A=", "bytes"],
  ["create_time", "", "google.protobuf.Timestamp"],
  ["create_time", "2000-01-01", "google.protobuf.Timestamp"],
  ["loan_time", "1", "google.protobuf.Duration"],
  ["mask", "page_count", "google.protobuf.FieldMask"],
  ["price", "", "google.protobuf.Int64Value"],
  ["is_new", "null", "google.protobuf.BoolValue"],
  ["extra", "", "google.protobuf.Value"],
  ["extra", "a", "google.protobuf.Value"],
  ["labels", "[]", "google.protobuf.Struct"],
  ["detail", "{}x", "google.protobuf.Any"],
  ["author", '{"displayName":"A"}', "acme.Author"],
  ["editors", "{}", "acme.Author"],
  ["name", "\ud800", "string"],
];

describe("a field alone", () => {
  for (const [field, json, value] of wholes) {
    it(`${field} reads and writes ${json}`, () => {
      const codec = bookCodecs.field(bookField(field));
      assert.deepEqual(codec.decode(json), value);
      assert.equal(codec.encode(value), json);
    });
  }

  for (const [field, value, json] of unset) {
    it(`${field} is written as ${json} when it is not set`, () => {
      const codec = bookCodecs.field(bookField(field));
      assert.deepEqual(codec.decode(" null "), value);
      assert.equal(codec.encode(undefined), json);
      assert.equal(codec.encode(null), json);
    });
  }

  for (const [field, text, value] of parsed) {
    it(`${field} takes the text ${JSON.stringify(text)}`, () => {
      assert.deepEqual(bookCodecs.field(bookField(field)).parse(text), value);
    });
  }

  for (const [field, text, type] of unparsable) {
    it(`${field} refuses the text ${JSON.stringify(text)}`, () => {
      const codec = bookCodecs.field(bookField(field));
      const message = `invalid value ${JSON.stringify(text)} for field "${field}" (${type})`;
      assert.throws(() => codec.parse(text), { name: "RpcError", code: codes.INVALID_ARGUMENT, message });
      assert.throws(() => codec.parse(text, "book.x"), {
        message: message.replace(`field "${field}"`, 'field "book.x"'),
      });
    });
  }

  it("takes text in the representation of its codecs", () => {
    const representation = { ...defaultRepresentation, longs: BigInt, enums: undefined, bytes: Array };
    const codecs = createJsonCodecs(bookRoot, representation);
    const parse = (field: string, text: string) => codecs.field(bookField(field)).parse(text);
    assert.deepEqual(
      [parse("size", "5"), parse("state", "OTHER"), parse("cover", "AP8=")],
      [5n, 3, [0, 255]],
    );
  });

  it("takes text as its switches say", () => {
    const parse = (switches: object, field: string, text: string) =>
      bookCodecs.with(switches).field(bookField(field)).parse(text);
    assert.equal(parse({ caseInsensitiveEnums: true }, "state", "other"), "OTHER");
    assert.equal(parse({ removeEnumPrefix: true }, "state", "ACTIVE"), "BOOK_STATE_ACTIVE");
    assert.deepEqual(parse({ snakeCaseFieldMasks: true }, "mask", "page_count"), { paths: ["page_count"] });
    assert.throws(() => parse({ ignoreUnknownFields: true }, "state", "GONE"), {
      message: /invalid value "GONE"/,
    });
  });

  it("refuses more than its JSON", () => {
    const codec = bookCodecs.field(bookField("page_count"));
    assert.throws(() => codec.decode("1 2"), {
      message: "malformed JSON at line 1, column 3: expected the end of the text",
    });
    assert.throws(() => codec.decode("[1]"), {
      message: 'invalid value [1] for field "page_count" (int32)',
    });
  });

  it("says which field of which message an answer does not fit", () => {
    assert.throws(() => bookCodecs.field(bookField("tags")).encode("a"), {
      message: `invalid value "a" for field "tags" (repeated string) of acme.Book: it must be a list`,
    });
  });
});

describe("the key of a map", () => {
  const keys: readonly (readonly [field: string, text: string, key: string])[] = [
    ["counts", "", ""],
    ["counts", "__proto__", "__proto__"],
    ["by_year", "7", "7"],
    ["by_year", "-007", "-7"],
    ["by_year", "-0", "0"],
    ["by_year", "9223372036854775807", "9223372036854775807"],
    ["by_flag", "true", "true"],
  ];
  for (const [field, text, key] of keys) {
    it(`${JSON.stringify(text)} of ${field} is ${JSON.stringify(key)}`, () => {
      assert.equal(bookCodecs.field(bookField(field)).parseKey(text), key);
    });
  }

  for (const [field, text, type] of [
    ["by_year", "", "int64"],
    ["by_year", "1.0", "int64"],
    ["by_year", "1e2", "int64"],
    ["by_year", " 1", "int64"],
    ["by_year", "9223372036854775808", "int64"],
    ["by_flag", "1", "bool"],
    ["by_flag", "True", "bool"],
  ] as const) {
    it(`is not ${JSON.stringify(text)} of ${field}`, () => {
      const codec = bookCodecs.field(bookField(field));
      const message = `invalid key "${text}" for field "${field}[${text}]" (${type})`;
      assert.throws(() => codec.parseKey(text, `${field}[${text}]`), {
        code: codes.INVALID_ARGUMENT,
        message,
      });
    });
  }
});
