import protobuf from "protobufjs";
import type { JsonSwitches } from "../json/codec.js";
import { enumNames } from "../json/enum-names.js";
import { eachParameter, parseParameterName } from "../rest/parse-query.js";
import { fieldsByName, jsonName, protoName } from "../schema/field-names.js";
import { isRecord } from "../schema/record.js";
import { isWellKnown, wrappedScalar } from "../schema/well-known.js";

/** Puts what clients may write in several ways into the one that a document has. */
export interface CanonicalForm {
  /** The JSON of a message. */
  message(type: protobuf.Type, value: unknown): unknown;
  /** The JSON of a field. */
  field(field: protobuf.Field, value: unknown): unknown;
  /** The query of a request. */
  query(type: protobuf.Type, query: string): string;
}

/**
 * Make the form of requests to which limits apply, whichever way a client writes: fields under their names in JSON,
 * numbers as numbers, enum values by name, and nothing for null.
 *
 *     {"max_size":"100","state":1,"title":null}    // {"maxSize":100,"state":"OPEN"}
 *     max_size=100&state=1                         // maxSize=100&state=OPEN
 *
 * What no field takes stays as it is: the decoder has the last word.
 */
export function createCanonicalForm(switches: JsonSwitches): CanonicalForm {
  const finders = new Map<protobuf.Type, (name: string) => protobuf.Field | undefined>();
  const nameOf = switches.protoFieldNames ? protoName : jsonName;

  function findField(type: protobuf.Type, name: string): protobuf.Field | undefined {
    const find = finders.get(type) ?? createFinder(type, switches.caseInsensitiveFieldNames === true);
    finders.set(type, find);
    return find(name);
  }

  function message(type: protobuf.Type, value: unknown, depth = 0): unknown {
    const scalar = wrappedScalar(type);
    if (scalar !== undefined) return scalarValue(scalar, value);
    if (isWellKnown(type) || !isRecord(value)) return value;
    // The decoder refuses what is deeper.
    if (depth > maxDepth) return {};
    const members = Object.entries(value).flatMap(([name, member]) => {
      const found = findField(type, name);
      if (found === undefined) return [[name, member]];
      return member === null && !takesNull(found) ? [] : [[nameOf(found), field(found, member, depth)]];
    });
    return Object.fromEntries(members);
  }

  function field(of: protobuf.Field, value: unknown, depth = 0): unknown {
    if (of.repeated && Array.isArray(value)) return value.map((item) => element(of, item, depth));
    if (!of.map || !isRecord(value)) return element(of, value, depth);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, element(of, item, depth)]));
  }

  function element({ type, resolvedType }: protobuf.Field, value: unknown, depth: number): unknown {
    if (resolvedType instanceof protobuf.Type) return message(resolvedType, value, depth + 1);
    return resolvedType instanceof protobuf.Enum ? enumValue(resolvedType, value) : scalarValue(type, value);
  }

  function enumValue(type: protobuf.Enum, value: unknown): unknown {
    const { find, byNumber } = enumNames(type, switches);
    const number = typeof value === "string" ? find(value) : value;
    if (typeof number !== "number") return value;
    return switches.enumsAsIntegers ? number : (byNumber.get(number) ?? value);
  }

  function parameter(type: protobuf.Type, name: string, value: string): string {
    const { steps, key } = parseParameterName(name);
    const names: string[] = [];
    let within: protobuf.Type | null = type;
    let last: protobuf.Field | undefined;
    for (const step of steps) {
      last = within === null ? undefined : findField(within, step);
      if (last === undefined) return printParameter(name, value);
      names.push(nameOf(last));
      within = last.resolvedType instanceof protobuf.Type ? last.resolvedType : null;
    }
    const isEnum = last?.resolvedType instanceof protobuf.Enum;
    const sent = isEnum && /^-?[0-9]+$/.test(value) ? Number(value) : value;
    const written = isEnum ? String(element(last as protobuf.Field, sent, 0)) : value;
    return printParameter(names.join(".") + (key === undefined ? "" : `[${key}]`), written);
  }

  return {
    message,
    field,
    query(type, query) {
      const parameters: string[] = [];
      eachParameter(query, ({ name, readValue }) => parameters.push(parameter(type, name, readValue())));
      return parameters.join("&");
    },
  };
}

/** As deep as messages of protobuf go. */
const maxDepth = 100;

function createFinder(
  type: protobuf.Type,
  ignoresCase: boolean,
): (name: string) => protobuf.Field | undefined {
  const byName = fieldsByName(type);
  if (!ignoresCase) return (name) => byName.get(name);
  const byLowerCase = new Map([...byName].reverse().map(([name, field]) => [name.toLowerCase(), field]));
  return (name) => byName.get(name) ?? byLowerCase.get(name.toLowerCase());
}

function takesNull({ resolvedType }: protobuf.Field): boolean {
  return (
    resolvedType?.fullName === ".google.protobuf.Value" ||
    resolvedType?.fullName === ".google.protobuf.NullValue"
  );
}

/** A number that is written as text is that number. */
function scalarValue(type: string, value: unknown): unknown {
  if (typeof value !== "string" || ["string", "bytes", "bool"].includes(type)) return value;
  const isNumber = /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(value);
  return isNumber ? Number(value) : value;
}

/** Brackets stay as they are: validators look for them. */
function printParameter(name: string, value: string): string {
  const text = encodeURIComponent(name).replaceAll("%5B", "[").replaceAll("%5D", "]");
  return `${text}=${encodeURIComponent(value)}`;
}
