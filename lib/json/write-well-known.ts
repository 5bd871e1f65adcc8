import type protobuf from "protobufjs";
import { answerNames } from "../schema/field-names.js";
import { qualifiedName } from "../schema/walk.js";
import { isWellKnown, wrapperNames } from "../schema/well-known.js";
import { hasOwnFields, keysOf, toList, toText, WrongValue } from "../schema/wire-values.js";
import { writeDuration } from "./duration.js";
import { entriesByText } from "./entries-by-text.js";
import { printFieldMask } from "./field-mask.js";
import { FunctionSource, quote } from "./generated-function.js";
import { maxDepth } from "./json-reader.js";
import type { JsonWriter } from "./json-writer.js";
import { createTimestampWriter, type WriteTime } from "./timestamp.js";
import {
  type LazyWriter,
  toBuffer,
  toSafeInteger,
  type WriteValue,
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

/** The writer of a type with a JSON form of its own, `undefined` for all others. */
export function wellKnownWriter(type: protobuf.Type, context: WriteContext): WriteValue | undefined {
  return writers.get(type.fullName)?.(type, context);
}

function timeWriter(type: protobuf.Type, write: WriteTime): WriteValue {
  const source = new FunctionSource();
  const check = `${source.constant(hasOwnFields)}(time, 0);`;
  const toInteger = source.constant(toSafeInteger);
  source.line("return (w, at, time) => {");
  source.line(`if (typeof time !== "object" || time === null) ${check}`);
  source.line(`const seconds = ${memberOf(type, 1, "time")}, nanos = ${memberOf(type, 2, "time")};`);
  source.line(`if (Object.getPrototypeOf(time) !== Object.prototype) ${check}`);
  source.line(`const end = ${source.constant(write)}(w, at, ${toInteger}(seconds), ${toInteger}(nanos));`);
  source.line(`return end === undefined ? ${source.constant(refuseTime)}(time) : end;`);
  source.line("};");
  // The source returns a function of this type.
  return source.compile() as WriteValue;
}

function refuseTime(time: unknown): never {
  throw new WrongValue(time, "it is out of range");
}

function fieldMaskWriter(type: protobuf.Type): WriteValue {
  const readPaths = memberReader(type, 1);
  return (writer, at, value) => {
    const paths = toList(readPaths(toObject(value)) ?? []);
    const text = printFieldMask(paths.map((path) => (typeof path === "string" ? path : toText(path))));
    if (text === undefined) throw new WrongValue(value, "a path has no camelCase form");
    return writeString(writer, at, text);
  };
}

function wrapperWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const field = type.fieldsById[1]!;
  const read = memberReader(type, 1);
  const write = context.element(field);
  const typeDefault: unknown = field.resolve().typeDefault;
  return (writer, at, value, depth) => write(writer, at, read(toObject(value)) ?? typeDefault, depth);
}

function structWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readFields = memberReader(type, 1);
  const writeValue = context.element(type.fieldsById[1]!);
  return (writer, at, value, depth) => {
    const fields = readFields(toObject(value)) ?? {};
    keysOf(fields);
    const entries = fields instanceof Map ? fields : new Map(Object.entries(fields));
    let end = at;
    for (const [name, item] of entriesByText(entries, "string")) {
      end = writer.putAscii(end, ',"');
      end = writeString(writer, end, name);
      end = writer.putAscii(end, '":');
      end = writeValue(writer, end, item, depth);
    }
    return writer.closeObject(at, end);
  };
}

function listValueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readValues = memberReader(type, 1);
  const writeValue = context.element(type.fieldsById[1]!);
  return (writer, at, value, depth) => {
    const values = toList(readValues(toObject(value)) ?? []);
    let end = writer.putAscii(at, "[");
    for (const [i, item] of values.entries()) {
      if (i > 0) end = writer.putAscii(end, ",");
      end = writeValue(writer, end, item, depth);
    }
    return writer.putAscii(end, "]");
  };
}

function valueWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const kinds = new Map<string, { readonly id: number; readonly write: WriteValue }>();
  for (const [field, names] of answerNames(type)) {
    const kind = { id: field.id, write: field.type === "double" ? writeFinite : context.element(field) };
    for (const name of names) kinds.set(name, kind);
  }
  return (writer, at, value, depth) => {
    if (depth > maxDepth) throw new WrongValue(value, `it is nested deeper than ${maxDepth} levels`);
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
    return write(writer, at, member, depth);
  };
}

function writeNull(writer: JsonWriter, at: number): number {
  return writer.putAscii(at, "null");
}

function writeFinite(writer: JsonWriter, at: number, value: unknown): number {
  if (!Number.isFinite(value)) throw new WrongValue(value, "JSON has no such number");
  return writeDouble(writer, at, value);
}

function anyWriter(type: protobuf.Type, context: WriteContext): WriteValue {
  const readUrl = memberReader(type, 1);
  const readBytes = memberReader(type, 2);
  return (writer, at, value, depth) => {
    const any = toObject(value);
    const message: object = Object.hasOwn(any, "@type") ? type.decode(context.encodeAny(any)) : any;
    const url = readUrl(message) ?? "";
    const bytes = toBuffer(readBytes(message) ?? []);
    if (url === "" && bytes.length === 0) return writer.putAscii(at, "{}");
    const content = typeof url === "string" ? context.resolveType(url) : undefined;
    if (content === undefined) throw new WrongValue(url, "no such message type is known");
    const head = writer.putAscii(writeString(writer, writer.putAscii(at, '{"@type":"'), url), '"');
    const inner = decodeContent(content, bytes);
    const { isDecoded } = writer;
    writer.isDecoded = true;
    const start = isWellKnown(content) ? writer.putAscii(head, ',"value":') : head;
    const end = context.message(content).get()(writer, start, inner, depth + 1);
    writer.isDecoded = isDecoded;
    if (start > head) return writer.putAscii(end, "}");
    // `{"@type":"a"` and `{"b":1}` are one object.
    if (end === head + 2) return writer.putAscii(head, "}");
    writer.putAscii(head, ",");
    return end;
  };
}

function decodeContent(type: protobuf.Type, bytes: Buffer): protobuf.Message {
  try {
    return type.decode(bytes);
  } catch {
    throw new WrongValue(bytes, `these are no bytes of ${qualifiedName(type)}`);
  }
}

/**
 * Reads a member under any of its names. It is generated: an engine reads a property that it knows by name several
 * times as fast.
 */
function memberReader(type: protobuf.Type, id: number): (message: object) => unknown {
  const source = new FunctionSource();
  source.line(`return (message) => ${memberOf(type, id, "message")};`);
  // The source returns a function of this type.
  return source.compile() as (message: object) => unknown;
}

/** An expression for a member of a message. What prototypes have are defaults, which in well-known types are worth nothing. */
function memberOf(type: protobuf.Type, id: number, message: string): string {
  const names = answerNames(type).get(type.fieldsById[id]!) ?? [];
  return `(${names.map((name) => `${message}[${quote(name)}]`).join(" ?? ")})`;
}

function toObject(value: unknown): object {
  hasOwnFields(value, 0);
  // It would have been refused.
  return value as object;
}
