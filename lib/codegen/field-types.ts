import protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import type { NameOf } from "./name-types.js";

/** The TypeScript types of fields. */
export interface FieldTypes {
  /** Of one value of the field, as code reads it. */
  read(field: protobuf.Field): string;
  /** Of one value of the field, as code may write it. */
  write(field: protobuf.Field): string;
  /** The declarations that the types which were asked for need. */
  aliases(): string[];
  needsLong(): boolean;
}

const int64Types = new Set(["int64", "uint64", "sint64", "fixed64", "sfixed64"]);

/** What may be written where more than one form is understood. */
const inputAliases: Readonly<Record<string, string>> = {
  BytesInput: "type BytesInput = Uint8Array | readonly number[] | string;",
  Int64Input:
    "type Int64Input = number | string | bigint | { readonly low: number; readonly high: number; readonly unsigned: boolean };",
};

export function createFieldTypes(representation: Representation, nameOf: NameOf): FieldTypes {
  const used = new Set<string>();
  const use = (type: string): string => {
    used.add(type);
    return type;
  };
  const readScalar = (type: string): string => {
    if (type === "string") return "string";
    if (type === "bool") return "boolean";
    if (type === "bytes") return bytesType(representation);
    return int64Types.has(type) ? use(longType(representation)) : "number";
  };
  const writeScalar = (type: string): string => {
    if (type === "string") return "string";
    if (type === "bool") return "boolean";
    if (type === "bytes") return use("BytesInput");
    return int64Types.has(type) ? use("Int64Input") : "number";
  };
  return {
    read(field) {
      const { resolvedType } = field.resolve();
      if (resolvedType === null) return readScalar(field.type);
      // A number that has no name comes as it is.
      if (resolvedType instanceof protobuf.Enum && representation.enums === String)
        return `${nameOf(resolvedType)} | number`;
      return nameOf(resolvedType);
    },
    write(field) {
      const { resolvedType } = field.resolve();
      if (resolvedType === null) return writeScalar(field.type);
      const name = nameOf(resolvedType);
      if (resolvedType instanceof protobuf.Type) return `${name}Input`;
      return representation.enums === String ? `${name} | number` : `${name} | keyof typeof ${name}`;
    },
    aliases: () => Object.entries(inputAliases).flatMap(([name, alias]) => (used.has(name) ? [alias] : [])),
    needsLong: () => used.has("Long"),
  };
}

function longType({ longs }: Representation): string {
  switch (longs) {
    case String:
      return "string";
    case Number:
      return "number";
    case BigInt:
      return "bigint";
    default:
      return "Long";
  }
}

function bytesType({ bytes }: Representation): string {
  if (bytes === String) return "string";
  return bytes === Array ? "number[]" : "Buffer";
}
