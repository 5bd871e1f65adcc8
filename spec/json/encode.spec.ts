import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { createSerializer } from "../../lib/schema/serializer.js";
import { bookCodec, bookCodecs, bookRoot, bookType } from "./books.js";
import { parseRoot } from "./parse-root.js";

const Long = protobuf.util.Long as unknown as {
  fromString(digits: string, isUnsigned?: boolean): protobuf.Long;
  fromNumber(number: number): protobuf.Long;
};

/** What a handler may answer → the JSON of it. */
const answers: readonly (readonly [name: string, message: object, json: string])[] = [
  ["nothing", {}, "{}"],
  ["names of handlers", { pageCount: 1 }, '{"pageCount":1}'],
  ["names of the .proto file", { page_count: 1 }, '{"pageCount":1}'],
  ["names that are no fields", { pages: 1, constructor: 2 }, "{}"],
  [
    "undefined and null",
    { name: undefined, author: null, tags: null, edition: undefined, source: null },
    "{}",
  ],
  [
    "default values",
    {
      name: "",
      pageCount: 0,
      size: "0",
      onLoan: false,
      rating: 0,
      state: 0,
      cover: "",
      tags: [],
      counts: {},
    },
    "{}",
  ],
  [
    "default values of fields with presence",
    { edition: 0, shop: "", author: {} },
    '{"author":{},"edition":0,"shop":""}',
  ],
  ["negative zero", { rating: -0 }, '{"rating":-0}'],
  [
    "numbers that are no numbers",
    { rating: Number.NaN, weight: Number.NEGATIVE_INFINITY },
    '{"rating":"NaN","weight":"-Infinity"}',
  ],
  [
    "large numbers",
    { rating: 1e21, pageCount: -2147483648, edition: 4294967295 },
    '{"pageCount":-2147483648,"rating":1e+21,"edition":4294967295}',
  ],
  [
    "numbers as text",
    { pageCount: "12", rating: "1.5", weight: "2" },
    '{"pageCount":12,"rating":1.5,"weight":2}',
  ],
  ["numbers as bigints", { pageCount: 12n, rating: 3n }, '{"pageCount":12,"rating":3}'],
  ["floats as 32 bits hold them", { weight: Math.fround(0.1) }, '{"weight":0.1}'],
  ["floats as the handler wrote them", { weight: 1.1 }, '{"weight":1.1}'],
  ["floats of many digits", { weight: 16777217.5 }, '{"weight":16777218}'],
  ["the largest float", { weight: 3.4028234663852886e38 }, '{"weight":3.4028234663852886e+38}'],
  ["the smallest float", { weight: 1.401298464324817e-45 }, '{"weight":1e-45}'],
  ["64-bit numbers", { size: 9007199254740991 }, '{"size":"9007199254740991"}'],
  [
    "64-bit numbers beyond what a number holds",
    { size: 2 ** 60, serial: 2 ** 64 },
    '{"size":"1152921504606846976","serial":"18446744073709551615"}',
  ],
  ["64-bit text", { size: "-9223372036854775808" }, '{"size":"-9223372036854775808"}'],
  ["64-bit bigints", { serial: 18446744073709551615n }, '{"serial":"18446744073709551615"}'],
  [
    "64-bit Longs",
    { size: Long.fromNumber(-5), serial: Long.fromString("18446744073709551615", true) },
    '{"size":"-5","serial":"18446744073709551615"}',
  ],
  ["objects like Longs", { size: { low: -1, high: -1, unsigned: false } }, '{"size":"-1"}'],
  ["names of enum values", { state: "BOOK_STATE_ACTIVE" }, '{"state":"BOOK_STATE_ACTIVE"}'],
  [
    "numbers of enum values",
    { state: 1, states: [0, 3] },
    '{"state":"BOOK_STATE_ACTIVE","states":["BOOK_STATE_UNSPECIFIED","OTHER"]}',
  ],
  ["numbers of no enum value", { state: 77, states: [-1] }, '{"state":77,"states":[-1]}'],
  ["Buffers", { cover: Buffer.from([0, 255]) }, '{"cover":"AP8="}'],
  ["views of memory", { cover: new Uint8Array([1, 0, 255, 2]).subarray(1, 3) }, '{"cover":"AP8="}'],
  ["byte values", { cover: [0, 255] }, '{"cover":"AP8="}'],
  ["base64", { cover: "AP8=" }, '{"cover":"AP8="}'],
  ["base64 for URLs", { cover: "AP-_" }, '{"cover":"AP+/"}'],
  ["0 and 1 as booleans", { onLoan: 1 }, '{"onLoan":true}'],
  ["fractions for integers, cut off", { pageCount: 1.5, size: -2.5 }, '{"pageCount":1,"size":"-2"}'],
  ["numbers as strings", { name: 5, tags: [true, 6n] }, '{"name":"5","tags":["true","6"]}'],
  [
    "characters that need escapes",
    { name: '"\\/\b\f\n\r\t\u0000\u001f\u2028é😀' },
    '{"name":"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u2028é😀"}',
  ],
  [
    "long text",
    { name: "x".repeat(100), note: { value: `${"y".repeat(99)}"` } },
    `{"name":"${"x".repeat(100)}","note":"${"y".repeat(99)}\\""}`,
  ],
  ["lone surrogates", { name: "a\ud800b" }, '{"name":"a\ufffdb"}'],
  [
    "nested messages",
    { author: { displayName: "A", books: [{ name: "b" }, {}] } },
    '{"author":{"displayName":"A","books":[{"name":"b"},{}]}}',
  ],
  ["maps as objects", { counts: { a: 1, constructor: 2 } }, '{"counts":{"a":1,"constructor":2}}'],
  [
    "maps as Maps",
    { counts: new Map([["a", 1]]), byYear: new Map([[1999n, {}]]), byFlag: new Map([[true, "x"]]) },
    '{"counts":{"a":1},"byYear":{"1999":{}},"byFlag":{"true":"x"}}',
  ],
  ["a map with the key __proto__", { counts: JSON.parse('{"__proto__":1}') }, '{"counts":{"__proto__":1}}'],
  ["a member of a oneof with its virtual property", { source: "shop", shop: "a" }, '{"shop":"a"}'],
  ["several members of a oneof", { code: 5, shop: "a", gift: {} }, '{"code":"5"}'],
  [
    "times",
    { createTime: { seconds: "0", nanos: 0 }, loanTime: { seconds: -1, nanos: -500000000 } },
    '{"createTime":"1970-01-01T00:00:00Z","loanTime":"-1.500s"}',
  ],
  [
    "times in bigints and Longs",
    { createTime: { seconds: 1n }, loanTime: { seconds: Long.fromNumber(90) } },
    '{"createTime":"1970-01-01T00:00:01Z","loanTime":"90s"}',
  ],
  [
    "field masks",
    { mask: { paths: ["page_count", "author.display_name"] } },
    '{"mask":"pageCount,author.displayName"}',
  ],
  [
    "wrappers",
    { price: { value: "0" }, note: { value: "" }, isNew: {} },
    '{"price":"0","note":"","isNew":false}',
  ],
  [
    "structs",
    {
      labels: {
        fields: { a: { numberValue: 1 }, b: { nullValue: "NULL_VALUE" }, c: { structValue: { fields: {} } } },
      },
    },
    '{"labels":{"a":1,"b":null,"c":{}}}',
  ],
  [
    "structs as Maps",
    { labels: { fields: new Map([["a", { boolValue: false }]]) } },
    '{"labels":{"a":false}}',
  ],
  [
    "values",
    { extra: { listValue: { values: [{ stringValue: "" }, { numberValue: 0 }, {}] } }, list: {} },
    '{"extra":["",0,null],"list":[]}',
  ],
  [
    "values under names of the .proto file",
    { extra: { string_value: "a", kind: "stringValue" } },
    '{"extra":"a"}',
  ],
  [
    "an Any of bytes",
    { detail: { type_url: "a/acme.Author", value: Buffer.from([10, 1, 65]) } },
    '{"detail":{"@type":"a/acme.Author","displayName":"A"}}',
  ],
  ["an empty Any with no bytes", { detail: { type_url: "", value: Buffer.alloc(0) } }, '{"detail":{}}'],
  [
    "keys of a Map that are written alike: the last one counts",
    {
      counts: new Map<unknown, number>([
        ["1", 1],
        [1n, 2],
        ["a", 3],
      ]),
      byYear: new Map<unknown, object>([
        [1, { displayName: "A" }],
        ["1", {}],
        [2n, {}],
      ]),
      byFlag: new Map<unknown, string>([
        [true, "a"],
        ["true", "b"],
      ]),
    },
    '{"counts":{"1":2,"a":3},"byYear":{"1":{},"2":{}},"byFlag":{"true":"b"}}',
  ],
  [
    "numbers as text",
    { pageCount: " 5 ", size: "+5", rating: ".5e1", weight: "5." },
    '{"pageCount":5,"size":"5","rating":5,"weight":5}',
  ],
  ["an Any of nothing", { detail: { type_url: "a/acme.Author" } }, '{"detail":{"@type":"a/acme.Author"}}'],
  ["an empty Any", { detail: {} }, '{"detail":{}}'],
  [
    "an Any of a well-known type",
    { detail: { typeUrl: "a/google.protobuf.Duration", value: [8, 5] } },
    '{"detail":{"@type":"a/google.protobuf.Duration","value":"5s"}}',
  ],
  [
    "an Any as ProtoJSON",
    { detail: { "@type": "a/acme.Author", displayName: "A" } },
    '{"detail":{"@type":"a/acme.Author","displayName":"A"}}',
  ],
  [
    "an object without prototype",
    Object.assign(Object.create(null), { edition: 0, name: "a" }),
    '{"name":"a","edition":0}',
  ],
];

/** What no field can hold → what the server's log says. */
const faults: readonly (readonly [message: unknown, text: string])[] = [
  [{ pageCount: 2147483648 }, 'invalid value 2147483648 for field "page_count" (int32)'],
  [{ pageCount: "abc" }, `invalid value "abc" for field "page_count" (int32)`],
  [{ edition: -1 }, 'invalid value -1 for field "edition" (uint32)'],
  [{ serial: "-1" }, `invalid value "-1" for field "serial" (uint64)`],
  [{ rating: "x" }, `invalid value "x" for field "rating" (double)`],
  [{ rating: {} }, 'invalid value {} for field "rating" (double)'],
  [{ weight: 1e39 }, 'invalid value 1e+39 for field "weight" (float)'],
  [{ onLoan: "yes" }, `invalid value "yes" for field "on_loan" (bool)`],
  [{ name: {} }, 'invalid value {} for field "name" (string)'],
  [{ cover: "*" }, `invalid value "*" for field "cover" (bytes)`],
  [{ cover: [256] }, 'invalid value [ 256 ] for field "cover" (bytes)'],
  [{ state: "GONE" }, `invalid value "GONE" for field "state" (acme.BookState)`],
  [{ tags: "a" }, `invalid value "a" for field "tags" (repeated string): it must be a list`],
  [{ tags: ["a", null] }, 'invalid value null for field "tags[1]" (string)'],
  [
    { author: { books: [{}, { pageCount: "x" }] } },
    `invalid value "x" for field "author.books[1].page_count" (int32)`,
  ],
  [{ author: 5 }, 'invalid value 5 for field "author" (acme.Author)'],
  [{ counts: { a: 1, b: "x" } }, `invalid value "x" for field "counts[b]" (int32)`],
  [
    { counts: [1] },
    'invalid value [ 1 ] for field "counts" (map<string, int32>): it must be an object or a Map',
  ],
  [{ byYear: { x: {} } }, `invalid value "x" for field "by_year" (map<int64, acme.Author>)`],
  [
    { createTime: new Date(0) },
    'invalid value 1970-01-01T00:00:00.000Z for field "create_time" (google.protobuf.Timestamp): it must be a message; a time is { seconds, nanos }',
  ],
  [
    { createTime: { seconds: 253402300800 } },
    'invalid value { seconds: 253402300800 } for field "create_time" (google.protobuf.Timestamp): it is out of range',
  ],
  [
    { loanTime: { seconds: 1, nanos: -1 } },
    'invalid value { seconds: 1, nanos: -1 } for field "loan_time" (google.protobuf.Duration): it is out of range',
  ],
  [
    { mask: { paths: ["pageCount"] } },
    `invalid value { paths: [Array] } for field "mask" (google.protobuf.FieldMask): a path has no camelCase form`,
  ],
  [
    { extra: { numberValue: Number.NaN } },
    'invalid value NaN for field "extra" (google.protobuf.Value): JSON has no such number',
  ],
  [
    { detail: { type_url: "a/acme.Book", value: Buffer.from([10, 200, 1]) } },
    'invalid value <Buffer 0a c8 01> for field "detail" (google.protobuf.Any): these are no bytes of acme.Book',
  ],
  [
    { detail: { value: Buffer.from([1]) } },
    'invalid value "" for field "detail" (google.protobuf.Any): no such message type is known',
  ],
  [{ tags: Array(1) }, 'invalid value undefined for field "tags[0]" (string)'],
  [{ editors: [{}, undefined] }, 'invalid value undefined for field "editors[1]" (acme.Author)'],
  [{ tags: new Set(["a", {}]) }, 'invalid value {} for field "tags[1]" (string)'],
  [{ pageCount: "   " }, 'invalid value "   " for field "page_count" (int32)'],
  [{ pageCount: "" }, 'invalid value "" for field "page_count" (int32)'],
  [{ size: "  " }, 'invalid value "  " for field "size" (int64)'],
  [{ size: "0x10" }, 'invalid value "0x10" for field "size" (int64)'],
  [{ rating: "0b1" }, 'invalid value "0b1" for field "rating" (double)'],
  [{ rating: "infinity" }, 'invalid value "infinity" for field "rating" (double)'],
  [
    { state: `${"x".repeat(78)}🐎` },
    `invalid value "${"x".repeat(78)}... for field "state" (acme.BookState)`,
  ],
  [
    { detail: { type_url: "a/acme.Nothing" } },
    `invalid value "a/acme.Nothing" for field "detail" (google.protobuf.Any): no such message type is known`,
  ],
];

describe("encode", () => {
  for (const [name, message, json] of answers) {
    it(`takes ${name}`, () => assert.equal(bookCodec.encode(message), json));
  }

  for (const [message, text] of faults) {
    it(`says: ${text}`, () => {
      const end = text.lastIndexOf(")") + 1;
      const expected = `${text.slice(0, end)} of acme.Book${text.slice(end)}`;
      assert.throws(() => bookCodec.encode(message), { name: "WrongValue", message: expected });
    });
  }

  it("gives UTF-8 that is the caller's own", () => {
    const first = bookCodec.encodeToBytes({ name: "Žlutý kůň 🐎" });
    const second = bookCodec.encodeToBytes({ name: "another" });
    assert.deepEqual(first, Buffer.from('{"name":"Žlutý kůň 🐎"}'));
    assert.deepEqual(second, Buffer.from('{"name":"another"}'));
  });

  it("gives what is short as text to send, and what is long as bytes", () => {
    const book = { name: "Žlutý kůň 🐎" };
    assert.equal(bookCodec.encodeToSend(book), bookCodec.encode(book));
    const long = { name: "Žlutý kůň 🐎 ".repeat(5_000) };
    assert.deepEqual(bookCodec.encodeToSend(long), Buffer.from(bookCodec.encode(long)));
    const { encode, encodeToSend } = bookCodecs.with({ pretty: true }).message(bookType);
    assert.equal(encodeToSend(long), encode(long));
  });

  it("gives indented bytes", () => {
    const { encodeToBytes } = bookCodecs.with({ pretty: true }).message(bookType);
    assert.equal(encodeToBytes({ pageCount: 1 }).toString(), '{\n  "pageCount": 1\n}');
  });

  it("takes no message but an object", () => {
    for (const message of [undefined, null, "a", 5, []]) {
      assert.throws(() => bookCodec.encode(message), {
        name: "WrongValue",
        message: /^invalid value .* of acme\.Book$/,
      });
    }
  });

  it("takes protobufjs's messages, whose defaults are on their prototype", () => {
    const message = bookType.fromObject({
      name: "a",
      size: "5",
      byYear: { "7": {} },
      source: "shop",
      shop: "",
    });
    assert.equal(bookCodec.encode(message), '{"name":"a","size":"5","byYear":{"7":{}},"shop":""}');
    const decoded = bookType.decode(bookType.encode(message).finish());
    assert.equal(bookCodec.encode(decoded), '{"name":"a","size":"5","byYear":{"7":{}},"shop":""}');
    assert.equal(bookCodec.encode(bookType.create({})), "{}");
  });

  const twice: readonly (readonly [name: string, message: object, json: string])[] = [
    [
      "01",
      { byYear: { "1": { displayName: "b" }, "01": { displayName: "a" } } },
      '{"byYear":{"1":{"displayName":"a"}}}',
    ],
    ["1e2", { byYear: { "100": {}, "1e2": { displayName: "a" } } }, '{"byYear":{"100":{"displayName":"a"}}}'],
    ["an empty text", { byFlag: { false: "a", "": "b" } }, '{"byFlag":{"false":"b"}}'],
    ["half a pair", { counts: { "\ud800": 1, "\ud801": 2 } }, '{"counts":{"\ufffd":2}}'],
    [
      "a Map of numbers and texts",
      {
        labels: {
          fields: new Map<unknown, object>([
            [1, { boolValue: true }],
            ["1", { numberValue: 5 }],
          ]),
        },
      },
      '{"labels":{"1":5}}',
    ],
  ];
  for (const [name, message, json] of twice) {
    it(`writes one member for keys that are written alike, that of the last one: ${name}`, () => {
      assert.equal(bookCodec.encode(message), json);
      const serializer = createSerializer(bookType, defaultRepresentation);
      assert.equal(bookCodec.fromBinary(serializer.serialize(message)), json);
    });
  }

  it("writes null for a NullValue that is set to another number", () => {
    const root = parseRoot(`
      syntax = "proto3";
      import "google/protobuf/struct.proto";
      message M { google.protobuf.NullValue nv = 1; }`);
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("M"));
    assert.equal(codec.fromBinary(Buffer.from([8, 5])), '{"nv":null}');
    assert.equal(codec.encode({ nv: 5 }), '{"nv":null}');
    assert.equal(codec.encode({ nv: 0 }), "{}");
  });

  it("says that bytes are none of the type", () => {
    assert.throws(() => bookCodec.fromBinary(Buffer.from([10, 5])), {
      message: /^these are no bytes of acme\.Book: index out of range/,
    });
  });

  it("takes instances of classes", () => {
    class Answer {
      readonly name = "a";
      readonly edition = 0;
    }
    assert.equal(bookCodec.encode(new Answer()), '{"name":"a","edition":0}');
  });

  it("says that messages contain themselves", () => {
    const author: { books: object[] } = { books: [] };
    author.books.push({ author });
    assert.throws(() => bookCodec.encode({ author }), /nested deeper than 100 levels/);
    const list: { values: object[] } = { values: [] };
    list.values.push({ listValue: list });
    assert.throws(() => bookCodec.encode({ list }), /nested deeper than 100 levels/);
  });

  it("writes fields whose names every object has", () => {
    const root = parseRoot(`
      syntax = "proto3";
      message Odd {
        string constructor = 1; string toString = 2; optional string valueOf = 3; string proto = 4 [json_name = "__proto__"];
        string quoted = 5 [json_name = "a\\"b\\\\\u2028"]; Odd hasOwnProperty = 6; map<string, Odd> isPrototypeOf = 7;
      }`);
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("Odd"));
    assert.equal(codec.encode({}), "{}");
    assert.equal(codec.fromBinary(new Uint8Array()), "{}");
    const text =
      '{"constructor":"a","toString":"b","valueOf":"","__proto__":"c","a\\"b\\\\\u2028":"d","hasOwnProperty":{},"isPrototypeOf":{"__proto__":{}}}';
    const message = codec.decode(text);
    assert.deepEqual(Object.keys(message).sort(), [
      "constructor",
      "hasOwnProperty",
      "isPrototypeOf",
      "proto",
      "quoted",
      "toString",
      "valueOf",
    ]);
    assert.equal(Object.getPrototypeOf(message), Object.prototype);
    assert.deepEqual(JSON.parse(codec.encode(message)), JSON.parse(text));
    assert.deepEqual(JSON.parse(codec.fromBinary(codec.toBinary(text))), JSON.parse(text));
  });

  it("writes the members in the order of the .proto file", () => {
    const text = '{"tags":["a"],"name":"b","rating":2,"pageCount":1}';
    assert.equal(
      bookCodec.encode(bookCodec.decode(text)),
      '{"name":"b","pageCount":1,"rating":2,"tags":["a"]}',
    );
  });

  it("writes what protobufjs decoded of 64-bit map keys", () => {
    for (const key of ["0", "-1", "9223372036854775807", "-9223372036854775808", "12345678"]) {
      const text = `{"byYear":{"${key}":{}}}`;
      assert.equal(bookCodec.fromBinary(bookCodec.toBinary(text)), text);
    }
  });

  it("writes 64-bit keys whose bytes are digits", () => {
    const number = "4050765991979987505"; // of the bytes "12345678"
    const json = `{"byYear":{"12345678":{"displayName":"A"},"${number}":{}}}`;
    assert.deepEqual(JSON.parse(bookCodec.fromBinary(bookCodec.toBinary(json))), JSON.parse(json));
    assert.equal(bookCodec.encode(bookCodec.decode(json)), json);
    const any = `{"detail":{"@type":"a/acme.Book",${json.slice(1)}}`;
    assert.deepEqual(JSON.parse(bookCodec.fromBinary(bookCodec.toBinary(any))), JSON.parse(any));
    const message = { ...bookCodec.decode(any), editors: [], byYear: { "12345678": {} } };
    assert.deepEqual(JSON.parse(bookCodec.encode(message)), {
      byYear: { "12345678": {} },
      ...JSON.parse(any),
    });
  });

  it("finds types of an Any only under their full names", () => {
    for (const url of [
      "a/Author",
      "a/acme",
      "a/.acme.Author",
      "a/acme.Author.",
      "a/acme.Book.author",
      "a/",
      "",
    ]) {
      assert.throws(
        () => bookCodecs.message(bookRoot.lookupType("google.protobuf.Any")).encode({ "@type": url }),
        Error,
      );
    }
  });
});
