import type protobuf from "protobufjs";
import { writeDuration } from "./duration.js";
import { printFieldMask } from "./field-mask.js";
import { namesOf } from "./field-names.js";
import { FunctionSource, quote } from "./generated-function.js";
import { maxDepth } from "./json-reader.js";
import type { JsonWriter } from "./json-writer.js";
import { createTimestampWriter } from "./timestamp.js";
import { isWellKnown, wrapperNames } from "./well-known.js";
import {
  type LazyWriter,
  toBuffer,
  toSafeInteger,
  type WriteValue,
  WrongValue,
  writeDouble,
  writeString,
} from "./write-scalar.js";

/** What the writers of well-known types need from their surroundings. */
export interface WriteContext {
  /** The writer of a field's value, or of one element or entry value of it, as complete JSON. */
  element(field: protobuf.Field): WriteValue;
  /** The writer of a message type, as complete JSON. */
  message(type: protobuf.Type): LazyWriter;
  /** The type that the URL of an Any names. */
  resolveType(typeUrl: string): protobuf.Type | undefined;
  /** An Any that is given as ProtoJSON → its bytes. */
  encodeAny(detail: object): Uint8Array;
}

type CreateWriter = (type: protobuf.Type, context: WriteContext) => WriteValue;

const writers: ReadonlyMap<string, CreateWriter> = new Map<string, CreateWriter>([
  [".google.protobuf.Timestamp", (type) => timeWriter(type, createTimestampWriter())],
  [".google.protobuf.Duration", (type) => timeWriter(type, writeDuration)],
  [".google.protobuf.FieldMask", fieldMaskWriter],
  [".google.protobuf.Struct", structWriter],
  [".google.protobuf.Value", valueWriter],
  [".google.protobuf.ListValue", listValueWriter],
  [".google.protobuf.Any", anyWriter],
  ...wrapperNames.map((name): [string, CreateWriter] => [name, wrapperWriter]),
]);

const comma = 44;
const colon = 58;
const quoteMark = 34;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;

/** The writer of a type with a JSON form of its own, `undefined` for all others. */
export function wellKnownWriter(type: protobuf.Type, context: WriteContext): WriteValue | undefined {
  return writers.get(type.fullName)?.(type, context);
}

function timeWriter(
  type: protobuf.Type,
  write: (writer: JsonWriter, seconds: number, nanos: number) => boolean,
): WriteValue {
  const readSeconds = memberOf(type, 1);
  const readNanos = memberOf(type, 2);
  return (writer, value) => {
    // A Date has neither seconds nor nanos: it would pass for 1970.
    if (value instanceof Date) throw new WrongValue(value, "write { seconds, nanos }");
    const message = toObject(value);
    const isWritten = write(writer, toSafeInteger(readSeconds(message)), toSafeInteger(readNanos(message)));
    if (!isWritten) throw new WrongValue(value, "it is out of range");
  };
}

function fieldMaskWriter(type: protobuf.Type): WriteValue {
  const readPaths = memberOf(type, 1);
  return (writer, value) => {
    const paths = readPaths(toObject(value)) ?? [];
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string"))
      throw new WrongValue(value);
    const text = printFieldMask(paths);
    if (text === undefined) throw new WrongValue(value, "a path has no camelCase form");
    writeString(writer, text);
  };
}

function wrapperWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const field = type.fieldsById[1]!;
  const read = memberOf(type, 1);
  const write = context.element(field);
  const typeDefault: unknown = field.resolve().typeDefault;
  return (writer, value, depth) => write(writer, read(toObject(value)) ?? typeDefault, depth);
}

function structWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readFields = memberOf(type, 1);
  const writeValue = context.element(type.fieldsById[1]!);
  return (writer, value, depth) => {
    const fields = readFields(toObject(value)) ?? {};
    writer.put(openBrace);
    const start = writer.at;
    const write = (name: unknown, item: unknown): void => {
      if (writer.at !== start) writer.put(comma);
      writer.put(quoteMark);
      writeString(writer, name);
      writer.put(quoteMark);
      writer.put(colon);
      writeValue(writer, item, depth);
    };
    if (fields instanceof Map) for (const [name, item] of fields) write(name, item);
    else
      for (const name of Object.keys(toObject(fields)))
        write(name, (fields as Record<string, unknown>)[name]);
    writer.put(closeBrace);
  };
}

function listValueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readValues = memberOf(type, 1);
  const writeValue = context.element(type.fieldsById[1]!);
  return (writer, value, depth) => {
    const values = readValues(toObject(value)) ?? [];
    if (!Array.isArray(values)) throw new WrongValue(values);
    writer.put(openBracket);
    for (const [i, item] of values.entries()) {
      if (i > 0) writer.put(comma);
      writeValue(writer, item, depth);
    }
    writer.put(closeBracket);
  };
}

function valueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const kinds = new Map<string, { readonly id: number; readonly write: WriteValue }>();
  for (const field of type.fieldsArray) {
    const kind = { id: field.id, write: field.type === "double" ? writeFinite : context.element(field) };
    for (const name of namesOf(field)) kinds.set(name, kind);
  }
  return (writer, value, depth) => {
    // Each level of JSON is two messages. Objects that contain themselves have more than that.
    if (depth > 3 * maxDepth) throw new WrongValue(value, `it is nested deeper than ${maxDepth} levels`);
    let write: WriteValue = writeNull;
    let member: unknown;
    let id = 0;
    for (const name of value === undefined || value === null ? [] : Object.keys(toObject(value))) {
      const kind = kinds.get(name);
      const candidate = (value as Record<string, unknown>)[name];
      // Of several members of a oneof that are set, the last one counts, as in a binary message.
      if (kind === undefined || kind.id < id || candidate === undefined || candidate === null) continue;
      member = candidate;
      ({ write, id } = kind);
    }
    write(writer, member, depth);
  };
}

function writeNull(writer: JsonWriter): void {
  writer.putAscii("null");
}

function writeFinite(writer: JsonWriter, value: unknown): void {
  if (!Number.isFinite(value)) throw new WrongValue(value, "JSON has no such number");
  writeDouble(writer, value);
}

function anyWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readUrl = memberOf(type, 1);
  const readBytes = memberOf(type, 2);
  return (writer, value, depth) => {
    const any = toObject(value);
    const message: object = Object.hasOwn(any, "@type") ? type.decode(context.encodeAny(any)) : any;
    const url = readUrl(message) ?? "";
    if (url === "") {
      writer.putAscii("{}");
      return;
    }
    const content = typeof url === "string" ? context.resolveType(url) : undefined;
    if (content === undefined) throw new WrongValue(url, "no such message type is known");
    writer.putAscii('{"@type":"');
    writeString(writer, url);
    writer.put(quoteMark);
    if (isWellKnown(content)) writer.putAscii(',"value":');
    const start = writer.at;
    context.message(content).get()(writer, content.decode(toBuffer(readBytes(message) ?? [])), depth + 1);
    if (isWellKnown(content)) writer.put(closeBrace);
    else continueObject(writer, start);
  };
}

/** Make the object that was written at `start` go on with what stands before it: `{"a":1` and `{"b":2}`. */
function continueObject(writer: JsonWriter, start: number): void {
  if (writer.at > start + 2) writer.bytes[start] = comma;
  else {
    writer.at = start;
    writer.put(closeBrace);
  }
}

/**
 * Reads a member under any of its names. It is generated: an engine reads a property that it knows by name several
 * times as fast. What prototypes have are defaults, which in well-known types are worth nothing.
 */
function memberOf(type: protobuf.Type, id: number): (message: object) => unknown {
  const source = new FunctionSource();
  const values = namesOf(type.fieldsById[id]!.resolve()).map((name) => `message[${quote(name)}]`);
  source.line(`return (message) => ${values.join(" ?? ")};`);
  // The source returns a function of this type.
  return source.compile() as (message: object) => unknown;
}

function toObject(value: unknown): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new WrongValue(value);
  return value;
}
