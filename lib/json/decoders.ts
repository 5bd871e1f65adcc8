import protobuf from "protobufjs";
import { enumValuesOf } from "../schema/enum-values.js";
import type { Representation } from "../schema/representation.js";
import { decodeBase64, readBase64 } from "./base64.js";
import { compileDecoder, compileFieldDecoder } from "./compile-decoder.js";
import { compileNameFinder } from "./compile-name-finder.js";
import { enumNames } from "./enum-names.js";
import type { DecoderContext } from "./field-reader.js";
import { bytesForm, enumForm, longForm, wireRepresentation } from "./handler-form.js";
import type { JsonReader } from "./json-reader.js";
import { KeyCache } from "./key-cache.js";
import { LazyFunction } from "./lazy-function.js";
import { integerRanges, isPlainInteger, parseInteger, withoutLeadingZeros } from "./number-text.js";
import {
  type ReadScalar,
  readBool,
  readDouble,
  readFloat,
  readInt32,
  readInt64,
  readString,
  readUint32,
  readUint64,
} from "./read-scalar.js";
import type { LazyReader, ReadContext, ReadValue } from "./read-value.js";
import { wellKnownReader } from "./read-well-known.js";
import type { ResolveType } from "./resolve-type.js";

/** The switches that change what is read. */
export interface DecodeSwitches {
  readonly ignoreUnknownFields: boolean;
  readonly caseInsensitiveEnums: boolean;
  readonly caseInsensitiveFieldNames: boolean;
  readonly removeEnumPrefix: boolean;
  readonly snakeCaseFieldMasks: boolean;
}

/** The readers of all types for one representation and one set of switches; each is compiled when it is first called. */
export interface Decoders {
  message(type: protobuf.Type): LazyReader;
  /** The whole field; `null` gives what the field has when it is not set. */
  field(field: protobuf.Field): ReadValue;
  /** The field's value, one element if it is repeated, one entry's value if it is a map. */
  element(field: protobuf.Field): ReadValue;
  /** The same for the form that `Type.encode` takes. */
  readonly wire: Decoders;
}

export function createDecoders(
  representation: Representation,
  switches: DecodeSwitches,
  resolveType: ResolveType,
): Decoders {
  const messages = new Map<protobuf.Type, LazyReader>();
  const scalars = new Map<unknown, ReadValue>();
  let wire: Decoders | undefined;

  function message(type: protobuf.Type): LazyReader {
    const known = messages.get(type);
    if (known !== undefined) return known;
    const reader = new LazyFunction(
      () => wellKnownReader(type, readContext) ?? compileDecoder(type, compileContext),
    );
    messages.set(type, reader);
    return reader;
  }

  function scalarReader(field: protobuf.Field): ReadValue {
    const { resolvedType } = field.resolve();
    const key = resolvedType ?? field.type;
    let read = scalars.get(key);
    if (read === undefined) {
      read =
        resolvedType instanceof protobuf.Enum
          ? enumReader(resolvedType, representation, switches)
          : basicReader(field.type, representation);
      scalars.set(key, read);
    }
    return read;
  }

  function element(field: protobuf.Field): ReadValue {
    const { resolvedType } = field.resolve();
    if (!(resolvedType instanceof protobuf.Type)) return scalarReader(field);
    const target = message(resolvedType);
    return (reader, whenNull) => target.get()(reader, whenNull);
  }

  const decoders: Decoders = {
    message,
    element,
    field: (field) => compileFieldDecoder(field, compileContext),
    get wire() {
      if (representation === wireRepresentation) return decoders;
      wire ??= createDecoders(wireRepresentation, switches, resolveType);
      return wire;
    },
  };
  const compileContext: DecoderContext = {
    representation,
    ...switches,
    scalarReader,
    messageReader: message,
    keyReader,
  };
  const readContext: ReadContext = {
    representation,
    ignoreUnknownFields: switches.ignoreUnknownFields,
    snakeCaseFieldMasks: switches.snakeCaseFieldMasks,
    element,
    resolveType,
    wireReader: (type) => decoders.wire.message(type),
  };
  return decoders;
}

function basicReader(type: string, representation: Representation): ReadValue {
  switch (type) {
    case "string":
      return readString;
    case "bool":
      return readBool;
    case "double":
      return readDouble;
    case "float":
      return readFloat;
    case "bytes":
      return bytesReader(representation);
  }
  const { is64, isUnsigned } = integerRanges.get(type)!;
  if (!is64) return isUnsigned ? readUint32 : readInt32;
  const readDigits: ReadScalar<unknown> = isUnsigned ? readUint64 : readInt64;
  if (representation.longs === String) return readDigits;
  const toLong = longForm(representation, isUnsigned);
  return (reader, whenNull) => {
    const digits = readDigits(reader, undefined);
    return digits === undefined ? whenNull : toLong(digits as string);
  };
}

function bytesReader(representation: Representation): ReadValue {
  const toBytes = bytesForm(representation);
  return (reader, whenNull) => {
    const { at } = reader;
    const end = reader.endOfString();
    if (end === -1 && reader.takeNull()) return whenNull;
    const bytes = end === -1 ? decodeBase64(reader.readString()) : readBase64(reader, at + 1, end);
    if (bytes === undefined) return reader.failValue(at);
    if (end !== -1) reader.at = end + 1;
    return toBytes(bytes);
  };
}

/** Reads names and numbers; an unknown name under `ignoreUnknownFields` is read as if it were `null`. */
function enumReader(
  type: protobuf.Enum,
  representation: Representation,
  switches: DecodeSwitches,
): ReadValue {
  const names = enumNames(type, switches);
  const values = [...names.byName.values()].map(enumForm(representation, type));
  const findName = compileNameFinder(new Map([...names.byName.keys()].map((name, i) => [name, i])));
  const readSlowly = slowEnumReader(type, representation, switches);
  return (reader, whenNull) => {
    const end = reader.endOfString();
    const found = end === -1 ? -1 : findName(reader.text, reader.at + 1, end);
    if (found === -1) return readSlowly(reader, whenNull);
    reader.at = end + 1;
    return values[found];
  };
}

/** Reads what is not simply the name of a value. */
function slowEnumReader(
  type: protobuf.Enum,
  representation: Representation,
  switches: DecodeSwitches,
): ReadValue {
  const { find } = enumNames(type, switches);
  const toForm = enumForm(representation, type);
  const { isOpen } = enumValuesOf(type);
  const isNullValue = type.fullName === ".google.protobuf.NullValue";
  return (reader, whenNull) => {
    const { at } = reader;
    if (reader.chars[at] === 34) {
      const number = find(reader.readString());
      if (number !== undefined) return toForm(number);
      return switches.ignoreUnknownFields ? whenNull : reader.failValue(at);
    }
    if (reader.takeNull()) return isNullValue ? toForm(0) : whenNull;
    const number = readInt32(reader, 0);
    if (!isOpen && type.valuesById[number] === undefined) reader.failValue(at);
    return toForm(number);
  };
}

/** Reads the name of a map's entry and gives the property name that handlers see: digits without sugar, a valid string. */
function keyReader(field: protobuf.MapField): (reader: JsonReader) => string {
  if (field.keyType === "string") {
    const keys = new KeyCache();
    return (reader) => keys.read(reader);
  }
  const range = integerRanges.get(field.keyType);
  if (range === undefined) {
    return (reader) => {
      const { at } = reader;
      return parseKey(field.keyType, reader.readString()) ?? reader.fail("key", at);
    };
  }
  const plainLength = range.is64 ? 18 : 9;
  return (reader) => {
    const { text, chars, at } = reader;
    const end = reader.endOfString();
    if (end !== -1 && end - at - 1 <= plainLength && isPlainInteger(chars, at + 1, end)) {
      reader.at = end + 1;
      return text.slice(at + 1, end);
    }
    return parseKey(field.keyType, reader.readString()) ?? reader.fail("key", at);
  };
}

/**
 * The property name that a map has for a key, `undefined` if its type has no such key.
 *
 *     parseKey("int32", "07")    // "7"
 *     parseKey("bool", "yes")    // undefined
 */
export function parseKey(keyType: string, text: string): string | undefined {
  if (keyType === "string") return text;
  if (keyType === "bool") return text === "true" || text === "false" ? text : undefined;
  return /^-?[0-9]+$/.test(text)
    ? parseInteger(withoutLeadingZeros(text), integerRanges.get(keyType)!)
    : undefined;
}
