import assert from "node:assert/strict";
import { loadSync, type MessageTypeDefinition, type Options } from "@grpc/proto-loader";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import { defaultRepresentation, type Representation } from "../../lib/schema/representation.js";
import { createSerializer } from "../../lib/schema/serializer.js";

const includeDirs = ["spec/cases/proto"];
const protos = ["kinds/v1/kinds.proto", "kinds/v1/kinds2.proto", "kinds/v1/kinds_2023.proto"];
const { root } = loadSchemaSync(protos, { includeDirs });

function serializerOf(name: string, representation: Partial<Representation> = {}) {
  return createSerializer(root.lookupType(name), { ...defaultRepresentation, ...representation });
}

type Message = Record<string, unknown>;

/** A message with each kind of field. */
const full: Message = {
  aDouble: -0,
  aFloat: 1.5,
  anInt32: -5,
  anInt64: "-9223372036854775808",
  aUint32: 4294967295,
  aUint64: "18446744073709551615",
  aSint32: -1,
  aSint64: "-4",
  aFixed32: 7,
  aFixed64: "8",
  anSfixed32: -9,
  anSfixed64: "-10",
  aBool: true,
  aString: "é\u{1f600}",
  someBytes: Buffer.from([0, 255]),
  aColour: "RED",
  aMessage: { anInt32: 1, aMessage: { aString: "deep" } },
  maybeDouble: 0,
  maybeInt64: 0,
  maybeBool: false,
  maybeString: "",
  maybeBytes: Buffer.alloc(0),
  maybeColour: 0,
  manyDoubles: [1, 2.5, Number.NaN, Number.NEGATIVE_INFINITY],
  manyInt32s: [1, -2, 3],
  manyInt64s: ["1", 2],
  manySint64s: [-1, "2"],
  manyBools: [true, false],
  manyStrings: ["a", ""],
  manyBytes: [Buffer.from("x"), "eHk="],
  manyColours: ["RED", 2, 99],
  manyMessages: [{ aString: "x" }, {}],
  manyFixed64s: ["1"],
  stringsByString: { a: "b", "": "c", constructor: "d" },
  bytesByInt32: { 1: "eHk=", "-2": Buffer.from("z") },
  coloursByBool: { true: "GREEN" },
  messagesByString: { k: { aBool: true } },
  boolsBySint32: { "-3": true },
  chosenMessage: { anInt32: 4 },
  anAny: { "@type": "type.googleapis.com/kinds.v1.Kinds", aString: "in any" },
  aTimestamp: { seconds: 5, nanos: 6 },
  aDuration: {},
  aStruct: { fields: { a: { numberValue: 1 }, b: { listValue: { values: [{ nullValue: 0 }] } } } },
  aValue: { stringValue: "v" },
  aMask: { paths: ["a.b"] },
  aWrapper: { value: "w" },
  aLongWrapper: { value: "5" },
};

const messages: { readonly name: string; readonly message: Message }[] = [
  { name: "nothing", message: {} },
  { name: "everything", message: full },
  {
    name: "defaults",
    message: { anInt32: 0, aString: "", someBytes: "", aColour: 0, manyInt32s: [], aMessage: null },
  },
  { name: "defaults of a oneof", message: { chosenInt64: 0 } },
  { name: "null and undefined", message: { anInt32: null, aString: undefined, manyInt32s: null } },
  { name: "several fields of a oneof", message: { chosenString: "a", chosenInt64: 5, chosenColour: "RED" } },
  { name: "what is not a field", message: { nothing: 5, aString: "a", __proto__: null } },
  { name: "numbers as text", message: { anInt32: "5", aDouble: "1.5", aUint32: "7", aFloat: "NaN" } },
  { name: "fractions for integers", message: { anInt32: 1.9, aSint32: -1.9, anInt64: 5.5 } },
  { name: "numbers for text", message: { aString: 5, manyStrings: [true, 1n] } },
  { name: "zero and one for a boolean", message: { aBool: 1, manyBools: [0, 1] } },
  { name: "what has a text of its own", message: { aString: new URL("http://localhost/") } },
  { name: "Longs", message: { anInt64: protobuf.util.Long!.prototype.constructor.fromString("-5") } },
  { name: "lists of bytes", message: { someBytes: [1, 2, 255], manyBytes: [new Uint8Array([7])] } },
  { name: "an Any as it is on the wire", message: { anAny: { type_url: "x/y.Z", value: Buffer.from("z") } } },
  {
    name: "an Any with a type without a prefix",
    message: { anAny: { "@type": "kinds.v1.Kinds", aString: "a" } },
  },
];

const representations: { readonly name: string; readonly representation: Options }[] = [
  { name: "the defaults of proto-loader", representation: {} },
  { name: "the defaults of ours", representation: defaultRepresentation as Options },
  { name: "longs: Number", representation: { longs: Number, defaults: true } },
  { name: "bytes: String", representation: { bytes: String, enums: String, arrays: true } },
  { name: "bytes: Array", representation: { bytes: Array, objects: true, oneofs: true } },
  { name: "everything off but defaults", representation: { defaults: true } },
];

/** The serializer of proto-loader, whose copy of protobufjs is another. */
function oracle(name: string, options: Options): MessageTypeDefinition<object, object> {
  // It is the name of a message.
  return loadSync(protos.slice(0, 2), { includeDirs, ...options })[name] as MessageTypeDefinition<
    object,
    object
  >;
}

/** proto-loader names the oneof of an optional field as well: `_maybeBool: "maybeBool"`. */
function withoutSyntheticOneofs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSyntheticOneofs);
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value) || "low" in value) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => name !== `_${String(member)}`)
      .map(([name, member]) => [name, withoutSyntheticOneofs(member)]),
  );
}

/** Longs of two copies of their package are not deep-equal. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

describe("createSerializer", () => {
  const type = root.lookupType("kinds.v1.Kinds");
  const loader = oracle("kinds.v1.Kinds", { defaults: true });
  for (const { name, message } of messages) {
    it(`serializes ${name} as proto-loader does`, () => {
      const bytes = serializerOf("kinds.v1.Kinds").serialize(message);
      assert.ok(Buffer.isBuffer(bytes));
      assert.deepEqual(loader.deserialize(bytes), loader.deserialize(loader.serialize(message)));
      // The copy of protobufjs in proto-loader also writes what is the default anyway.
      const binary = Buffer.from(type.encode(type.fromObject(message)).finish());
      assert.equal(bytes.toString("hex"), binary.toString("hex"));
    });
  }

  for (const { name, representation } of representations) {
    it(`deserializes with ${name} as proto-loader does, and serializes that again`, () => {
      const theirs = oracle("kinds.v1.Kinds", representation);
      const { longs, enums, bytes = Buffer } = representation;
      const ours = createSerializer(type, {
        ...{ keepCase: false, defaults: false, arrays: false, objects: false, oneofs: false },
        ...representation,
        ...({ longs, enums, bytes } as Pick<Representation, "longs" | "enums" | "bytes">),
      });
      for (const { message } of messages) {
        const binary = ours.serialize(message);
        const found = ours.deserialize(binary);
        assert.equal(
          ours.serialize(found).toString("hex"),
          ours.serialize(type.decode(binary)).toString("hex"),
        );
        // Of several fields of a oneof, their copy of protobufjs keeps them all.
        if (message.chosenString !== undefined) continue;
        assert.deepEqual(plain(found), plain(withoutSyntheticOneofs(theirs.deserialize(binary))));
      }
    });
  }

  it("deserializes with keepCase as proto-loader does", () => {
    const options = { keepCase: true, longs: String, defaults: true };
    const binary = loader.serialize(full);
    const { root, representation } = loadSchemaSync(protos, {
      includeDirs,
      ...options,
      enums: undefined,
      oneofs: false,
    });
    const found = createSerializer(root.lookupType("kinds.v1.Kinds"), representation).deserialize(binary);
    assert.deepEqual(found, oracle("kinds.v1.Kinds", options).deserialize(binary));
  });

  it("gives bigints for longs: BigInt", () => {
    const { serialize, deserialize } = serializerOf("kinds.v1.Kinds", { longs: BigInt });
    const message = deserialize(serialize({ anInt64: -5n, aUint64: 2n ** 64n - 1n }));
    assert.deepEqual([message.anInt64, message.aUint64], [-5n, 2n ** 64n - 1n]);
    assert.equal(deserialize(serialize(message)).aUint64, 2n ** 64n - 1n);
  });

  it("gives Buffers whatever bytes it reads from", () => {
    const { serialize, deserialize } = serializerOf("kinds.v1.Kinds");
    const binary = serialize({ someBytes: "eHk=" });
    assert.ok(Buffer.isBuffer(deserialize(new Uint8Array(binary)).someBytes));
  });

  it("keeps the keys of maps of 64-bit integers and of booleans", () => {
    const { serialize, deserialize } = serializerOf("kinds.v1.Kinds");
    const maps = {
      int64sByInt64: { "-5": "6" },
      doublesByUint64: { "18446744073709551615": 1 },
      coloursByBool: { false: "RED", true: "GREEN" },
    };
    const { int64sByInt64, doublesByUint64, coloursByBool } = deserialize(serialize(maps));
    assert.deepEqual({ int64sByInt64, doublesByUint64, coloursByBool }, maps);
  });

  it("takes __proto__ for the key of a map like any other", () => {
    const { serialize, deserialize } = serializerOf("kinds.v1.Kinds");
    const message = deserialize(serialize({ stringsByString: JSON.parse('{ "__proto__": "x" }') }));
    assert.deepEqual(Object.entries(message.stringsByString as object), [["__proto__", "x"]]);
    assert.equal(Object.getPrototypeOf(message.stringsByString), Object.prototype);
  });

  it("takes no property that every object inherits for a field", () => {
    const { serialize, deserialize } = serializerOf("kinds.v1.OddNames", { defaults: false });
    assert.equal(serialize({}).length, 0);
    const odd = { constructor: "a", toString: "b", valueOf: "c" };
    assert.deepEqual({ ...deserialize(serialize(odd)) }, odd);
  });

  const equal: { readonly name: string; readonly given: Message; readonly same: Message }[] = [
    {
      name: "Maps",
      given: { stringsByString: new Map([["a", "b"]]) },
      same: { stringsByString: { a: "b" } },
    },
    {
      name: "Maps with numbers, bigints and booleans for keys",
      given: {
        bytesByInt32: new Map([[5, "eHk="]]),
        int64sByInt64: new Map([[-5n, 6n]]),
        coloursByBool: new Map([[true, "RED"]]),
      },
      same: { bytesByInt32: { 5: "eHk=" }, int64sByInt64: { "-5": 6 }, coloursByBool: { true: 1 } },
    },
    {
      name: "bigints",
      given: { anInt64: -5n, aUint64: 5n, manyInt64s: [1n] },
      same: { anInt64: -5, aUint64: "5", manyInt64s: ["1"] },
    },
    {
      name: "bigints for small integers",
      given: { anInt32: 5n, aDouble: 5n },
      same: { anInt32: 5, aDouble: 5 },
    },
    { name: "base64 of the other alphabet", given: { someBytes: "-_8" }, same: { someBytes: "+/8=" } },
    { name: "typed arrays", given: { manyDoubles: new Float64Array([1, 2]) }, same: { manyDoubles: [1, 2] } },
    { name: "sets", given: { manyStrings: new Set(["a"]) }, same: { manyStrings: ["a"] } },
    {
      name: "array buffers",
      given: { someBytes: new Uint8Array([1, 2]).buffer },
      same: { someBytes: [1, 2] },
    },
    {
      name: "names of the .proto file",
      given: { an_int32: 5, a_message: { a_string: "x" } },
      same: { anInt32: 5, aMessage: { aString: "x" } },
    },
    {
      name: "booleans as text",
      given: { aBool: "true", manyBools: ["false"] },
      same: { aBool: true, manyBools: [false] },
    },
    {
      name: "the largest integers as numbers",
      given: { aUint64: 2 ** 64, anInt64: 2 ** 63 },
      same: { aUint64: "18446744073709551615", anInt64: "9223372036854775807" },
    },
    {
      name: "objects without a prototype",
      given: Object.assign(Object.create(null), { maybeString: "" }),
      same: { maybeString: "" },
    },
  ];
  for (const { name, given, same } of equal) {
    it(`serializes ${name}`, () => {
      const { serialize } = serializerOf("kinds.v1.Kinds");
      assert.equal(serialize(given).toString("hex"), serialize(same).toString("hex"));
    });
  }

  it("takes the JSON name of a field, unless another field has that name", () => {
    const { serialize, deserialize } = serializerOf("kinds.v1.OddNames", { defaults: false });
    assert.deepEqual({ ...deserialize(serialize({ address: "a" })) }, { URL: "a" });
    assert.deepEqual({ ...deserialize(serialize({ URL: "a" })) }, { URL: "a" });
  });

  it("serializes messages that protobufjs made", () => {
    const { serialize } = serializerOf("kinds.v1.Kinds");
    const expected = serialize(full).toString("hex");
    assert.equal(serialize(type.fromObject(full)).toString("hex"), expected);
    assert.equal(serialize(type.decode(serialize(full))).toString("hex"), expected);
    assert.equal(
      serialize({ aMessage: type.create({ maybeInt64: 0 }) }).toString("hex"),
      serialize({ aMessage: { maybeInt64: 0 } }).toString("hex"),
    );
  });

  it("takes only own properties for set in messages of other generated code", () => {
    class Generated {
      declare maybeString: string;
      static encode() {}
    }
    Generated.prototype.maybeString = "";
    const { serialize } = serializerOf("kinds.v1.Kinds");
    assert.equal(serialize(new Generated()).length, 0);
    const message = Object.assign(new Generated(), { maybeString: "" });
    assert.equal(serialize(message).length, 3);
  });

  it("serializes objects of classes with getters", () => {
    class Shelf {
      get maybeString() {
        return "a";
      }
    }
    const { serialize } = serializerOf("kinds.v1.Kinds");
    assert.equal(serialize(new Shelf()).toString("hex"), serialize({ maybeString: "a" }).toString("hex"));
  });

  it("serializes objects whose class is hidden by a field, or that have none", () => {
    const { serialize } = serializerOf("kinds.v1.Kinds");
    const expected = serialize({ aString: "a" }).toString("hex");
    const hidden = Object.assign(Object.create({}), { aString: "a", constructor: "b" });
    const classless = Object.assign(Object.create(Object.create(null)), { aString: "a" });
    for (const message of [hidden, classless]) assert.equal(serialize(message).toString("hex"), expected);
  });

  it("writes U+FFFD for half a surrogate pair, however long the text", () => {
    const { serialize } = serializerOf("kinds.v1.Kinds");
    for (const length of [1, 100]) {
      const [half, replaced] = ["\ud800", "\ufffd"].map((character) => `${"a".repeat(length)}${character}`);
      const message = (text = "") => ({
        aString: text,
        manyStrings: [text],
        stringsByString: { [text]: text },
      });
      assert.equal(serialize(message(half)).toString("hex"), serialize(message(replaced)).toString("hex"));
    }
  });

  it("round-trips proto2 with groups, extensions, packed lists and required fields", () => {
    const options = { longs: String, enums: String };
    const theirs = oracle("kinds.v2.Kinds2", options);
    const ours = createSerializer(root.lookupType("kinds.v2.Kinds2"), {
      ...defaultRepresentation,
      defaults: false,
      oneofs: false,
    });
    const message = {
      mustString: "a",
      mustInt64: "1",
      mayShade: "LIGHT",
      mayBool: false,
      loose: [1, 2],
      tight: [3, 4],
      searchResult: { pageTitle: "t" },
      row: [{ cellCount: 1 }, {}],
      nested: { mustString: "b", mustInt64: "2" },
      ".kinds.v2.addedText": "x",
      ".kinds.v2.addedShades": ["DARK"],
    };
    const bytes = ours.serialize(message);
    assert.equal(bytes.toString("hex"), theirs.serialize(message).toString("hex"));
    assert.deepEqual(ours.deserialize(bytes), message);
    assert.equal(ours.serialize({}).toString("hex"), theirs.serialize({}).toString("hex"));
  });

  it("round-trips editions with delimited messages and closed enums", () => {
    const { serialize, deserialize } = serializerOf("kinds.v2023.Kinds2023", { defaults: false });
    const message = {
      explicitText: "",
      mustNumber: 0,
      packedNumbers: [1],
      looseNumbers: [2],
      delimitedMessage: { mustNumber: 1 },
      open: 77,
      closed: "LOCKED",
      right: "",
    };
    assert.deepEqual(deserialize(serialize(message)), { ...message, choice: "right" });
  });

  const wrong: { readonly message: unknown; readonly text: string }[] = [
    { message: { anInt32: "abc" }, text: '"abc" for field "an_int32" (int32)' },
    { message: { anInt32: 3e9 }, text: '3000000000 for field "an_int32" (int32)' },
    { message: { aUint32: -1 }, text: '-1 for field "a_uint32" (uint32)' },
    { message: { anInt32: Number.NaN }, text: 'NaN for field "an_int32" (int32)' },
    { message: { anInt64: "1.5" }, text: '"1.5" for field "an_int64" (int64)' },
    { message: { anInt64: "" }, text: '"" for field "an_int64" (int64)' },
    { message: { anInt64: 2n ** 63n }, text: '9223372036854775808n for field "an_int64" (int64)' },
    { message: { aUint64: -1 }, text: '-1 for field "a_uint64" (uint64)' },
    { message: { aDouble: "much" }, text: '"much" for field "a_double" (double)' },
    { message: { aBool: "yes" }, text: '"yes" for field "a_bool" (bool)' },
    { message: { aString: {} }, text: '{} for field "a_string" (string)' },
    { message: { aString: ["a"] }, text: `[ 'a' ] for field "a_string" (string)` },
    { message: { someBytes: "%%%" }, text: '"%%%" for field "some_bytes" (bytes)' },
    { message: { someBytes: [256] }, text: '[ 256 ] for field "some_bytes" (bytes)' },
    { message: { aColour: "BLUE" }, text: '"BLUE" for field "a_colour" (kinds.v1.Colour)' },
    { message: { aColour: "__proto__" }, text: '"__proto__" for field "a_colour" (kinds.v1.Colour)' },
    { message: { aColour: 1.5 }, text: '1.5 for field "a_colour" (kinds.v1.Colour)' },
    { message: { manyInt32s: 5 }, text: '5 for field "many_int32s" (int32): it must be a list' },
    { message: { manyInt32s: [1, null] }, text: 'null for field "many_int32s[1]" (int32)' },
    { message: { manyStrings: "ab" }, text: '"ab" for field "many_strings" (string): it must be a list' },
    {
      message: { stringsByString: ["a"] },
      text: `[ 'a' ] for field "strings_by_string" (string): it must be an object or a Map`,
    },
    { message: { stringsByString: { a: {} } }, text: '{} for field "strings_by_string[a]" (string)' },
    { message: { bytesByInt32: { x: "" } }, text: '"x" for field "bytes_by_int32[x]" (bytes)' },
    { message: { aMessage: 5 }, text: '5 for field "a_message" (kinds.v1.Kinds)' },
    { message: { aMessage: [{}] }, text: '[ {} ] for field "a_message" (kinds.v1.Kinds)' },
    {
      message: { aMessage: { manyMessages: [{}, { messagesByString: { k: { aUint32: "x" } } }] } },
      text: '"x" for field "a_message.many_messages[1].messages_by_string[k].a_uint32" (uint32)',
    },
    {
      message: { aTimestamp: new Date(0) },
      text: '1970-01-01T00:00:00.000Z for field "a_timestamp" (google.protobuf.Timestamp): it must be a message; a time is { seconds, nanos }',
    },
    {
      message: { anAny: { "@type": "type.googleapis.com/no.Type" } },
      text: `{ '@type': 'type.googleapis.com/no.Type' } for field "an_any" (google.protobuf.Any): type "type.googleapis.com/no.Type" is not known`,
    },
    { message: undefined, text: "undefined" },
    { message: null, text: "null" },
    { message: "text", text: '"text"' },
    { message: [], text: "[]" },
  ];
  for (const { message, text } of wrong) {
    it(`refuses ${text}`, () => {
      const [value, reason = ""] = text.split(/(?=: it must|: type )/);
      assert.throws(() => serializerOf("kinds.v1.Kinds").serialize(message), {
        message: `invalid value ${value} of kinds.v1.Kinds${reason}`,
      });
    });
  }

  it("cuts long values off", () => {
    assert.throws(
      () => serializerOf("kinds.v1.Kinds").serialize({ anInt32: "x".repeat(1_000) }),
      (error: Error) => {
        assert.ok(error.message.length < 200);
        return true;
      },
    );
  });

  it("refuses a number that a closed enum does not have", () => {
    assert.throws(() => serializerOf("kinds.v2023.Kinds2023").serialize({ mustNumber: 1, closed: 9 }), {
      message: 'invalid value 9 for field "closed" (kinds.v2023.Closedness) of kinds.v2023.Kinds2023',
    });
  });

  it("refuses a message that holds itself", () => {
    const message: Message = {};
    message.aMessage = message;
    assert.throws(() => serializerOf("kinds.v1.Kinds").serialize(message), /nested deeper than 100 levels/);
  });

  it("refuses bytes that are no message", () => {
    assert.throws(() => serializerOf("kinds.v1.Kinds").deserialize(Buffer.from([0xff])));
  });

  it("puts nothing from names into code", () => {
    const evil = 'x"];globalThis.broken=1;//';
    const hostile = protobuf.Root.fromJSON({
      nested: {
        M: { fields: { [evil]: { type: "string", id: 1 }, e: { type: "E", id: 2 } } },
        E: { values: { [evil]: 0, B: 1 } },
      },
    });
    const { serialize, deserialize } = createSerializer(hostile.lookupType("M"), defaultRepresentation);
    assert.deepEqual(deserialize(serialize({ [evil]: "v", e: "B" })), { [evil]: "v", e: "B" });
    assert.equal("broken" in globalThis, false);
  });
});
