import protobuf from "protobufjs";
import type { Service } from "../schema/schema.js";
import { qualifiedName } from "../schema/walk.js";
import type { NamedType } from "./reachable-types.js";

/** The TypeScript name of a message or an enum. */
export type NameOf = (type: NamedType) => string;

/**
 * Name types as short as they can be told apart: by their own names, the nested ones after their message; where two
 * would be the same, or the same as a service or a name of the language, by their full names.
 *
 *     library.v1.Shelf.Label   // Shelf_Label, or library_v1_Shelf_Label
 */
export function nameTypes(types: readonly NamedType[], services: readonly Service[]): NameOf {
  const taken = new Map<string, number>();
  const claim = (name: string) => taken.set(name, (taken.get(name) ?? 0) + 1);
  for (const name of reserved) claim(name);
  for (const { name } of services) claim(name);
  for (const type of types) {
    claim(shortName(type));
    claim(`${shortName(type)}Input`);
  }
  const isOne = (name: string) => taken.get(name) === 1;
  const names = new Map(
    types.map((type) => {
      const short = shortName(type);
      const name = isOne(short) && isOne(`${short}Input`) ? short : qualifiedName(type).replaceAll(".", "_");
      return [type, name];
    }),
  );
  // Every type that fields lead to has been named.
  return (type) => names.get(type) as string;
}

/** What the file needs for itself. */
const reserved = [
  "Array",
  "Buffer",
  "BytesInput",
  "ClientStreamingMethod",
  "DuplexStreamingMethod",
  "Int64Input",
  "Long",
  "ServerStreamingMethod",
  "Uint8Array",
  "UnaryMethod",
];

function shortName(type: NamedType): string {
  const { parent } = type;
  return parent instanceof protobuf.Type ? `${shortName(parent)}_${type.name}` : type.name;
}
