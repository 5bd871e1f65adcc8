import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { codes, RpcError } from "../../lib/call/rpc-error.js";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { bookCodec, bookCodecs, bookField } from "./books.js";
import { parseRoot } from "./parse-root.js";

const timestamp = "google.protobuf.Timestamp";

/** JSON of a book that cannot be read → the path of the field, and the text that the client gets. */
const fieldFaults: readonly (readonly [text: string, path: string, message: string])[] = [
  ['{"pageCount": "abc"}', "page_count", 'invalid value "abc" for field "page_count" (int32)'],
  ['{"page_count": 1.5}', "page_count", 'invalid value 1.5 for field "page_count" (int32)'],
  ['{"pageCount": 2147483648}', "page_count", 'invalid value 2147483648 for field "page_count" (int32)'],
  ['{"pageCount": true}', "page_count", 'invalid value true for field "page_count" (int32)'],
  ['{"pageCount": ""}', "page_count", 'invalid value "" for field "page_count" (int32)'],
  ['{"pageCount": " 1"}', "page_count", 'invalid value " 1" for field "page_count" (int32)'],
  ['{"pageCount": {"a": [1]}}', "page_count", 'invalid value {"a": [1]} for field "page_count" (int32)'],
  ['{"size": "9223372036854775808"}', "size", 'invalid value "9223372036854775808" for field "size" (int64)'],
  ['{"size": 1e19}', "size", 'invalid value 1e19 for field "size" (int64)'],
  ['{"serial": -1}', "serial", 'invalid value -1 for field "serial" (uint64)'],
  ['{"name": 5}', "name", 'invalid value 5 for field "name" (string)'],
  ['{"onLoan": "true"}', "on_loan", 'invalid value "true" for field "on_loan" (bool)'],
  ['{"rating": 1e400}', "rating", 'invalid value 1e400 for field "rating" (double)'],
  ['{"rating": "Inf"}', "rating", 'invalid value "Inf" for field "rating" (double)'],
  ['{"weight": 3.5e38}', "weight", 'invalid value 3.5e38 for field "weight" (float)'],
  ['{"state": "GONE"}', "state", 'invalid value "GONE" for field "state" (acme.BookState)'],
  ['{"state": 1.5}', "state", 'invalid value 1.5 for field "state" (acme.BookState)'],
  ['{"cover": "A"}', "cover", 'invalid value "A" for field "cover" (bytes)'],
  ['{"cover": "A\\u002aAA"}', "cover", 'invalid value "A*AA" for field "cover" (bytes)'],
  ['{"author": []}', "author", 'invalid value [] for field "author" (acme.Author)'],
  ['{"tags": "a"}', "tags", 'invalid value "a" for field "tags" (repeated string)'],
  ['{"tags": ["a", null]}', "tags[1]", 'invalid value null for field "tags[1]" (string)'],
  [
    '{"editors": [{}, {"displayName": 1}]}',
    "editors[1].display_name",
    'invalid value 1 for field "editors[1].display_name" (string)',
  ],
  [
    '{"author": {"books": [{"editors": [{}, {"books": [{"pageCount": "x"}]}]}]}}',
    "author.books[0].editors[1].books[0].page_count",
    'invalid value "x" for field "author.books[0].editors[1].books[0].page_count" (int32)',
  ],
  ['{"counts": [1]}', "counts", 'invalid value [1] for field "counts" (map<string, int32>)'],
  ['{"counts": {"a": 1, "b": "x"}}', "counts[b]", 'invalid value "x" for field "counts[b]" (int32)'],
  ['{"counts": {"a": null}}', "counts[a]", 'invalid value null for field "counts[a]" (int32)'],
  ['{"byYear": {"x": {}}}', "by_year", 'invalid key "x" for field "by_year" (map<int64, acme.Author>)'],
  ['{"byYear": {"1e2": {}}}', "by_year", 'invalid key "1e2" for field "by_year" (map<int64, acme.Author>)'],
  ['{"byFlag": {"TRUE": ""}}', "by_flag", 'invalid key "TRUE" for field "by_flag" (map<bool, string>)'],
  ['{"byFlag": {"1": ""}}', "by_flag", 'invalid key "1" for field "by_flag" (map<bool, string>)'],
  ['{"byFlag": {"0": ""}}', "by_flag", 'invalid key "0" for field "by_flag" (map<bool, string>)'],
  ['{"byFlag": {"true": "", "tru\\u0065": ""}}', "by_flag[true]", 'field "by_flag[true]" is given twice'],
  ['{"byYear": {"7": {"zzz": 1}}}', "by_year[7].zzz", 'unknown field "by_year[7].zzz" in acme.Author'],
  ['{"byYear": {"7": {}, "07": {}}}', "by_year[07]", 'field "by_year[07]" is given twice'],
  ['{"labels": {"a": 1, "b": 2, "a": 3}}', "labels.a", 'field "labels.a" is given twice'],
  ['{"zzz": 1}', "zzz", 'unknown field "zzz" in acme.Book'],
  ['{"a\\"b\\u001b": 1}', 'a"b\u001b', 'unknown field "a\\"b\\u001b" in acme.Book'],
  [
    '{"pageCount": "\\u202e\\n\u2066"}',
    "page_count",
    'invalid value "\\u202e\\n\\u2066" for field "page_count" (int32)',
  ],
  [
    '{"pageCount": [\n"\u202e"]}',
    "page_count",
    'invalid value [\\u000a"\\u202e"] for field "page_count" (int32)',
  ],
  ['{"PageCount": 1}', "PageCount", 'unknown field "PageCount" in acme.Book'],
  ['{"__proto__": {}}', "__proto__", 'unknown field "__proto__" in acme.Book'],
  ['{"constructor": 1}', "constructor", 'unknown field "constructor" in acme.Book'],
  ['{"@type": "x"}', "@type", 'unknown field "@type" in acme.Book'],
  ['{"name": "a", "name": "b"}', "name", 'field "name" is given twice'],
  ['{"name": "a", "n\\u0061me": "b"}', "name", 'field "name" is given twice'],
  ['{"name": null, "name": "b"}', "name", 'field "name" is given twice'],
  ['{"pageCount": 1, "page_count": 2}', "page_count", 'field "page_count" is given twice'],
  [
    '{"author": {"books": [{"name": "", "name": ""}]}}',
    "author.books[0].name",
    'field "author.books[0].name" is given twice',
  ],
  ['{"labels": {"a": 1, "a": 2}}', "labels.a", 'field "labels.a" is given twice'],
  ['{"extra": [0, {"a": {"b": 1, "b": 2}}]}', "extra[1].a.b", 'field "extra[1].a.b" is given twice'],
  ['{"shop": "a", "code": 1}', "code", 'field "code" is given beside another field of the oneof "source"'],
  [
    '{"createTime": "yesterday"}',
    "create_time",
    `invalid value "yesterday" for field "create_time" (${timestamp})`,
  ],
  ['{"createTime": 0}', "create_time", `invalid value 0 for field "create_time" (${timestamp})`],
  [
    '{"loanTime": "1.5"}',
    "loan_time",
    'invalid value "1.5" for field "loan_time" (google.protobuf.Duration)',
  ],
  [
    '{"mask": "page_count"}',
    "mask",
    'invalid value "page_count" for field "mask" (google.protobuf.FieldMask)',
  ],
  ['{"labels": []}', "labels", 'invalid value [] for field "labels" (google.protobuf.Struct)'],
  ['{"list": {}}', "list", 'invalid value {} for field "list" (google.protobuf.ListValue)'],
  ['{"extra": [1e400]}', "extra[0]", 'invalid value 1e400 for field "extra[0]" (google.protobuf.Value)'],
  ['{"price": 1.5}', "price", 'invalid value 1.5 for field "price" (google.protobuf.Int64Value)'],
  [
    '{"note": {"value": "a"}}',
    "note",
    'invalid value {"value": "a"} for field "note" (google.protobuf.StringValue)',
  ],
  [
    '{"detail": {"@type": "a.com/acme.Nothing"}}',
    "detail",
    'unknown type "a.com/acme.Nothing" for field "detail" (google.protobuf.Any)',
  ],
  [
    '{"detail": {"@type": "acme.Book"}}',
    "detail",
    'unknown type "acme.Book" for field "detail" (google.protobuf.Any)',
  ],
  ['{"detail": {"@type": ""}}', "detail", 'unknown type "" for field "detail" (google.protobuf.Any)'],
  ['{"detail": {"@type": 5}}', "detail.@type", 'invalid value 5 for field "detail.@type" (unknown)'],
  [
    '{"detail": {"name": "a"}}',
    "detail",
    'invalid value {"name": "a"} for field "detail" (google.protobuf.Any)',
  ],
  [
    '{"detail": {"pageCount": "x", "@type": "a/acme.Book"}}',
    "detail.page_count",
    'invalid value "x" for field "detail.page_count" (int32)',
  ],
  [
    '{"detail": {"extra": {"@type": "a/acme.Author"}, "pageCount": "y", "@type": "a/acme.Book"}}',
    "detail.page_count",
    'invalid value "y" for field "detail.page_count" (int32)',
  ],
  [
    '{"detail": {"value": {"pageCount": "z", "\\u0040type": "a/acme.Book"}, "@type": "a/google.protobuf.Any"}}',
    "detail.value.page_count",
    'invalid value "z" for field "detail.value.page_count" (int32)',
  ],
  [
    '{"detail": {"@type": "a/acme.Book", "@type": "a/acme.Book"}}',
    "detail.@type",
    'field "detail.@type" is given twice',
  ],
  [
    '{"detail": {"@type": "a/acme.Book", "books": 1}}',
    "detail.books",
    'unknown field "detail.books" in acme.Book',
  ],
  [
    '{"detail": {"@type": "a/google.protobuf.Duration"}}',
    "detail",
    'invalid value {"@type": "a/google.protobuf.Duration"} for field "detail" (google.protobuf.Any)',
  ],
  [
    '{"detail": {"@type": "a/google.protobuf.Duration", "value": "x"}}',
    "detail.value",
    'invalid value "x" for field "detail.value" (google.protobuf.Duration)',
  ],
  ['{"name": "\\ud800"}', "name", 'invalid value "\\ud800" for field "name" (string)'],
  ['{"name": "\ud800"}', "name", 'invalid value "\\ud800" for field "name" (string)'],
  [
    `{"state": "${"x".repeat(81)}"}`,
    "state",
    `invalid value "${"x".repeat(80)}..." for field "state" (acme.BookState)`,
  ],
  [
    `{"state": "${"x".repeat(79)}🐎🐎"}`,
    "state",
    `invalid value "${"x".repeat(79)}..." for field "state" (acme.BookState)`,
  ],
  [
    `{"state": "${"x".repeat(78)}🐎🐎"}`,
    "state",
    `invalid value "${"x".repeat(78)}🐎..." for field "state" (acme.BookState)`,
  ],
];

/** Texts that are no JSON → where, and what should stand there. */
const syntaxFaults: readonly (readonly [text: string, place: string, expected: string])[] = [
  ["", "line 1, column 1", "a value"],
  ["nul", "line 1, column 1", "a value"],
  ["{", "line 1, column 2", 'a member name or "}"'],
  ["{name: 1}", "line 1, column 2", 'a member name or "}"'],
  ['{"name"}', "line 1, column 8", '":"'],
  ['{\n  "name" "a"\n}', "line 2, column 10", '":"'],
  ['{"name": }', "line 1, column 10", "a value"],
  ['{"name": "a",}', "line 1, column 14", "a member name"],
  ['{"name": "a" "size": 1}', "line 1, column 14", '"," or "}"'],
  ['{"name": "a"', "line 1, column 13", '"," or "}"'],
  ['{"name": "a', "line 1, column 10", "a closing quote of this string"],
  ['{"name": "a\\"}', "line 1, column 10", "a closing quote of this string"],
  ['{"name": "a\\x41"}', "line 1, column 12", "a valid escape"],
  ['{"name": "\\u00g0"}', "line 1, column 11", "a valid escape"],
  ['{"name": "a\tb"}', "line 1, column 12", "an escape instead of a control character"],
  [`{"name": "${"x".repeat(40)}\n"}`, "line 1, column 51", "an escape instead of a control character"],
  [`{"name": "${"x".repeat(400)}\n"}`, "line 1, column 411", "an escape instead of a control character"],
  ['{"tags": ["a" "b"]}', "line 1, column 15", '"," or "]"'],
  ['{"tags": ["a",]}', "line 1, column 15", "a value"],
  ['{"pageCount": 01}', "line 1, column 15", "a number"],
  ['{"pageCount": +1}', "line 1, column 15", "a value"],
  ['{"pageCount": -}', "line 1, column 15", "a number"],
  ['{"rating": 1.}', "line 1, column 12", "a number"],
  ['{"rating": .5}', "line 1, column 12", "a value"],
  ['{"rating": NaN}', "line 1, column 12", "a value"],
  ["{\"name\": 'a'}", "line 1, column 10", "a value"],
  ['{"name": "a"} x', "line 1, column 15", "the end of the text"],
  ["{}{}", "line 1, column 3", "the end of the text"],
  ["{} // books", "line 1, column 4", "the end of the text"],
  ['{"labels": {"a": [1, ]}}', "line 1, column 22", "a value"],
  ["{\u00a0}", "line 1, column 2", 'a member name or "}"'],
  ["\ufeff{}", "line 1, column 1", "a value"],
];

describe("a message that cannot be read", () => {
  for (const [text, path, message] of fieldFaults) {
    it(`is told: ${message.slice(0, 120)}`, () => {
      for (const read of [bookCodec.decode, bookCodec.toBinary]) {
        assert.throws(
          () => read(text),
          (error) => {
            assert(error instanceof RpcError);
            assert.equal(error.message, message);
            assert.equal(error.code, codes.INVALID_ARGUMENT);
            assert.deepEqual(error.details, [
              {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                fieldViolations: [{ field: path, description: message }],
              },
            ]);
            return true;
          },
        );
      }
    });
  }

  for (const [text, place, expected] of syntaxFaults) {
    it(`is told where ${JSON.stringify(text).slice(0, 60)} is no JSON`, () => {
      const message = `malformed JSON at ${place}: expected ${expected}`;
      assert.throws(() => bookCodec.decode(text), {
        name: "RpcError",
        code: codes.INVALID_ARGUMENT,
        message,
        details: [],
      });
    });
  }

  it("lacks a message that it must have in bytes", () => {
    const root = parseRoot(`
      syntax = "proto2";
      import "google/protobuf/any.proto";
      enum Shade { DARK = 2; }
      message Inner { required string name = 1; required bytes data = 2; required Shade shade = 3;
        required int64 size = 4 [default = 7]; }
      message Outer { required Inner the_inner = 1; repeated Outer outers = 2; optional google.protobuf.Any any = 3; }`);
    const codecs = createJsonCodecs(root, { ...defaultRepresentation, defaults: false });
    const outer = codecs.message(root.lookupType("Outer"));
    const missing: readonly (readonly [text: string, path: string])[] = [
      ["{}", "the_inner"],
      ['{"theInner":{},"outers":[{"theInner":{}},{}]}', "outers[1].the_inner"],
      ['{"theInner":{},"any":{"@type":"a/Outer"}}', "any.the_inner"],
    ];
    for (const [text, path] of missing) {
      const description = `required field "${path}" is missing`;
      const fieldViolations = [{ field: path, description }];
      assert.throws(() => outer.toBinary(text), {
        code: codes.INVALID_ARGUMENT,
        message: description,
        details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations }],
      });
    }
    // Other required fields have their defaults, as when protobufjs writes them.
    const inner = '{"name":"","data":"","shade":"DARK","size":"7"}';
    assert.equal(outer.fromBinary(outer.toBinary('{"theInner":{}}')), `{"theInner":${inner}}`);
    assert.equal(outer.encode(outer.decode('{"theInner":{}}')), `{"theInner":${inner}}`);
  });

  it("is text", () => {
    for (const text of [undefined, null, 5, {}, Buffer.from("{}")] as unknown as string[]) {
      for (const read of [bookCodec.decode, bookCodec.toBinary, bookCodecs.field(bookField("name")).decode]) {
        assert.throws(() => read(text), { name: "TypeError", message: /^JSON text is a string, not / });
      }
    }
  });

  it("is named by its type when it is none", () => {
    for (const text of ["[]", "null", '"a"', "1", "true"]) {
      assert.throws(() => bookCodec.decode(text), {
        message: `invalid value ${text} for message (acme.Book)`,
      });
    }
  });

  it("has paths that start with the name of the field it is read for", () => {
    const codec = bookCodecs.field(bookField("author"));
    const message = (name: string) => `invalid value 1 for field "${name}.books[0].name" (string)`;
    assert.throws(() => codec.decode('{"books":[{"name":1}]}'), { message: message("author") });
    assert.throws(() => codec.decode('{"books":[{"name":1}]}', "book.author"), {
      message: message("book.author"),
    });
    const list = bookCodecs.field(bookField("tags"));
    assert.throws(() => list.decode('["a",1]'), {
      message: 'invalid value 1 for field "tags[1]" (string)',
    });
    assert.throws(() => list.decode("{}"), {
      message: 'invalid value {} for field "tags" (repeated string)',
    });
  });
});
