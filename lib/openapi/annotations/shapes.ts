import { isRecord, toList } from "../../schema/record.js";

/** Turns a value of an annotation into what a document says; `undefined` says nothing. */
export type Shape = (value: unknown) => unknown;

export const asIs: Shape = (value) => value;

/** A repeated field, which is no list in the source when it is given once. */
export function list(item: Shape): Shape {
  return (value) => toList(value).map(item);
}

/**
 * A message: those of its fields that are listed, under their names in camel case.
 *
 *     message({ terms_of_service: asIs })({ terms_of_service: "Be kind.", year: 2026 })
 *     // { termsOfService: "Be kind." }
 */
export function message(
  fields: Readonly<Record<string, Shape>>,
): (value: unknown) => Readonly<Record<string, unknown>> {
  return (value) => {
    const members = Object.entries(isRecord(value) ? value : {}).flatMap(([name, member]) => {
      const shaped = Object.hasOwn(fields, name) ? fields[name]?.(member) : undefined;
      return shaped === undefined ? [] : [[toCamelCase(name), shaped] as const];
    });
    return Object.fromEntries(members);
  };
}

/** The keywords of a schema that are spelt and meant alike in the options of all generators. */
export const keywordShapes: Readonly<Record<string, Shape>> = {
  title: asIs,
  description: asIs,
  format: asIs,
  read_only: asIs,
  multiple_of: asIs,
  maximum: asIs,
  exclusive_maximum: asIs,
  minimum: asIs,
  exclusive_minimum: asIs,
  max_length: asIs,
  min_length: asIs,
  pattern: asIs,
  max_items: asIs,
  min_items: asIs,
  unique_items: asIs,
  max_properties: asIs,
  min_properties: asIs,
  required: list(asIs),
};

/** A list of keys with values, as an object. */
export function entries(
  keyName: "key" | "name",
  shape: Shape,
): (value: unknown) => Readonly<Record<string, unknown>> {
  return (value) =>
    Object.fromEntries(
      toList(value)
        .filter(isRecord)
        .map((entry) => [String(entry[keyName]), shape(entry.value)]),
    );
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
