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
  const claims = new Map<string, number>();
  const wished = types.flatMap((type) => [shortName(type), `${shortName(type)}Input`]);
  for (const name of [...reserved, ...services.map(({ name }) => name), ...wished]) {
    claims.set(name, (claims.get(name) ?? 0) + 1);
  }
  const isOne = (name: string) => claims.get(name) === 1;
  const names = new Map<NamedType, string>();
  for (const type of types) {
    const short = shortName(type);
    if (isOne(short) && isOne(`${short}Input`)) names.set(type, short);
  }
  for (const type of types) {
    if (names.has(type)) continue;
    let name = qualifiedName(type).replaceAll(".", "_");
    while (claims.has(name) || claims.has(`${name}Input`)) name += "_";
    names.set(type, name);
    claims.set(name, 1).set(`${name}Input`, 1);
  }
  // Every type that fields lead to has been named.
  return (type) => names.get(type) as string;
}

/** What the file needs for itself, and what TypeScript does. */
const reserved = [
  "Array",
  "Buffer",
  "BytesInput",
  "ClientStreamingMethod",
  "DuplexStreamingMethod",
  "Int64Input",
  "Long",
  "Record",
  "ServerStreamingMethod",
  "Uint8Array",
  "UnaryMethod",
  ..."any bigint boolean never null number object string symbol undefined unknown void".split(" "),
];

function shortName(type: NamedType): string {
  const { parent } = type;
  return parent instanceof protobuf.Type ? `${shortName(parent)}_${type.name}` : type.name;
}
