import protobuf from "protobufjs";
import { compileEncoder, compileFieldEncoder, type EncoderContext } from "./compile-encoder.js";
import { enumNames } from "./enum-names.js";
import { type IntegerRange, integerRanges } from "./number-text.js";
import { isWrittenAsString } from "./well-known.js";
import {
  digitsWriter,
  jsonWriter,
  quoteString,
  type Writer,
  type WriteValue,
  WrongValue,
  writeBool,
  writeBytes,
  writeDouble,
  writeFloat,
  writeInt32,
  writeString,
  writeUint32,
} from "./write-scalar.js";
import { type WriteContext, wellKnownWriter } from "./write-well-known.js";

/** The switches that change what is written. */
export interface EncodeSwitches {
  readonly emitDefaults: boolean;
  readonly protoFieldNames: boolean;
  readonly enumsAsIntegers: boolean;
  readonly int64AsNumbers: boolean;
  readonly removeEnumPrefix: boolean;
}

/** The writers of all types for one set of switches; each is compiled when it is first called. */
export interface Encoders {
  message(type: protobuf.Type): WriteValue;
  /** The whole field; what is not set is written as the field's default or `null`. */
  field(field: protobuf.Field): WriteValue;
  /** The field's value, one element if it is repeated, one entry's value if it is a map. */
  element(field: protobuf.Field): WriteValue;
}

/** What writing an Any needs. */
export type AnyContext = Pick<WriteContext, "resolveType" | "encodeAny">;

export function createEncoders(switches: EncodeSwitches, anyContext: AnyContext): Encoders {
  const slots = new Map<protobuf.Type, Writer>();
  const scalars = new Map<unknown, Writer>();

  function slot(type: protobuf.Type): Writer {
    let found = slots.get(type);
    if (found === undefined) {
      found = {
        isQuoted: isWrittenAsString(type),
        write(value, depth) {
          this.write = wellKnownWriter(type, writeContext) ?? compileEncoder(type, compileContext);
          return this.write(value, depth);
        },
      };
      slots.set(type, found);
    }
    return found;
  }

  function scalarWriter(field: protobuf.Field): Writer {
    const { resolvedType } = field.resolve();
    const key = resolvedType ?? field.type;
    let writer = scalars.get(key);
    if (writer === undefined) {
      writer =
        resolvedType instanceof protobuf.Enum
          ? enumWriter(resolvedType, switches)
          : basicWriter(field.type, switches);
      scalars.set(key, writer);
    }
    return writer;
  }

  function element(field: protobuf.Field): WriteValue {
    const { resolvedType } = field.resolve();
    if (!(resolvedType instanceof protobuf.Type)) return jsonWriter(scalarWriter(field));
    const write = jsonWriter(slot(resolvedType));
    return (value, depth) => write(value, depth + 1);
  }

  const message = (type: protobuf.Type) => jsonWriter(slot(type));
  const compileContext: EncoderContext = { ...switches, scalarWriter, slot, keyWriter };
  const writeContext: WriteContext = { ...anyContext, element, message };
  return { message, element, field: (field) => compileFieldEncoder(field, compileContext) };
}

function basicWriter(type: string, switches: EncodeSwitches): Writer {
  switch (type) {
    case "string":
      return { write: writeString, isQuoted: true };
    case "bool":
      return { write: writeBool, isQuoted: false };
    case "double":
      return { write: writeDouble, isQuoted: false };
    case "float":
      return { write: writeFloat, isQuoted: false };
    case "bytes":
      return { write: writeBytes, isQuoted: true };
  }
  const range = integerRanges.get(type)!;
  if (range.is64) return { write: digitsWriter(range), isQuoted: !switches.int64AsNumbers };
  return { write: range.isUnsigned ? writeUint32 : writeInt32, isQuoted: false };
}

function enumWriter(type: protobuf.Enum, switches: EncodeSwitches): Writer {
  if (type.fullName === ".google.protobuf.NullValue") return { write: () => "null", isQuoted: false };
  const { byNumber, find } = enumNames(type, switches);
  const texts = new Map<unknown, string>();
  for (const [number, name] of byNumber)
    texts.set(number, switches.enumsAsIntegers ? String(number) : quoteString(name));
  for (const [name, number] of Object.entries(type.values)) texts.set(name, texts.get(number)!);
  function write(value: unknown): string {
    const text = texts.get(value);
    if (text !== undefined) return text;
    if (typeof value === "number") return writeInt32(value);
    const number = typeof value === "string" ? find(value) : undefined;
    if (number === undefined) throw new WrongValue(value);
    return texts.get(number)!;
  }
  return { write, isQuoted: false };
}

/** The name that an entry of a map has in JSON, without its quotes. */
function keyWriter(field: protobuf.MapField): (key: unknown) => string {
  const { keyType } = field;
  if (keyType === "string") return (key) => writeString(key);
  if (keyType === "bool") return boolKey;
  const range = integerRanges.get(keyType)!;
  const write = digitsWriter(range);
  return range.is64 ? (key) => write(unhash(key, range), 0) : (key) => write(key, 0);
}

function boolKey(key: unknown): string {
  if (key === true || key === "true") return "true";
  if (key === false || key === "false") return "false";
  throw new WrongValue(key);
}

/** In messages that protobufjs decoded, 64-bit keys are the eight bytes of the number as text. */
function unhash(key: unknown, { isUnsigned }: IntegerRange): unknown {
  return typeof key === "string" ? protobuf.util.longFromKey(key, isUnsigned) : key;
}
