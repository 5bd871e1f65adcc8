import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import type { Representation } from "../../lib/schema/representation.js";
import { typesIn } from "../../lib/schema/walk.js";
import { parseRoot } from "./parse-root.js";

const kinds = `
  syntax = "proto3";
  package kinds;
  import "google/protobuf/any.proto";
  import "google/protobuf/duration.proto";
  import "google/protobuf/field_mask.proto";
  import "google/protobuf/struct.proto";
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto";

  enum State { STATE_UNSPECIFIED = 0; STATE_ACTIVE = 1; }
  message Inner { int32 page_size = 1; Inner inner = 2; }
  message Kinds {
    double a_double = 1; float a_float = 2; int32 an_int32 = 3; int64 an_int64 = 4; uint32 a_uint32 = 5;
    uint64 a_uint64 = 6; sint32 a_sint32 = 7; sint64 a_sint64 = 8; fixed32 a_fixed32 = 9; fixed64 a_fixed64 = 10;
    sfixed32 a_sfixed32 = 11; sfixed64 a_sfixed64 = 12; bool a_bool = 13; string a_string = 14; bytes some_bytes = 15;
    State state = 16; Inner inner = 17;
    optional int32 maybe_int32 = 21; optional int64 maybe_int64 = 22; optional string maybe_string = 23;
    optional bytes maybe_bytes = 24; optional State maybe_state = 25; optional Inner maybe_inner = 26;
    optional double maybe_double = 27;
    repeated double doubles = 31; repeated int64 int64s = 32; repeated string strings = 33; repeated bytes bytes_list = 34;
    repeated State states = 35; repeated Inner inners = 36; repeated google.protobuf.Timestamp times = 37;
    map<string, int64> by_string = 41; map<int32, string> by_int32 = 42; map<int64, Inner> by_int64 = 43;
    map<uint64, bytes> by_uint64 = 44; map<bool, State> by_bool = 45; map<fixed32, double> by_fixed32 = 46;
    map<string, google.protobuf.Value> by_name = 47;
    oneof choice { int64 choice_int64 = 51; string choice_string = 52; Inner choice_inner = 53; State choice_state = 54;
      google.protobuf.NullValue choice_null = 55; bytes choice_bytes = 56; }
    google.protobuf.Timestamp time = 61; google.protobuf.Duration duration = 62; google.protobuf.FieldMask mask = 63;
    google.protobuf.Struct struct = 64; google.protobuf.Value value = 65; google.protobuf.ListValue list = 66;
    google.protobuf.Any any = 67; google.protobuf.NullValue null_value = 68;
    google.protobuf.DoubleValue double_value = 71; google.protobuf.Int64Value int64_value = 72;
    google.protobuf.UInt64Value uint64_value = 73; google.protobuf.StringValue string_value = 74;
    google.protobuf.BytesValue bytes_value = 75; google.protobuf.BoolValue bool_value = 76;
    google.protobuf.Int32Value int32_value = 77; google.protobuf.FloatValue float_value = 78;
  }`;

/** JSON texts that together set every field: to its default, to something else, to its limits. */
const texts = [
  "{}",
  `{"aDouble":1.5,"aFloat":0.1,"anInt32":-1,"anInt64":"-9223372036854775808","aUint32":4294967295,
    "aUint64":"18446744073709551615","aSint32":-2147483648,"aSint64":"-1","aFixed32":1,"aFixed64":"9223372036854775808",
    "aSfixed32":-5,"aSfixed64":"9007199254740993","aBool":true,"aString":"é\\u0000😀","someBytes":"AP8=","state":"STATE_ACTIVE",
    "inner":{"pageSize":2,"inner":{}}}`,
  `{"a_double":-0,"a_float":"-Infinity","an_int32":0,"an_int64":0,"a_uint32":0,"a_uint64":"0","a_bool":false,"a_string":"",
    "some_bytes":"","state":0,"inner":{}}`,
  '{"aDouble":"NaN","state":7,"inner":null,"aString":null,"anInt64":null,"strings":null,"byString":null}',
  '{"maybeInt32":0,"maybeInt64":"0","maybeString":"","maybeBytes":"","maybeState":0,"maybeInner":{},"maybeDouble":-0.0}',
  '{"maybeInt32":1,"maybeInt64":5e3,"maybeString":"x","maybeBytes":"AA","maybeState":"STATE_ACTIVE","maybeInner":{"pageSize":1}}',
  `{"doubles":[1,"NaN",-0],"int64s":["1",2,-3],"strings":["","a"],"bytesList":["","AQ=="],"states":[0,"STATE_ACTIVE",9],
    "inners":[{},{"pageSize":1}],"times":["1970-01-01T00:00:00Z","2000-02-29T23:59:59.999999999Z"]}`,
  '{"doubles":[],"strings":[],"inners":[],"byString":{},"byInt64":{}}',
  `{"byString":{"__proto__":"1","constructor":2,"":0},"byInt32":{"-1":"a","0":"b"},"byInt64":{"-9223372036854775808":{},"7":{"pageSize":1}},
    "byUint64":{"18446744073709551615":"AQ=="},"byBool":{"true":"STATE_ACTIVE","false":0},"byFixed32":{"4294967295":1.5},
    "byName":{"a":null,"b":[1,{"c":"d"}],"__proto__":{"__proto__":true}}}`,
  '{"choiceInt64":"0"}',
  '{"choiceString":""}',
  '{"choiceInner":{}}',
  '{"choiceState":"STATE_ACTIVE"}',
  '{"choiceNull":null}',
  '{"choiceBytes":"","choiceInt64":null}',
  '{"time":"1970-01-01T00:00:00Z","duration":"0s","mask":"","struct":{},"value":null,"list":[],"any":{},"nullValue":null}',
  `{"time":"0001-01-01T00:00:00.000000001Z","duration":"-315576000000.999999999s","mask":"pageSize,inner.pageSize",
    "struct":{"a":[true,false,null,1,"x",{}]},"value":{"b":-1.5},"list":[[],""],"nullValue":"NULL_VALUE",
    "any":{"@type":"type.googleapis.com/kinds.Inner","pageSize":3}}`,
  `{"value":"x","any":{"value":"1.5s","@type":"type.googleapis.com/google.protobuf.Duration"}}`,
  '{"value":0,"any":{"@type":"a/google.protobuf.Any","value":{"inner":{"pageSize":1},"@type":"type.googleapis.com/kinds.Inner"}}}',
  `{"doubleValue":0,"int64Value":"0","uint64Value":"0","stringValue":"","bytesValue":"","boolValue":false,"int32Value":0,
    "floatValue":0}`,
  `{"doubleValue":1.5,"int64Value":"-1","uint64Value":"18446744073709551615","stringValue":"0","bytesValue":"/w==",
    "boolValue":true,"int32Value":-1,"floatValue":0.1}`,
];

const options = {
  keepCase: [false, true],
  longs: [String, Number, BigInt, undefined],
  enums: [String, undefined],
  bytes: [Buffer, String, Array],
  defaults: [true, false],
  arrays: [true, false],
  objects: [true, false],
  oneofs: [true, false],
} satisfies { readonly [Name in keyof Representation]: readonly Representation[Name][] };

/** Every way to choose one value of each option. */
function everyRepresentation(): Representation[] {
  let all: object[] = [{}];
  for (const [name, values] of Object.entries(options)) {
    all = all.flatMap((chosen) => values.map((value) => ({ ...chosen, [name]: value })));
  }
  // Each has a value for each name.
  return all as Representation[];
}

// Hundreds of codecs are compiled here, which takes its time on a busy machine.
describe("what a handler sees", { timeout: 300_000 }, () => {
  const roots = { false: parseRoot(kinds), true: parseRoot(kinds, { keepCase: true }) };
  for (const keepCase of options.keepCase) {
    const type = roots[`${keepCase}`].lookupType("kinds.Kinds");
    it(`is what native gRPC shows, in all representations with keepCase: ${keepCase}`, () => {
      for (const representation of everyRepresentation().filter((one) => one.keepCase === keepCase)) {
        const codec = createJsonCodecs(roots[`${keepCase}`], representation).message(type);
        for (const text of texts) {
          const bytes = Buffer.from(codec.toBinary(text));
          const native = type.toObject(type.decode(bytes), representation as protobuf.IConversionOptions);
          assert.deepEqual(codec.decode(text), native, `${text} as ${Object.entries(representation)}`);
        }
        assert.deepEqual(
          codec.create(),
          type.toObject(type.decode(Buffer.alloc(0)), representation as protobuf.IConversionOptions),
        );
      }
    });
  }

  it("of a well-known type with nothing set is what native gRPC shows", () => {
    const types = [...typesIn(roots.false.lookup("google.protobuf") as protobuf.Namespace)];
    assert(types.length >= 16);
    for (const type of types) {
      if (!(type instanceof protobuf.Type)) continue;
      for (const representation of everyRepresentation()) {
        const native = type.toObject(
          type.decode(Buffer.alloc(0)),
          representation as protobuf.IConversionOptions,
        );
        assert.deepEqual(createJsonCodecs(type.root, representation).message(type).create(), native);
      }
    }
  });

  it("is written as the same JSON, whichever representation it is in", () => {
    for (const representation of everyRepresentation()) {
      // A number cannot hold all digits.
      if (representation.longs === Number || representation.keepCase) continue;
      const codec = createJsonCodecs(roots[`${representation.keepCase}`], representation).message(
        roots[`${representation.keepCase}`].lookupType("kinds.Kinds"),
      );
      for (const text of texts)
        assert.equal(codec.encode(codec.decode(text)), codec.fromBinary(codec.toBinary(text)), text);
    }
  });

  it("takes protobufjs's proto2 defaults, and knows what was set", () => {
    const root = parseRoot(`
      syntax = "proto2";
      enum Color { RED = 3; GREEN = 4; }
      message Old {
        optional int64 id = 1 [default = -5]; optional string name = 2 [default = "x\\"y"]; optional bytes data = 3 [default = "ab"];
        optional Color color = 4 [default = GREEN]; optional Color plain = 5; optional double ratio = 6 [default = inf];
        optional bool on = 7 [default = true]; required int32 size = 8; repeated Color colors = 9; optional Old old = 10;
        optional group Part = 11 { optional int32 number = 1; } extensions 100 to 200; }
      extend Old { optional string nick_name = 100; }`);
    const type = root.lookupType("Old");
    for (const representation of everyRepresentation()) {
      const codec = createJsonCodecs(root, representation).message(type);
      for (const text of [
        '{"size":0}',
        '{"size":1,"id":"-5","name":"","color":"RED","colors":["GREEN",3],"on":false,"old":{"size":2},"ratio":1,"data":"","part":{"number":0},"[nick_name]":"n"}',
      ]) {
        const bytes = Buffer.from(codec.toBinary(text));
        assert.deepEqual(
          codec.decode(text),
          type.toObject(type.decode(bytes), representation as protobuf.IConversionOptions),
        );
        if (!representation.defaults)
          assert.deepEqual(JSON.parse(codec.encode(codec.decode(text))), JSON.parse(codec.fromBinary(bytes)));
      }
    }
  });
});
