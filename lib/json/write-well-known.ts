import type protobuf from "protobufjs";
import { printDuration } from "./duration.js";
import { printFieldMask } from "./field-mask.js";
import { isWellKnown } from "./read-well-known.js";
import { createTimestampPrinter } from "./timestamp.js";
import { quoteString, toBuffer, toSafeInteger, type WriteValue, WrongValue, writeString } from "./write-scalar.js";

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
  ...["Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes"].map(
    (name): [string, CreateWriter] => [`.google.protobuf.${name}Value`, wrapperWriter],
  ),
]);

/** Whether the JSON of a type is a string, of which its writer writes what stands between the quotes. */
export function isQuoted(type: protobuf.Type): boolean {
  return [".google.protobuf.Timestamp", ".google.protobuf.Duration", ".google.protobuf.FieldMask"].includes(type.fullName);
}

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
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string")) throw new WrongValue(value);
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
    let text = "";
    for (const [name, item] of entries(readFields(toObject(value)))) {
      text += `${text === "" ? "" : ","}${quoteString(name)}:${writeValue(item, depth)}`;
    }
    return `{${text}}`;
  };
}

function entries(value: unknown): Iterable<[string, unknown]> {
  if (value === undefined || value === null) return [];
  return value instanceof Map ? value : Object.entries(toObject(value));
}

function listValueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readValues = memberOf(type, 1);
  const writeValue = context.element(type.fieldsById[1]!);
  return (value, depth) => {
    const values = readValues(toObject(value)) ?? [];
    if (!Array.isArray(values)) throw new WrongValue(values);
    return `[${values.map((item) => writeValue(item, depth)).join()}]`;
  };
}

function valueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const kinds = [6, 5, 4, 3, 2].map((id) => ({
    read: memberOf(type, id),
    write: context.element(type.fieldsById[id]!),
    isNumber: id === 2,
  }));
  return (value, depth) => {
    if (value === undefined || value === null) return "null";
    const message = toObject(value);
    for (const { read, write, isNumber } of kinds) {
      const member = read(message);
      if (member === undefined || member === null) continue;
      if (isNumber && !Number.isFinite(member)) throw new WrongValue(member, "JSON has no such number");
      return write(member, depth);
    }
    return "null";
  };
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
    if (typeof url !== "string" || content === undefined) throw new WrongValue(url, "no such message type is known");
    const json = context.message(content)(content.decode(toBuffer(bytes)), depth + 1);
    const head = `{"@type":${quoteString(url)}`;
    if (isWellKnown(content)) return `${head},"value":${json}}`;
    return json === "{}" ? `${head}}` : `${head},${json.slice(1)}`;
  };
}

/** What a member is, under its name in handlers, in JSON or in the `.proto` file; defaults of prototypes do not count. */
function memberOf(type: protobuf.Type, id: number): (message: object) => unknown {
  const { name, jsonName = name, protoName = name } = type.fieldsById[id]!.resolve();
  return (message) => {
    for (const key of [name, jsonName, protoName]) {
      if (Object.hasOwn(message, key)) return (message as Record<string, unknown>)[key];
    }
    return undefined;
  };
}

function toObject(value: unknown): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new WrongValue(value);
  return value;
}
