/**
 * A message of behaviour.v1.Everything for every kind of field, as ProtoJSON, with its extremes. `places` says which
 * parts of an HTTP request have a place for it beside the body.
 */
export interface FieldCase {
  readonly name: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly fitsQuery: boolean;
}

const inner = { name: "inner", size: "9007199254740993", tags: ["a", "b"], note1: "" };

/** What a query has no place for: messages in lists and maps, values of any shape, empty messages. */
const bodyOnly: Readonly<Record<string, Record<string, unknown>>> = {
  "an empty message": { inner: {} },
  "messages in a list": { inners: [inner, {}, { name: "last" }] },
  "messages in a map": { innerValues: { a: inner, b: {} } },
  "a message in itself": { child: { child: { child: { aString: "deep", child: {} } } } },
  "an empty message of a oneof": { choiceInner: {} },
  "google.protobuf.Empty": { anEmpty: {} },
  "google.protobuf.Empty of a oneof": { choiceEmpty: {} },
  "google.protobuf.Struct": {
    aStruct: {
      null: null,
      number: 1.5,
      text: "x",
      true: true,
      list: [1, "a", null, {}],
      nested: { deep: {} },
    },
  },
  "an empty google.protobuf.Struct": { aStruct: {} },
  "a google.protobuf.Value that is null": { aValue: null },
  "a google.protobuf.Value that is a list": { aValue: [1, "two", null, [true]] },
  "a google.protobuf.ListValue": { aList: [1, "two", null, { three: 3 }] },
  "google.protobuf.Any of a message": {
    anAny: { "@type": "type.googleapis.com/behaviour.v1.Inner", name: "packed", size: "5" },
  },
  "google.protobuf.Any of a well-known type": {
    anAny: { "@type": "type.googleapis.com/google.protobuf.Duration", value: "1.5s" },
  },
  "a list of values": { values: [null, 1, "two", [3], { four: 4 }] },
};

const anywhere: Readonly<Record<string, Record<string, unknown>>> = {
  double: { aDouble: -1.7976931348623157e308 },
  "a tiny double": { aDouble: 5e-324 },
  NaN: { aDouble: "NaN", aFloat: "NaN" },
  infinities: { aDouble: "Infinity", aFloat: "-Infinity" },
  float: { aFloat: 1.5 },
  "the smallest integers": {
    anInt32: -2147483648,
    anInt64: "-9223372036854775808",
    aSint32: -2147483648,
    aSint64: "-9223372036854775808",
    aSfixed32: -2147483648,
    aSfixed64: "-9223372036854775808",
  },
  "the largest integers": {
    anInt32: 2147483647,
    anInt64: "9223372036854775807",
    aUint32: 4294967295,
    aUint64: "18446744073709551615",
    aSint32: 2147483647,
    aSint64: "9223372036854775807",
    aFixed32: 4294967295,
    aFixed64: "18446744073709551615",
    aSfixed32: 2147483647,
    aSfixed64: "9223372036854775807",
  },
  "integers that a number holds": {
    anInt64: "-5",
    aUint64: "4503599627370496",
    aSint64: "-1",
    aFixed64: "7",
  },
  bool: { aBool: true },
  string: { aString: 'a "quoted" \\ line\n\u0000 \u2028 é 漢 🎉 + & = % /?#' },
  bytes: { someBytes: "AAEC/f7/" },
  enum: { aColour: "GREEN" },
  "an enum with a negative number": { aColour: "NEGATIVE" },
  "an enum number without a name": { aColour: 7 },
  message: { inner },
  "optional fields that hold their defaults": {
    maybeInt32: 0,
    maybeInt64: "0",
    maybeBool: false,
    maybeString: "",
    maybeBytes: "",
    maybeColour: "COLOUR_UNSPECIFIED",
    maybeDouble: 0,
  },
  "optional fields": {
    maybeInt32: 1,
    maybeInt64: "-1",
    maybeBool: true,
    maybeString: "x",
    maybeBytes: "/w==",
    maybeColour: "RED",
    maybeDouble: 0.5,
  },
  lists: {
    doubles: [0, 1.5, "NaN"],
    floats: [0.5],
    int32s: [0, -1, 2147483647],
    int64s: ["0", "-1", "9223372036854775807"],
    uint64s: ["18446744073709551615"],
    looseSint64s: ["-1", "1"],
    looseFixed32s: [1, 2],
    bools: [true, false],
    strings: ["", "a", "é"],
    blobs: ["", "AQ=="],
    colours: ["RED", "COLOUR_UNSPECIFIED", 9],
  },
  "maps with every kind of key": {
    byInt32: { "-2147483648": "min", "0": "zero", "2147483647": "max" },
    byInt64: { "-9223372036854775808": "min", "9223372036854775807": "max" },
    byUint32: { "4294967295": "max" },
    byUint64: { "18446744073709551615": "max" },
    bySint32: { "-1": "minus one" },
    bySint64: { "-9223372036854775808": "min" },
    byFixed32: { "4294967295": "max" },
    byFixed64: { "18446744073709551615": "max" },
    bySfixed32: { "-2147483648": "min" },
    bySfixed64: { "9223372036854775807": "max" },
    byBool: { true: "yes", false: "no" },
    byString: { "": "empty", "a.b": "dotted", é: "accent", constructor: "own" },
  },
  "maps with other values": {
    longValues: { a: "9223372036854775807" },
    bytesValues: { a: "AQ==" },
    colourValues: { a: "RED", b: 9 },
    durationValues: { a: "1.5s" },
  },
  "a string of a oneof": { choiceString: "" },
  "a 64-bit integer of a oneof": { choiceInt64: "0" },
  "bytes of a oneof": { choiceBytes: "AQ==" },
  "an enum of a oneof": { choiceColour: "COLOUR_UNSPECIFIED" },
  "a message of a oneof": { choiceInner: inner },
  "google.protobuf.Timestamp": { aTimestamp: "9999-12-31T23:59:59.999999999Z" },
  "an early google.protobuf.Timestamp": { aTimestamp: "0001-01-01T00:00:00Z" },
  "google.protobuf.Duration": { aDuration: "-315576000000.999999999s" },
  "google.protobuf.FieldMask": { aMask: "aString,inner.name" },
  wrappers: {
    aDoubleValue: 0,
    aFloatValue: 1.5,
    anInt64Value: "-9223372036854775808",
    aUint64Value: "18446744073709551615",
    anInt32Value: -1,
    aUint32Value: 1,
    aBoolValue: false,
    aStringValue: "",
    aBytesValue: "AQ==",
  },
  "lists of well-known types": {
    timestamps: ["1970-01-01T00:00:00Z", "2026-11-21T01:02:03.5Z"],
    int64Values: ["0", "9223372036854775807"],
  },
};

const isolated: readonly FieldCase[] = [
  { name: "nothing", json: {}, fitsQuery: true },
  ...Object.entries(anywhere).map(([name, json]) => ({ name, json, fitsQuery: true })),
  ...Object.entries(bodyOnly).map(([name, json]) => ({ name, json, fitsQuery: false })),
];

/** Of members of a oneof and of fields that several cases set, the last one stays. */
const together = Object.assign({}, ...isolated.map(({ json }) => json));
for (const name of ["choiceString", "choiceInt64", "choiceBytes", "choiceColour", "choiceInner"]) {
  delete together[name];
}

export const fieldCases: readonly FieldCase[] = [
  ...isolated,
  { name: "everything", json: together, fitsQuery: false },
];
