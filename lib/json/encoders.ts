import protobuf from "protobufjs";
import { compileEncoder, compileFieldEncoder, type EncoderContext } from "./compile-encoder.js";
import { enumNames } from "./enum-names.js";
import { type IntegerRange, integerRanges } from "./number-text.js";
import {
  int64Writer,
  integerDigits,
  quoteString,
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
import { type WriteContext, type WriterSlot, wellKnownWriter } from "./write-well-known.js";

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
  message(type: protobuf.Type): WriterSlot;
  /** The whole field; what is not set is written as the field's default or `null`. */
  field(field: protobuf.Field): WriteValue;
  /** The field's value, one element if it is repeated, one entry's value if it is a map. */
  element(field: protobuf.Field): WriteValue;
}

/** What writing an Any needs. */
export type AnyContext = Pick<WriteContext, "resolveType" | "encodeAny">;

export function createEncoders(switches: EncodeSwitches, anyContext: AnyContext): Encoders {
  const slots = new Map<protobuf.Type, WriterSlot>();
  const scalars = new Map<unknown, WriteValue>();

  function slot(type: protobuf.Type): WriterSlot {
    let found = slots.get(type);
    if (found === undefined) {
      found = {
        write(value, depth) {
          this.write = wellKnownWriter(type, writeContext) ?? compileEncoder(type, compileContext);
          return this.write(value, depth);
        },
      };
      slots.set(type, found);
    }
    return found;
  }

  function scalarWriter(field: protobuf.Field): WriteValue {
    const { resolvedType } = field.resolve();
    const key = resolvedType ?? field.type;
    let write = scalars.get(key);
    if (write === undefined) {
      write =
        resolvedType instanceof protobuf.Enum
          ? enumWriter(resolvedType, switches)
          : basicWriter(field.type, switches.int64AsNumbers);
      scalars.set(key, write);
    }
    return write;
  }

  function element(field: protobuf.Field): WriteValue {
    const { resolvedType } = field.resolve();
    if (!(resolvedType instanceof protobuf.Type)) return scalarWriter(field);
    const target = slot(resolvedType);
    return (value, depth) => target.write(value, depth + 1);
  }

  const compileContext: EncoderContext = { ...switches, scalarWriter, slot, keyWriter };
  const writeContext: WriteContext = { ...anyContext, element, slot };
  return { message: slot, element, field: (field) => compileFieldEncoder(field, compileContext) };
}

function basicWriter(type: string, int64AsNumbers: boolean): WriteValue {
  switch (type) {
    case "string":
      return writeString;
    case "bool":
      return writeBool;
    case "double":
      return writeDouble;
    case "float":
      return writeFloat;
    case "bytes":
      return writeBytes;
  }
  const range = integerRanges.get(type)!;
  if (range.is64) return int64Writer(range, int64AsNumbers);
  return range.isUnsigned ? writeUint32 : writeInt32;
}

function enumWriter(type: protobuf.Enum, switches: EncodeSwitches): WriteValue {
  if (type.fullName === ".google.protobuf.NullValue") return () => "null";
  const { byNumber, find } = enumNames(type, switches);
  const texts = new Map<unknown, string>();
  for (const [number, name] of byNumber) texts.set(number, switches.enumsAsIntegers ? String(number) : quoteString(name));
  for (const [name, number] of Object.entries(type.values)) texts.set(name, texts.get(number)!);
  return (value) => {
    const text = texts.get(value);
    if (text !== undefined) return text;
    if (typeof value === "number") return writeInt32(value);
    const number = typeof value === "string" ? find(value) : undefined;
    if (number === undefined) throw new WrongValue(value);
    return texts.get(number)!;
  };
}

/** A key of a map as a JSON string. */
function keyWriter(field: protobuf.MapField): (key: unknown) => string {
  const { keyType } = field;
  if (keyType === "string") return (key) => writeString(key);
  if (keyType === "bool") return (key) => `"${boolKey(key)}"`;
  const range = integerRanges.get(keyType)!;
  return (key) => `"${integerDigits(range.is64 ? unhash(key, range) : key, range)}"`;
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
