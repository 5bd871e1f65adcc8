import type protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import { wrapperNames } from "../schema/well-known.js";
import { parseDuration } from "./duration.js";
import { parseFieldMask } from "./field-mask.js";
import { compileObject } from "./generated-function.js";
import { enumForm, longForm } from "./handler-form.js";
import { JsonReader } from "./json-reader.js";
import { integerRanges } from "./number-text.js";
import { setOwn } from "./own-property.js";
import { createAnyReader } from "./read-any.js";
import { readBool, readDouble } from "./read-scalar.js";
import type { ReadContext, ReadValue } from "./read-value.js";
import { parseTimestamp, type Time } from "./timestamp.js";

type CreateReader = (type: protobuf.Type, context: ReadContext) => ReadValue;

const readers: ReadonlyMap<string, CreateReader> = new Map<string, CreateReader>([
  [".google.protobuf.Timestamp", (type, context) => timeReader(type, context, parseTimestamp)],
  [".google.protobuf.Duration", (type, context) => timeReader(type, context, parseDuration)],
  [".google.protobuf.FieldMask", fieldMaskReader],
  [".google.protobuf.Struct", structReader],
  [".google.protobuf.Value", valueReader],
  [".google.protobuf.ListValue", listValueReader],
  [".google.protobuf.Any", createAnyReader],
  ...wrapperNames.map((name): [string, CreateReader] => [name, wrapperReader]),
]);

/** The reader of a type with a JSON form of its own, `undefined` for all others. */
export function wellKnownReader(type: protobuf.Type, context: ReadContext): ReadValue | undefined {
  return readers.get(type.fullName)?.(type, context);
}

type ParseTime = (chars: Uint16Array, start: number, end: number) => Time | undefined;

function timeReader(type: protobuf.Type, { representation }: ReadContext, parse: ParseTime): ReadValue {
  const secondsName = nameOf(type, 1);
  const nanosName = nameOf(type, 2);
  const toLong = longForm(representation, false);
  const makeTime = compileObject([secondsName, nanosName]);
  return (reader, whenNull) => {
    const { at } = reader;
    if (reader.takeNull()) return whenNull;
    const end = reader.endOfString();
    // With escapes it is still a string, if hardly a sensible one.
    const time =
      (end === -1 ? parseText(reader.readString(), parse) : parse(reader.chars, at + 1, end)) ??
      reader.failValue(at);
    if (end !== -1) reader.at = end + 1;
    if (representation.defaults) return makeTime(toLong(String(time.seconds)), time.nanos);
    const message: Record<string, unknown> = {};
    if (time.seconds !== 0) message[secondsName] = toLong(String(time.seconds));
    if (time.nanos !== 0) message[nanosName] = time.nanos;
    return message;
  };
}

function parseText(text: string, parse: ParseTime): Time | undefined {
  return parse(new JsonReader(text).chars, 0, text.length);
}

function fieldMaskReader(
  type: protobuf.Type,
  { representation, snakeCaseFieldMasks }: ReadContext,
): ReadValue {
  const pathsName = nameOf(type, 1);
  const writesEmpty = representation.defaults || representation.arrays;
  const make = compileObject([pathsName]);
  return (reader, whenNull) => {
    const { at } = reader;
    if (reader.takeNull()) return whenNull;
    const paths = parseFieldMask(reader.readString(), snakeCaseFieldMasks) ?? reader.failValue(at);
    return writesEmpty || paths.length > 0 ? make(paths) : {};
  };
}

function wrapperReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const field = type.fieldsById[1]!;
  const make = compileObject([field.name]);
  const read = context.element(field);
  const { defaults } = context.representation;
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const value = read(reader, undefined);
    return defaults || !isDefault(field.type, value) ? make(value) : {};
  };
}

/** Whether a scalar, in whatever form, is the value of a field that is not set. */
function isDefault(type: string, value: unknown): boolean {
  if (integerRanges.has(type)) return String(value) === "0";
  if (type === "bytes") return (value as { length: number }).length === 0;
  return type === "string" ? value === "" : value === false || Object.is(value, 0);
}

function structReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const fieldsName = nameOf(type, 1);
  const writesEmpty = context.representation.defaults || context.representation.objects;
  const readValue = context.element(type.fieldsById[1]!);
  const make = compileObject([fieldsName]);
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const fields: Record<string, unknown> = {};
    if (!reader.openObject()) return writesEmpty ? make(fields) : {};
    do {
      const nameAt = reader.at;
      const name = reader.readString();
      reader.colon();
      if (Object.hasOwn(fields, name)) reader.fail("duplicate", nameAt);
      setOwn(fields, name, readValue(reader, undefined));
    } while (reader.nextMember());
    return make(fields);
  };
}

function listValueReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const valuesName = nameOf(type, 1);
  const writesEmpty = context.representation.defaults || context.representation.arrays;
  const readValue = context.element(type.fieldsById[1]!);
  const make = compileObject([valuesName]);
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const values: unknown[] = [];
    if (reader.openArray()) {
      do values.push(readValue(reader, undefined));
      while (reader.nextElement());
    }
    return writesEmpty || values.length > 0 ? make(values) : {};
  };
}

function valueReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const [makeNull, makeNumber, makeString, makeBool, makeStruct, makeList] = [1, 2, 3, 4, 5, 6].map((id) =>
    memberMaker(type.fieldsById[id]!, context.representation),
  ) as [MakeMember, MakeMember, MakeMember, MakeMember, MakeMember, MakeMember];
  // The type of the field is the enum NullValue.
  const nullValue = enumForm(context.representation, type.fieldsById[1]!.resolvedType as protobuf.Enum)(0);
  const readStruct = context.element(type.fieldsById[5]!);
  const readList = context.element(type.fieldsById[6]!);
  // A Value and what is in it are two levels, as they are two messages.
  function readInner(reader: JsonReader, read: ReadValue): unknown {
    reader.depth++;
    const inner = read(reader, undefined);
    reader.depth--;
    return inner;
  }
  return (reader) => {
    switch (reader.chars[reader.at]) {
      case 34:
        return makeString(reader.readString());
      case 123:
        return makeStruct(readInner(reader, readStruct));
      case 91:
        return makeList(readInner(reader, readList));
      case 110:
        return reader.takeNull() ? makeNull(nullValue) : reader.failValue();
      case 116:
      case 102:
        return makeBool(readBool(reader, undefined));
      default:
        return makeNumber(readDouble(reader, undefined));
    }
  };
}

type MakeMember = (value: unknown) => unknown;

/** Makes a message of which one member of a oneof is set. */
function memberMaker({ name, partOf }: protobuf.Field, { oneofs }: Representation): MakeMember {
  if (!oneofs || partOf === null) return compileObject([name]);
  const make = compileObject([name, partOf.name]);
  return (value) => make(value, name);
}

function nameOf(type: protobuf.Type, id: number): string {
  return type.fieldsById[id]!.name;
}
