import type { Info, JsonSchema, OpenApiDocument } from "../document.js";
import { mapSchemas, mapSubschemas } from "./map-schemas.js";

/**
 * Write a document of version 3.1 as one of 3.0.3.
 *
 *     { $ref: "#/components/schemas/Book", readOnly: true }    // { allOf: [{ $ref: ... }], readOnly: true }
 *     { type: "string", contentEncoding: "base64" }            // { type: "string", format: "byte" }
 *
 * Keywords for which 3.0 has no word are left out: a document without them allows more, and says less.
 *
 * @see https://spec.openapis.org/oas/v3.0.3.html#schema-object
 */
export function toVersion30(document: OpenApiDocument): OpenApiDocument {
  return { ...mapSchemas(document, convertSchema), openapi: "3.0.3", info: convertInfo(document.info) };
}

function convertInfo({ summary: _, ...info }: Info): Info {
  if (info.license === undefined) return info;
  const { identifier: __, ...license } = info.license;
  return { ...info, license };
}

function convertSchema(schema: JsonSchema): JsonSchema {
  const { $ref, ...beside } = mapSubschemas(schema, convertSchema);
  if ($ref === undefined) return convertKeywords(beside);
  if (Object.keys(beside).length === 0) return { $ref };
  const { allOf = [], ...others } = convertKeywords(beside);
  return { allOf: [{ $ref }, ...allOf], ...others };
}

function convertKeywords(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, value]) => convertKeyword(name, value, schema)),
  );
}

type Keyword = readonly [name: string, value: unknown];

/** What one keyword of 3.1 is in 3.0: itself, another, several, or nothing. */
function convertKeyword(name: string, value: unknown, schema: JsonSchema): readonly Keyword[] {
  switch (name) {
    case "type":
      return convertType(value, schema);
    case "const":
      return [["enum", [value]]];
    case "examples":
      return Array.isArray(value) && value.length > 0 ? [["example", value[0]]] : [];
    case "contentEncoding":
      return schema.format === undefined && value === "base64" ? [["format", "byte"]] : [];
    case "exclusiveMinimum":
      return [
        ["minimum", value],
        [name, true],
      ];
    case "exclusiveMaximum":
      return [
        ["maximum", value],
        [name, true],
      ];
    default:
      return unchanged.has(name) || name.startsWith("x-") ? [[name, value]] : [];
  }
}

/** `nullable` allows null in 3.0; it must stand beside a type. */
function convertType(value: unknown, schema: JsonSchema): readonly Keyword[] {
  const types = Array.isArray(value) ? value : [value];
  const others = types.filter((type) => type !== "null");
  const nullable: readonly Keyword[] = others.length < types.length ? [["nullable", true]] : [];
  if (others.length === 0) return [["type", "string"], ...nullable, ["enum", [null]]];
  if (others.length === 1) return [["type", others[0]], ...nullable];
  if (schema.anyOf !== undefined) return [];
  return [["anyOf", others.map((type) => Object.fromEntries([["type", type], ...nullable]))]];
}

/** The keywords that both versions have. */
const unchanged = new Set([
  "title",
  "description",
  "format",
  "pattern",
  "enum",
  "default",
  "example",
  "required",
  "properties",
  "additionalProperties",
  "items",
  "allOf",
  "anyOf",
  "oneOf",
  "not",
  "nullable",
  "readOnly",
  "writeOnly",
  "deprecated",
  "discriminator",
  "externalDocs",
  "xml",
  "multipleOf",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
]);
