import type protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import { parseDuration } from "./duration.js";
import { parseFieldMask } from "./field-mask.js";
import { bytesForm, enumForm, longForm } from "./handler-form.js";
import type { JsonReader } from "./json-reader.js";
import { integerRanges } from "./number-text.js";
import { setOwn } from "./own-property.js";
import { readBool, readDouble } from "./read-scalar.js";
import { parseTimestamp, type Time } from "./timestamp.js";

/** Reads a value of one field or type and leaves the cursor after it; a `null` that means "not set" gives `whenNull`. */
export type ReadValue = (reader: JsonReader, whenNull: unknown) => unknown;

/** The place of a reader that is compiled when it is first called: types may contain themselves. */
export interface ReaderSlot {
  read: ReadValue;
}

/** What the readers of well-known types need from their surroundings. */
export interface ReadContext {
  readonly representation: Representation;
  readonly snakeCaseFieldMasks: boolean;
  /** The reader of a field's value, or of one element or entry value of it. */
  element(field: protobuf.Field): ReadValue;
  /** The type that the URL of an Any names. */
  resolveType(typeUrl: string): protobuf.Type | undefined;
  /** The reader of a type in the form that `Type.encode` takes. */
  wireSlot(type: protobuf.Type): ReaderSlot;
}

type CreateReader = (type: protobuf.Type, context: ReadContext) => ReadValue;

/** The types with a JSON form of their own; in an Any they stand under `value`. */
const readers: ReadonlyMap<string, CreateReader> = new Map<string, CreateReader>([
  [".google.protobuf.Timestamp", (type, context) => timeReader(type, context, parseTimestamp)],
  [".google.protobuf.Duration", (type, context) => timeReader(type, context, parseDuration)],
  [".google.protobuf.FieldMask", fieldMaskReader],
  [".google.protobuf.Struct", structReader],
  [".google.protobuf.Value", valueReader],
  [".google.protobuf.ListValue", listValueReader],
  [".google.protobuf.Any", anyReader],
  ...["Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes"].map(
    (name): [string, CreateReader] => [`.google.protobuf.${name}Value`, wrapperReader],
  ),
]);

/** Whether a type has a JSON form of its own. */
export function isWellKnown(type: protobuf.Type): boolean {
  return readers.has(type.fullName);
}

/** The reader of a type with a JSON form of its own, `undefined` for all others. */
export function wellKnownReader(type: protobuf.Type, context: ReadContext): ReadValue | undefined {
  return readers.get(type.fullName)?.(type, context);
}

function timeReader(
  type: protobuf.Type,
  { representation }: ReadContext,
  parse: (text: string, start: number, end: number) => Time | undefined,
): ReadValue {
  const secondsName = nameOf(type, 1);
  const nanosName = nameOf(type, 2);
  const toLong = longForm(representation, false);
  return (reader, whenNull) => {
    const { at } = reader;
    if (reader.takeNull()) return whenNull;
    const end = reader.endOfString();
    // With escapes it is still a string, if hardly a sensible one.
    const text = end === -1 ? reader.readString() : reader.text;
    const time = (end === -1 ? parse(text, 0, text.length) : parse(text, at + 1, end)) ?? reader.failValue(at);
    if (end !== -1) reader.at = end + 1;
    if (representation.defaults) return { [secondsName]: toLong(String(time.seconds)), [nanosName]: time.nanos };
    const message: Record<string, unknown> = {};
    if (time.seconds !== 0) message[secondsName] = toLong(String(time.seconds));
    if (time.nanos !== 0) message[nanosName] = time.nanos;
    return message;
  };
}

function fieldMaskReader(type: protobuf.Type, { representation, snakeCaseFieldMasks }: ReadContext): ReadValue {
  const pathsName = nameOf(type, 1);
  const writesEmpty = representation.defaults || representation.arrays;
  return (reader, whenNull) => {
    const { at } = reader;
    if (reader.takeNull()) return whenNull;
    const paths = parseFieldMask(reader.readString(), snakeCaseFieldMasks) ?? reader.failValue(at);
    return writesEmpty || paths.length > 0 ? { [pathsName]: paths } : {};
  };
}

function wrapperReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const field = type.fieldsById[1]!;
  const { name } = field;
  const read = context.element(field);
  const { defaults } = context.representation;
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const value = read(reader, undefined);
    return defaults || !isDefault(field.type, value) ? { [name]: value } : {};
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
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const fields: Record<string, unknown> = {};
    if (!reader.openObject()) return writesEmpty ? { [fieldsName]: fields } : {};
    do {
      const nameAt = reader.at;
      const name = reader.readString();
      if (Object.hasOwn(fields, name)) reader.fail("duplicate", nameAt);
      reader.colon();
      setOwn(fields, name, readValue(reader, undefined));
    } while (reader.nextMember());
    return { [fieldsName]: fields };
  };
}

function listValueReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const valuesName = nameOf(type, 1);
  const writesEmpty = context.representation.defaults || context.representation.arrays;
  const readValue = context.element(type.fieldsById[1]!);
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const values: unknown[] = [];
    if (reader.openArray()) {
      do values.push(readValue(reader, undefined));
      while (reader.nextElement());
    }
    return writesEmpty || values.length > 0 ? { [valuesName]: values } : {};
  };
}

function valueReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const numberName = nameOf(type, 2);
  const stringName = nameOf(type, 3);
  const boolName = nameOf(type, 4);
  const structName = nameOf(type, 5);
  const listName = nameOf(type, 6);
  const nullField = type.fieldsById[1]!;
  const kindName = nullField.partOf?.name;
  const nullValue = enumForm(context.representation, nullField.resolvedType as protobuf.Enum)(0);
  const writesKind = context.representation.oneofs && kindName !== undefined;
  const readStruct = context.element(type.fieldsById[5]!);
  const readList = context.element(type.fieldsById[6]!);
  const make = (name: string, value: unknown): unknown =>
    writesKind ? { [name]: value, [kindName]: name } : { [name]: value };
  return (reader) => {
    switch (reader.text.charCodeAt(reader.at)) {
      case 34:
        return make(stringName, reader.readString());
      case 123:
        return make(structName, readStruct(reader, undefined));
      case 91:
        return make(listName, readList(reader, undefined));
      case 110:
        return reader.takeNull() ? make(nullField.name, nullValue) : reader.failValue();
      case 116:
      case 102:
        return make(boolName, readBool(reader, undefined));
      default:
        return make(numberName, readDouble(reader, undefined));
    }
  };
}

function anyReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const urlName = nameOf(type, 1);
  const valueName = nameOf(type, 2);
  const toBytes = bytesForm(context.representation);
  const { defaults } = context.representation;
  const make = (url: string, bytes: Buffer): unknown => {
    if (defaults) return { [urlName]: url, [valueName]: toBytes(bytes) };
    return { ...(url === "" ? {} : { [urlName]: url }), ...(bytes.length === 0 ? {} : { [valueName]: toBytes(bytes) }) };
  };
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const { at, anyAt, typeAt } = reader;
    const url = findTypeUrl(reader);
    if (url === undefined) {
      // An Any of nothing has no members.
      if (reader.openObject()) reader.failValue(at);
      return make("", Buffer.alloc(0));
    }
    const content = url.includes("/") ? context.resolveType(url) : undefined;
    if (content === undefined) return reader.fail("type", at, url);
    const slot = context.wireSlot(content);
    const message = isWellKnown(content) ? readValueMember(reader, slot) : slot.read(reader, undefined);
    reader.anyAt = anyAt;
    reader.typeAt = typeAt;
    return make(url, encodeBytes(content, message, () => reader.fail("depth", at)));
  };
}

/** Find the `@type` of the object at `at`, wherever it stands, and leave the cursor where it was. */
function findTypeUrl(reader: JsonReader): string | undefined {
  const { at, depth } = reader;
  let url: string | undefined;
  if (reader.openObject()) {
    do {
      const nameAt = reader.at;
      const name = reader.readString();
      reader.colon();
      if (name === "@type") {
        url = reader.readString();
        reader.anyAt = at;
        reader.typeAt = nameAt;
        break;
      }
      reader.skipValue();
    } while (reader.nextMember());
  }
  reader.at = at;
  reader.depth = depth;
  return url;
}

/** Read `{ "@type": ..., "value": ... }`, the form of well-known types in an Any. */
function readValueMember(reader: JsonReader, slot: ReaderSlot): unknown {
  const { at, typeAt } = reader;
  let value: unknown;
  let isRead = false;
  if (!reader.openObject()) reader.failValue(at);
  do {
    const nameAt = reader.at;
    const name = reader.readString();
    reader.colon();
    if (name === "@type") {
      if (nameAt !== typeAt) reader.fail("duplicate", nameAt);
      reader.skipValue();
    } else {
      if (name !== "value") reader.fail("unknown", nameAt);
      if (isRead) reader.fail("duplicate", nameAt);
      const valueAt = reader.at;
      value = slot.read(reader, undefined) ?? reader.failValue(valueAt);
      isRead = true;
    }
  } while (reader.nextMember());
  if (!isRead) reader.failValue(at);
  return value;
}

/** A message in wire form → bytes. protobufjs refuses messages that are nested too deep. */
export function encodeBytes(type: protobuf.Type, message: unknown, fail: () => never): Buffer {
  try {
    // Node's writer makes Buffers; the declared type is that of browsers.
    return type.encode(message as Record<string, unknown>).finish() as Buffer;
  } catch (cause) {
    if (cause instanceof Error && cause.message === "max depth exceeded") return fail();
    throw cause;
  }
}

function nameOf(type: protobuf.Type, id: number): string {
  return type.fieldsById[id]!.name;
}
