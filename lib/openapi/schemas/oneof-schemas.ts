import type protobuf from "protobufjs";
import { findOneof } from "../../schema/find-oneof.js";
import { cleanComment } from "../comments.js";
import type { JsonSchema } from "../document.js";

/** Fields of which at most one is set. */
export interface OneofNames {
  readonly oneof: protobuf.OneOf;
  /** As written in JSON; two or more. */
  readonly names: readonly string[];
}

/**
 * The oneofs among the fields of a message.
 *
 * A oneof with one field left says nothing.
 */
export function findOneofs(
  fields: readonly protobuf.Field[],
  nameOf: (field: protobuf.Field) => string,
): OneofNames[] {
  const oneofs = new Map<protobuf.OneOf, string[]>();
  for (const field of fields) {
    const oneof = findOneof(field);
    if (oneof !== undefined) oneofs.set(oneof, [...(oneofs.get(oneof) ?? []), nameOf(field)]);
  }
  return [...oneofs].filter(([, names]) => names.length > 1).map(([oneof, names]) => ({ oneof, names }));
}

/**
 * Refuse two members of one oneof.
 *
 *     { not: { required: ["isbn", "title"], properties: { isbn: {}, title: {} } } }
 *
 * The members stay ordinary properties: a union of objects would say the same, and hide the names from those
 * who read it and from generated types.
 */
export function atMostOneOfEach(oneofs: readonly OneofNames[]): JsonSchema {
  const few = oneofs.filter(({ names }) => names.length <= maxNamesForPairs);
  const many = oneofs.filter(({ names }) => names.length > maxNamesForPairs);
  return {
    ...(few.length === 0 ? {} : { not: anyPairOf(few) }),
    ...(many.length === 0 ? {} : { allOf: many.map(oneOrNone) }),
  };
}

/** The number of pairs grows with the square of the names. */
const maxNamesForPairs = 10;

function anyPairOf(oneofs: readonly OneofNames[]): JsonSchema {
  const pairs = oneofs.flatMap(({ names }) => pairsOf(names)).map((required) => ({ required }));
  const properties = anyValueOf(oneofs.flatMap(({ names }) => names));
  return pairs.length === 1 ? { properties, ...pairs[0] } : { properties, anyOf: pairs };
}

function oneOrNone({ names }: OneofNames): JsonSchema {
  const each = names.map((name) => ({ required: [name] }));
  return { oneOf: [...each, { not: { properties: anyValueOf(names), anyOf: each } }] };
}

/** Linters look for the properties that are required in the schema that requires them. */
function anyValueOf(names: readonly string[]): Record<string, JsonSchema> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function pairsOf(names: readonly string[]): [string, string][] {
  return names.flatMap((first, i) => names.slice(i + 1).map((second): [string, string] => [first, second]));
}

/** The names of which `atMostOneOfEach` allows one, as the schema has them: by pairs, or all together. */
export function exclusiveNames({ not, allOf = [] }: JsonSchema): readonly (readonly string[])[] {
  const pairs = [not ?? {}, ...(not?.anyOf ?? [])].flatMap(({ required }) =>
    required === undefined ? [] : [required],
  );
  const groups = allOf.map(({ oneOf = [] }) => oneOf.flatMap(({ required = [] }) => required));
  return [...pairs, ...groups];
}

/** Take away what `atMostOneOfEach` adds. */
export function withoutOneofs({ not, allOf, ...schema }: JsonSchema): JsonSchema {
  const others = allOf?.filter(({ oneOf }) => !oneOf?.some((member) => member.not !== undefined)) ?? [];
  const isOneof = not?.required !== undefined || not?.anyOf?.every(({ required }) => required !== undefined);
  return {
    ...schema,
    ...(not === undefined || isOneof ? {} : { not }),
    ...(others.length === 0 ? {} : { allOf: others }),
  };
}

/** A line for each oneof: which fields exclude each other, and what its comment says. */
export function describeOneofs(oneofs: readonly OneofNames[]): string | undefined {
  if (oneofs.length === 0) return undefined;
  return oneofs
    .map(({ oneof, names }) => {
      const rule = `At most one of ${names.map((name) => `\`${name}\``).join(", ")} is set.`;
      const comment = cleanComment(oneof.comment);
      return comment === undefined ? rule : `${rule} ${comment}`;
    })
    .join("\n\n");
}
