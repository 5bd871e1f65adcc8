import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { JsonSwitches } from "../../lib/json/codec.js";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { bookCodecs, bookRoot, bookType } from "./books.js";
import { parseRoot } from "./parse-root.js";

/** Switches, an answer, its JSON. */
const written: readonly (readonly [switches: JsonSwitches, message: object, json: string])[] = [
  [
    { protoFieldNames: true },
    { pageCount: 1, createTime: {} },
    '{"page_count":1,"create_time":"1970-01-01T00:00:00Z"}',
  ],
  [
    { enumsAsIntegers: true },
    { state: "BOOK_STATE_ACTIVE", states: [0, "OTHER", 9] },
    '{"state":1,"states":[0,3,9]}',
  ],
  [{ enumsAsIntegers: true }, { extra: { nullValue: 0 } }, '{"extra":null}'],
  [
    { int64AsNumbers: true },
    { size: "9007199254740993", price: { value: "-1" }, byYear: { "5": {} } },
    '{"size":9007199254740993,"byYear":{"5":{}},"price":-1}',
  ],
  [
    { removeEnumPrefix: true },
    { state: 1, states: [0, 2, 3] },
    '{"state":"ACTIVE","states":["UNSPECIFIED","_2","OTHER"]}',
  ],
  [{ pretty: true }, {}, "{}"],
  [
    { pretty: true },
    { name: 'a: {"b", [c]}', tags: ["d"], author: {}, counts: { e: 1 } },
    '{\n  "name": "a: {\\"b\\", [c]}",\n  "author": {},\n  "tags": [\n    "d"\n  ],\n  "counts": {\n    "e": 1\n  }\n}',
  ],
  [
    { emitDefaults: true },
    { author: {}, edition: 0, gift: {} },
    '{"name":"","pageCount":0,"size":"0","onLoan":false,"rating":0,"weight":0,"state":"BOOK_STATE_UNSPECIFIED","cover":"",' +
      '"author":{"displayName":"","books":[]},"tags":[],"editors":[],"counts":{},"byYear":{},"edition":0,' +
      '"gift":{"displayName":"","books":[]},"states":[],"statesByName":{},"serial":"0","byFlag":{},"extras":[]}',
  ],
  [
    { emitDefaults: true, int64AsNumbers: true, enumsAsIntegers: true },
    { name: "a" },
    '{"name":"a","pageCount":0,"size":0,"onLoan":false,"rating":0,"weight":0,"state":0,"cover":"","tags":[],"editors":[],"counts":{},"byYear":{},"states":[],"statesByName":{},"serial":0,"byFlag":{},"extras":[]}',
  ],
  [
    { protoFieldNames: true, enumsAsIntegers: true },
    { detail: { "@type": "a/acme.Book", state: "OTHER", pageCount: 5 } },
    '{"detail":{"@type":"a/acme.Book","page_count":5,"state":3}}',
  ],
];

/** Switches, a text, what the handler sees of it. */
const read: readonly (readonly [switches: JsonSwitches, text: string, message: object])[] = [
  [
    { ignoreUnknownFields: true },
    '{"x":[1,{"y":"z"}],"name":"a","toString":null,"@type":"b"}',
    { name: "a" },
  ],
  [
    { ignoreUnknownFields: true },
    '{"state":"GONE","states":["GONE","OTHER"],"statesByName":{"a":"GONE","b":"OTHER"}}',
    { states: ["OTHER"], statesByName: { b: "OTHER" } },
  ],
  [
    { ignoreUnknownFields: true },
    '{"author":{"x":1,"displayName":"A","books":[{"x":1}]}}',
    { author: { displayName: "A", books: [{}] } },
  ],
  [
    { ignoreUnknownFields: true },
    '{"detail":{"x":1,"@type":"a/acme.Author","y":2,"displayName":"A"}}',
    { detail: { type_url: "a/acme.Author", value: Buffer.from([10, 1, 65]) } },
  ],
  [
    { caseInsensitiveEnums: true },
    '{"state":"book_state_active","states":["OTHER","Other","other"]}',
    { state: "BOOK_STATE_ACTIVE", states: ["OTHER", "OTHER", "OTHER"] },
  ],
  [
    { caseInsensitiveFieldNames: true },
    '{"PAGECOUNT":1,"Page_Count2":null,"NAME":"a","author":{"DisplayName":"A"}}'.replace(
      ',"Page_Count2":null',
      "",
    ),
    { pageCount: 1, name: "a", author: { displayName: "A" } },
  ],
  [{ caseInsensitiveFieldNames: true }, '{"PAGE_COUNT":1}', { pageCount: 1 }],
  [
    { removeEnumPrefix: true },
    '{"state":"ACTIVE","states":["_2","BOOK_STATE_2","OTHER"]}',
    { state: "BOOK_STATE_ACTIVE", states: ["BOOK_STATE_2", "BOOK_STATE_2", "OTHER"] },
  ],
  [
    { removeEnumPrefix: true, caseInsensitiveEnums: true },
    '{"state":"active"}',
    { state: "BOOK_STATE_ACTIVE" },
  ],
  [
    { snakeCaseFieldMasks: true },
    '{"mask":"page_count,author.displayName"}',
    { mask: { paths: ["page_count", "author.display_name"] } },
  ],
];

/** What is refused without its switch. */
const refused: readonly (readonly [text: string, message: RegExp])[] = [
  ['{"x":1}', /unknown field "x"/],
  ['{"state":"book_state_active"}', /invalid value "book_state_active"/],
  ['{"state":"ACTIVE"}', /invalid value "ACTIVE"/],
  ['{"PAGECOUNT":1}', /unknown field "PAGECOUNT"/],
  ['{"mask":"page_count"}', /invalid value "page_count"/],
];

describe("JSON switches", () => {
  for (const [switches, message, json] of written) {
    it(`${Object.keys(switches).join(", ")} write ${json.slice(0, 60)}`, () => {
      assert.equal(bookCodecs.with(switches).message(bookType).encode(message), json);
    });
  }

  const sparse = createJsonCodecs(bookRoot, { ...defaultRepresentation, defaults: false, oneofs: false });
  for (const [switches, text, message] of read) {
    it(`${Object.keys(switches).join(", ")} read ${text.slice(0, 60)}`, () => {
      const codec = sparse.with(switches).message(bookType);
      assert.deepEqual(codec.decode(text), message);
      assert.deepEqual(
        sparse
          .message(bookType)
          .decode(
            codec
              .fromBinary(codec.toBinary(text))
              .replaceAll('"ACTIVE"', '"BOOK_STATE_ACTIVE"')
              .replaceAll('"_2"', '"BOOK_STATE_2"'),
          ),
        message,
      );
    });
  }

  for (const [text, message] of refused) {
    it(`are needed for ${text}`, () =>
      assert.throws(() => bookCodecs.message(bookType).decode(text), { message }));
  }

  it("still refuse two spellings of one field", () => {
    const codec = bookCodecs
      .with({ caseInsensitiveFieldNames: true, ignoreUnknownFields: true })
      .message(bookType);
    assert.throws(() => codec.decode('{"pageCount":1,"PAGECOUNT":2}'), {
      message: 'field "page_count" is given twice',
    });
    assert.throws(() => codec.decode('{"x":{"a":1,"a":2}}'), { message: /is given twice/ });
  });

  it("still refuse an unknown member that is given twice", () => {
    const codec = bookCodecs.with({ ignoreUnknownFields: true }).message(bookType);
    const twice: readonly (readonly [text: string, path: string])[] = [
      ['{"x":1,"x":2}', "x"],
      ['{"x":1,"name":"a","\\u0078":2}', "x"],
      ['{"author":{"__proto__":1,"x":{"__proto__":1},"__proto__":2}}', "author.__proto__"],
      ['{"detail":{"x":1,"@type":"a/acme.Book","x":2}}', "detail.x"],
      ['{"detail":{"x":1,"@type":"a/google.protobuf.Duration","value":"1s","x":2}}', "detail.x"],
    ];
    for (const [text, path] of twice) {
      assert.throws(() => codec.decode(text), { message: `field "${path}" is given twice` });
    }
    assert.deepEqual(codec.decode('{"x":{"x":1},"author":{"x":1,"books":[{"x":1},{"x":1}]}}').author, {
      ...(codec.decode('{"author":{"books":[{},{}]}}').author as object),
    });
  });

  it("still refuse wrong values of known fields", () => {
    const codec = bookCodecs.with({ ignoreUnknownFields: true }).message(bookType);
    assert.throws(() => codec.decode('{"x":1,"state":{}}'), {
      message: 'invalid value {} for field "state" (acme.BookState)',
    });
    assert.throws(() => codec.decode('{"x":nul}'), {
      message: "malformed JSON at line 1, column 6: expected a value",
    });
  });

  it("add to those that are set", () => {
    const codec = bookCodecs
      .with({ protoFieldNames: true })
      .with({ enumsAsIntegers: true, pretty: undefined })
      .message(bookType);
    assert.equal(codec.encode({ pageCount: 1, state: 1 }), '{"page_count":1,"state":1}');
    assert.equal(bookCodecs.with({ protoFieldNames: true }).with({ protoFieldNames: false }), bookCodecs);
  });

  it("give the same codecs for the same switches", () => {
    const codecs = bookCodecs.with({ emitDefaults: true });
    assert.equal(bookCodecs.with({ emitDefaults: true, pretty: false }), codecs);
    assert.equal(codecs.message(bookType), codecs.message(bookType));
    assert.notEqual(codecs.message(bookType), bookCodecs.message(bookType));
  });

  it("that do not exist are refused", () => {
    const misspelt: object = { ignoreUnknownField: true };
    assert.throws(() => bookCodecs.with(misspelt), {
      name: "ConfigError",
      message: /unknown option "ignoreUnknownField"; did you mean "ignoreUnknownFields"\?/,
    });
  });

  it("are true or false", () => {
    const wrong: object = { pretty: "yes", emitDefaults: undefined };
    assert.throws(() => bookCodecs.with(wrong), {
      name: "ConfigError",
      message: /option "pretty" must be true or false, not 'yes'/,
    });
  });

  it("keep prefixes without which a value would have the name of another one", () => {
    const root = parseRoot(`
      syntax = "proto3";
      enum State { STATE_UNSPECIFIED = 0; STATE_STATE_A = 1; STATE_A = 2; }
      message M { repeated State states = 1; }`);
    const codecs = createJsonCodecs(root, defaultRepresentation);
    const names = ["STATE_UNSPECIFIED", "STATE_STATE_A", "STATE_A"];
    for (const caseInsensitiveEnums of [false, true]) {
      const codec = codecs
        .with({ removeEnumPrefix: true, caseInsensitiveEnums })
        .message(root.lookupType("M"));
      assert.deepEqual(codec.decode(JSON.stringify({ states: names })).states, names);
      assert.deepEqual(codec.decode(codec.encode({ states: names })).states, names);
    }
  });

  it("keep prefixes that enum values need", () => {
    const root = parseRoot(`
      syntax = "proto3";
      enum Mode { MODE_UNSPECIFIED = 0; MODE_A = 1; A = 2; MODE_ = 3; mode_b = 4; MoDeC = 5; MODEL = 6; }
      message M { repeated Mode modes = 1; }`);
    const codec = createJsonCodecs(root, defaultRepresentation, { removeEnumPrefix: true }).message(
      root.lookupType("M"),
    );
    const text = '{"modes":["UNSPECIFIED","MODE_A","A","MODE_","b","C","L"]}';
    assert.equal(codec.encode({ modes: [0, 1, 2, 3, 4, 5, 6] }), text);
    assert.deepEqual(codec.decode(text), {
      modes: ["MODE_UNSPECIFIED", "MODE_A", "A", "MODE_", "mode_b", "MoDeC", "MODEL"],
    });
  });

  it("know aliases of enum values, and names of their own", () => {
    const root = parseRoot(`
      syntax = "proto3";
      enum Size { option allow_alias = true; SMALL = 0; LITTLE = 0; LARGE = 1 [(pb.enumvalue.json).string = "big"]; }
      message M { repeated Size sizes = 1; }`);
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("M"));
    assert.deepEqual(codec.decode('{"sizes":["SMALL","LITTLE","LARGE","big",1]}'), {
      sizes: ["SMALL", "SMALL", "LARGE", "LARGE", "LARGE"],
    });
    assert.equal(
      codec.encode({ sizes: [0, "LITTLE", "LARGE", 1] }),
      '{"sizes":["SMALL","SMALL","big","big"]}',
    );
  });
});
