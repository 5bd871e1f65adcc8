import protobuf from "protobufjs";
import { enumValuesOf } from "../schema/enum-values.js";
import { isWrittenAsString } from "../schema/well-known.js";
import { toEnum } from "../schema/wire-values.js";
import { compileEncoder, compileFieldEncoder } from "./compile-encoder.js";
import { enumNames } from "./enum-names.js";
import type { EncoderContext } from "./field-writer.js";
import { LazyFunction } from "./lazy-function.js";
import { integerRanges } from "./number-text.js";
import {
  digitsWriter,
  jsonWriter,
  type LazyWriter,
  type ValueWriter,
  type WriteValue,
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
  message(type: protobuf.Type): LazyWriter;
  /** The whole field; what is not set is written as the field's default or `null`. */
  field(field: protobuf.Field): WriteValue;
  /** The field's value, one element if it is repeated, one entry's value if it is a map. */
  element(field: protobuf.Field): WriteValue;
}

/** What writing an Any needs. */
export type AnyContext = Pick<WriteContext, "resolveType" | "encodeAny">;

export function createEncoders(switches: EncodeSwitches, anyContext: AnyContext): Encoders {
  const inner = new Map<protobuf.Type, LazyWriter>();
  const scalars = new Map<unknown, ValueWriter>();

  /** What stands between the quotes of types that are written as strings. */
  function innerWriter(type: protobuf.Type): LazyWriter {
    const known = inner.get(type);
    if (known !== undefined) return known;
    const writer = new LazyFunction(
      () => wellKnownWriter(type, writeContext) ?? compileEncoder(type, compileContext),
    );
    inner.set(type, writer);
    return writer;
  }

  function message(type: protobuf.Type): LazyWriter {
    const writer = innerWriter(type);
    if (!isWrittenAsString(type)) return writer;
    return new LazyFunction(() => jsonWriter({ write: writer.get(), isQuoted: true }));
  }

  function scalarWriter(field: protobuf.Field): ValueWriter {
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
    const writer = message(resolvedType);
    return (target, at, value, depth) => writer.get()(target, at, value, depth + 1);
  }

  const compileContext: EncoderContext = { ...switches, scalarWriter, messageWriter: innerWriter };
  const writeContext: WriteContext = { ...anyContext, element, message };
  return { message, element, field: (field) => compileFieldEncoder(field, compileContext) };
}

function basicWriter(type: string, switches: EncodeSwitches): ValueWriter {
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

function enumWriter(type: protobuf.Enum, switches: EncodeSwitches): ValueWriter {
  const values = enumValuesOf(type);
  if (type.fullName === ".google.protobuf.NullValue") {
    // Other numbers are written alike, but are set.
    const [unset, other] = [Buffer.from("null"), Buffer.from("null")] as const;
    const textOf = (value: unknown) => (toEnum(value, values) === 0 ? unset : other);
    return {
      write: (writer, at, value) => writer.putBytes(at, textOf(value)),
      isQuoted: false,
      enumText: { of: textOf, unset },
    };
  }
  const { byNumber, find } = enumNames(type, switches);
  const texts = new Map<unknown, Buffer>();
  for (const [number, name] of byNumber) {
    texts.set(number, Buffer.from(switches.enumsAsIntegers ? String(number) : asciiJson(name)));
  }
  for (const [name, number] of Object.entries(type.values)) texts.set(name, texts.get(number)!);
  function textOf(value: unknown): Buffer {
    const text = texts.get(value) ?? texts.get(typeof value === "string" ? find(value) : undefined);
    // Numbers without a name are kept.
    return text ?? Buffer.from(String(toEnum(value, values)));
  }
  return {
    write: (writer, at, value) => writer.putBytes(at, textOf(value)),
    isQuoted: false,
    enumText: { of: textOf, unset: texts.get(Object.values(type.values)[0]) },
  };
}

/** A JSON string of ASCII characters. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
