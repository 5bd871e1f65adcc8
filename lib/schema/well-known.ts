import type protobuf from "protobufjs";

/** The scalar that each wrapper type holds, by the full name of the type. */
const wrappedScalars: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DoubleValue: "double",
    FloatValue: "float",
    Int64Value: "int64",
    UInt64Value: "uint64",
    Int32Value: "int32",
    UInt32Value: "uint32",
    BoolValue: "bool",
    StringValue: "string",
    BytesValue: "bytes",
  }).map(([name, scalar]) => [`.google.protobuf.${name}`, scalar]),
);

/** A type, or as much of one as its name: `.google.protobuf.Duration`. */
type FullNamed = Pick<protobuf.ReflectionObject, "fullName">;

const stringNames = namesOf("Timestamp", "Duration", "FieldMask");
const freeNames = namesOf("Struct", "Value", "ListValue", "Any");

function namesOf(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => `.google.protobuf.${name}`));
}

/** The wrapper types, as protobufjs has their full names: `".google.protobuf.Int64Value"`. */
export const wrapperNames: readonly string[] = [...wrappedScalars.keys()];

/**
 * The scalar that a wrapper type holds, whose JSON is also that of the wrapper; `undefined` for any other type.
 *
 *     wrappedScalar(int64Value)   // "int64"
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export function wrappedScalar(type: protobuf.ReflectionObject): string | undefined {
  return wrappedScalars.get(type.fullName);
}

/** Whether it is one of the wrapper types: `google.protobuf.Int64Value` and the like. */
export function isWrapper(type: FullNamed): boolean {
  return wrappedScalars.has(type.fullName);
}

/** Whether the JSON of a message is a string: Timestamp, Duration or FieldMask. */
export function isWrittenAsString(type: FullNamed): boolean {
  return stringNames.has(type.fullName);
}

/** Whether the JSON of a message is any value, or any of some kind: Struct, Value, ListValue or Any. */
export function isFreeForm(type: FullNamed): boolean {
  return freeNames.has(type.fullName);
}

/** Whether a message has a JSON form of its own; in an Any it stands under `value`. */
export function isWellKnown(type: FullNamed): boolean {
  return isWrittenAsString(type) || isFreeForm(type) || isWrapper(type);
}

/**
 * Whether a type is `google.api.HttpBody`, whose `data` is the HTTP body itself and whose `content_type` is the
 * content type of that. As the type of a request, a response, or the field that is one of them, it is written as
 * these bytes and not as JSON.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/httpbody.proto
 */
export function isHttpBody(type: protobuf.Type | protobuf.Enum | null): type is protobuf.Type {
  return type?.fullName === ".google.api.HttpBody";
}
