import type protobuf from "protobufjs";

/** The wrapper types: their JSON is that of the value they hold. */
export const wrapperNames: readonly string[] = [
  "DoubleValue",
  "FloatValue",
  "Int64Value",
  "UInt64Value",
  "Int32Value",
  "UInt32Value",
  "BoolValue",
  "StringValue",
  "BytesValue",
].map((name) => `.google.protobuf.${name}`);

/** The types whose JSON is a string. */
const stringNames: ReadonlySet<string> = new Set(
  ["Timestamp", "Duration", "FieldMask"].map((name) => `.google.protobuf.${name}`),
);

/** The types whose JSON is any value, or any of some kind. */
const freeNames: ReadonlySet<string> = new Set(
  ["Struct", "Value", "ListValue", "Any"].map((name) => `.google.protobuf.${name}`),
);

const wrappers: ReadonlySet<string> = new Set(wrapperNames);

/** Whether a type has a JSON form of its own; in an Any it stands under `value`. */
export function isWellKnown(type: protobuf.Type): boolean {
  return isWrittenAsString(type) || isFreeForm(type) || isWrapper(type);
}

export function isWrittenAsString(type: protobuf.Type): boolean {
  return stringNames.has(type.fullName);
}

export function isFreeForm(type: protobuf.Type): boolean {
  return freeNames.has(type.fullName);
}

export function isWrapper(type: protobuf.Type): boolean {
  return wrappers.has(type.fullName);
}
