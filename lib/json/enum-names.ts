import type protobuf from "protobufjs";

/** Which names of an enum's values are written and read. */
export interface EnumNameSwitches {
  readonly removeEnumPrefix?: boolean | undefined;
  readonly caseInsensitiveEnums?: boolean | undefined;
}

/** The names of an enum's values in JSON. */
export interface EnumNames {
  /** The number that a name stands for. */
  find(name: string): number | undefined;
  /** The numbers of the names that `find` knows, letter case aside. */
  readonly byName: ReadonlyMap<string, number>;
  /** The name of a number; the first declared one of an alias. */
  readonly byNumber: ReadonlyMap<number, string>;
}

/** The names of an enum as the switches want them. */
export function enumNames(type: protobuf.Enum, switches: EnumNameSwitches): EnumNames {
  const jsonNames = new Map(Object.keys(type.values).map((name) => [name, jsonName(type, name)]));
  const written = switches.removeEnumPrefix ? withoutPrefix(type.name, jsonNames) : jsonNames;
  const byName = new Map<string, number>();
  const byNumber = new Map<number, string>();
  for (const names of [written, jsonNames, new Map(Object.keys(type.values).map((name) => [name, name]))]) {
    for (const [name, text] of names) {
      const number = type.values[name]!;
      if (!byName.has(text)) byName.set(text, number);
      if (!byNumber.has(number)) byNumber.set(number, text);
    }
  }
  if (!switches.caseInsensitiveEnums) return { find: (name) => byName.get(name), byName, byNumber };
  const byLowerCase = new Map([...byName].reverse().map(([name, number]) => [name.toLowerCase(), number]));
  return { find: (name) => byName.get(name) ?? byLowerCase.get(name.toLowerCase()), byName, byNumber };
}

/** A value may have a JSON name of its own: `ACTIVE = 1 [(pb.enumvalue.json).string = "active"]`. */
function jsonName(type: protobuf.Enum, name: string): string {
  const options: Record<string, unknown> | null | undefined = type.valuesOptions?.[name];
  const custom = options?.["(pb.enumvalue.json).string"];
  return typeof custom === "string" ? custom : name;
}

/** Take the enum's name off the names of its values, where that leaves names that no other value has in any form. */
function withoutPrefix(enumName: string, names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const short = new Map([...names].map(([name, text]) => [name, removePrefix(enumName, text)]));
  const users = new Map<string, Set<string>>();
  for (const [name, text] of [...short, ...names, ...[...names.keys()].map((key) => [key, key] as const)]) {
    users.set(text, (users.get(text) ?? new Set()).add(name));
  }
  return new Map(
    [...short].map(([name, text]) => [name, users.get(text)?.size === 1 ? text : names.get(name)!]),
  );
}

/**
 * Take the enum's name off the name of a value; letter case and underscores do not count.
 *
 *     removePrefix("BookState", "BOOK_STATE_ACTIVE")   // "ACTIVE"
 *     removePrefix("Codec", "CODEC_264")               // "_264"
 */
function removePrefix(enumName: string, valueName: string): string {
  const prefix = enumName.replaceAll("_", "").toLowerCase();
  let matched = 0;
  let at = 0;
  for (; at < valueName.length && matched < prefix.length; at++) {
    if (valueName[at] === "_") continue;
    if (valueName[at]!.toLowerCase() !== prefix[matched]) return valueName;
    matched++;
  }
  const rest = valueName.slice(at).replace(/^_+/, "");
  if (matched < prefix.length || rest === "") return valueName;
  return /^[0-9]/.test(rest) ? `_${rest}` : rest;
}
