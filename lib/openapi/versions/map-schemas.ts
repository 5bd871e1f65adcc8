import { isRecord } from "../../schema/record.js";
import type { JsonSchema, OpenApiDocument } from "../document.js";

export type ConvertSchema = (schema: JsonSchema) => JsonSchema;

/** Convert every schema of a document that is not within another; those below a member in `except` stay. */
export function mapSchemas(
  document: OpenApiDocument,
  convert: ConvertSchema,
  except?: "parameters",
): OpenApiDocument {
  const mapWithin = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mapWithin);
    if (!isRecord(value)) return value;
    return mapMembers(value, (member, name) => {
      if (name === "schema" && isRecord(member)) return convert(member);
      if (name === "schemas" && isRecord(member)) {
        return mapMembers(member, (one) => (isRecord(one) ? convert(one) : one));
      }
      const isOthers = name.startsWith("x-") && name !== "x-additionalOperations";
      return schemaless.has(name) || isOthers || name === except ? member : mapWithin(member);
    });
  };
  // Nothing but schemas changes, and these stay schemas.
  return mapWithin(document) as OpenApiDocument;
}

/** Members that hold no schemas, but names and values of the API's own. */
const schemaless = new Set(["example", "examples", "securitySchemes", "servers", "tags", "info"]);

/** Convert the schemas that a schema holds. */
export function mapSubschemas(schema: JsonSchema, convert: ConvertSchema): JsonSchema {
  const convertOne = (member: unknown) => (isRecord(member) ? convert(member) : member);
  return mapMembers(schema, (member, keyword) => {
    if (keyword === "properties" && isRecord(member)) return mapMembers(member, convertOne);
    if (Array.isArray(member) && lists.has(keyword)) return member.map(convertOne);
    return singles.has(keyword) ? convertOne(member) : member;
  });
}

const lists = new Set(["allOf", "anyOf", "oneOf"]);
const singles = new Set(["items", "additionalProperties", "not"]);

/** The same members with other values. */
export function mapMembers<T, U>(
  object: Readonly<Record<string, T>>,
  convert: (member: T, name: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, convert(member, name)]));
}
