import protobuf from "protobufjs";
import type { Service } from "../schema/schema.js";
import { qualifiedName } from "../schema/walk.js";
import type { NamedType } from "./reachable-types.js";

/** The TypeScript name of a message, an enum or a service. */
export type NameOf = (named: NamedType | Service) => string;

/**
 * Name types and services as short as they can be told apart: by their own names, nested types after their message;
 * where two would be the same, or the same as a name of the language, by their full names. A service keeps its own name
 * before a type.
 *
 *     library.v1.Shelf.Label   // Shelf_Label, or library_v1_Shelf_Label
 *     library.v2.Library       // Library, or library_v2_Library beside that of library.v1
 */
export function nameTypes(types: readonly NamedType[], services: readonly Service[]): NameOf {
  const claims = new Map<string, number>();
  const wished = types.flatMap((type) => [shortName(type), `${shortName(type)}Input`]);
  for (const name of [...reserved, ...services.map(({ name }) => name), ...wished]) {
    claims.set(name, (claims.get(name) ?? 0) + 1);
  }
  const isOne = (name: string) => claims.get(name) === 1;
  const names = new Map<NamedType | Service, string>();
  for (const service of services) {
    const isAlone = services.filter(({ name }) => name === service.name).length === 1;
    if (isAlone && !reserved.includes(service.name)) names.set(service, service.name);
  }
  for (const type of types) {
    const short = shortName(type);
    if (isOne(short) && isOne(`${short}Input`)) names.set(type, short);
  }
  for (const named of [...services, ...types]) {
    if (names.has(named)) continue;
    const fullName = named instanceof protobuf.ReflectionObject ? qualifiedName(named) : named.fullName;
    let name = fullName.replaceAll(".", "_");
    while (claims.has(name) || claims.has(`${name}Input`)) name += "_";
    names.set(named, name);
    claims.set(name, 1).set(`${name}Input`, 1);
  }
  // Every type that fields lead to has been named.
  return (named) => names.get(named) as string;
}

/** What the file needs for itself, and what TypeScript does: its own types and all words of the language. */
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
  ..."await break case catch class const continue debugger default delete do else enum export extends".split(
    " ",
  ),
  ..."false finally for function if implements import in instanceof interface let new package".split(" "),
  ..."private protected public return static super switch this throw true try typeof var while".split(" "),
  ..."with yield".split(" "),
];

function shortName(type: NamedType): string {
  const { parent } = type;
  return parent instanceof protobuf.Type ? `${shortName(parent)}_${type.name}` : type.name;
}
