import type protobuf from "protobufjs";
import { printDuration } from "./duration.js";
import { printFieldMask } from "./field-mask.js";
import { namesOf } from "./field-names.js";
import { maxDepth } from "./json-reader.js";
import { createTimestampPrinter } from "./timestamp.js";
import { isWellKnown, wrapperNames } from "./well-known.js";
import {
  quoteString,
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
  message(type: protobuf.Type): WriteValue;
  /** The type that the URL of an Any names. */
  resolveType(typeUrl: string): protobuf.Type | undefined;
  /** An Any that is given as ProtoJSON → its bytes. */
  encodeAny(detail: object): Uint8Array;
}

type CreateWriter = (type: protobuf.Type, context: WriteContext) => WriteValue;

const writers: ReadonlyMap<string, CreateWriter> = new Map<string, CreateWriter>([
  [".google.protobuf.Timestamp", (type) => timeWriter(type, createTimestampPrinter())],
  [".google.protobuf.Duration", (type) => timeWriter(type, printDuration)],
  [".google.protobuf.FieldMask", fieldMaskWriter],
  [".google.protobuf.Struct", structWriter],
  [".google.protobuf.Value", valueWriter],
  [".google.protobuf.ListValue", listValueWriter],
  [".google.protobuf.Any", anyWriter],
  ...wrapperNames.map((name): [string, CreateWriter] => [name, wrapperWriter]),
]);

/** The writer of a type with a JSON form of its own, `undefined` for all others. */
export function wellKnownWriter(type: protobuf.Type, context: WriteContext): WriteValue | undefined {
  return writers.get(type.fullName)?.(type, context);
}

function timeWriter(
  type: protobuf.Type,
  print: (seconds: number, nanos: number) => string | undefined,
): WriteValue {
  const readSeconds = memberOf(type, 1);
  const readNanos = memberOf(type, 2);
  return (value) => {
    // A Date has neither seconds nor nanos: it would pass for 1970.
    if (value instanceof Date) throw new WrongValue(value, "write { seconds, nanos }");
    const message = toObject(value);
    const text = print(toSafeInteger(readSeconds(message)), toSafeInteger(readNanos(message)));
    if (text === undefined) throw new WrongValue(value, "it is out of range");
    return text;
  };
}

function fieldMaskWriter(type: protobuf.Type): WriteValue {
  const readPaths = memberOf(type, 1);
  return (value) => {
    const paths = readPaths(toObject(value)) ?? [];
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string"))
      throw new WrongValue(value);
    const text = printFieldMask(paths);
    if (text === undefined) throw new WrongValue(value, "a path has no camelCase form");
    return writeString(text);
  };
}

function wrapperWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const field = type.fieldsById[1]!;
  const read = memberOf(type, 1);
  const write = context.element(field);
  const typeDefault: unknown = field.resolve().typeDefault;
  return (value, depth) => write(read(toObject(value)) ?? typeDefault, depth);
}

function structWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readFields = memberOf(type, 1);
  const writeValue = context.element(type.fieldsById[1]!);
  return (value, depth) => {
    const fields = readFields(toObject(value)) ?? {};
    let json = "";
    const write = (name: string, item: unknown): void => {
      json += `${json === "" ? "" : ","}${quoteString(name)}:${writeValue(item, depth)}`;
    };
    if (fields instanceof Map) for (const [name, item] of fields) write(name, item);
    else
      for (const name of Object.keys(toObject(fields)))
        write(name, (fields as Record<string, unknown>)[name]);
    return `{${json}}`;
  };
}

function listValueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readValues = memberOf(type, 1);
  const writeValue = context.element(type.fieldsById[1]!);
  return (value, depth) => {
    const values = readValues(toObject(value)) ?? [];
    if (!Array.isArray(values)) throw new WrongValue(values);
    let json = "";
    for (const item of values) json += (json === "" ? "" : ",") + writeValue(item, depth);
    return `[${json}]`;
  };
}

function valueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const kinds = new Map<string, { readonly id: number; readonly write: WriteValue }>();
  for (const field of type.fieldsArray) {
    const kind = { id: field.id, write: field.type === "double" ? writeFinite : context.element(field) };
    for (const name of namesOf(field)) kinds.set(name, kind);
  }
  return (value, depth) => {
    if (value === undefined || value === null) return "null";
    // Each level of JSON is two messages. Objects that contain themselves have more than that.
    if (depth > 3 * maxDepth) throw new WrongValue(value, `it is nested deeper than ${maxDepth} levels`);
    let write: WriteValue | undefined;
    let member: unknown;
    let id = 0;
    for (const name of Object.keys(toObject(value))) {
      const kind = kinds.get(name);
      const candidate = (value as Record<string, unknown>)[name];
      // Of several members of a oneof that are set, the last one counts, as in a binary message.
      if (kind === undefined || kind.id < id || candidate === undefined || candidate === null) continue;
      member = candidate;
      ({ write, id } = kind);
    }
    return write === undefined ? "null" : write(member, depth);
  };
}

function writeFinite(value: unknown): string {
  if (!Number.isFinite(value)) throw new WrongValue(value, "JSON has no such number");
  return writeDouble(value);
}

function anyWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readUrl = memberOf(type, 1);
  const readBytes = memberOf(type, 2);
  return (value, depth) => {
    const any = toObject(value);
    const message: object = Object.hasOwn(any, "@type") ? type.decode(context.encodeAny(any)) : any;
    const url = readUrl(message) ?? "";
    const bytes = readBytes(message) ?? [];
    if (url === "") return "{}";
    const content = typeof url === "string" ? context.resolveType(url) : undefined;
    if (typeof url !== "string" || content === undefined)
      throw new WrongValue(url, "no such message type is known");
    const json = context.message(content)(content.decode(toBuffer(bytes)), depth + 1);
    const head = `{"@type":${quoteString(url)}`;
    if (isWellKnown(content)) return `${head},"value":${json}}`;
    return json === "{}" ? `${head}}` : `${head},${json.slice(1)}`;
  };
}

/** What a member is, under any of its names; defaults of prototypes do not count. */
function memberOf(type: protobuf.Type, id: number): (message: object) => unknown {
  const names = namesOf(type.fieldsById[id]!.resolve());
  return (message) => {
    for (const name of names)
      if (Object.hasOwn(message, name)) return (message as Record<string, unknown>)[name];
    return undefined;
  };
}

function toObject(value: unknown): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new WrongValue(value);
  return value;
}
