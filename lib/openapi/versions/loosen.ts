import type { JsonSwitches } from "../../json/codec.js";
import { compact } from "../compact.js";
import type {
  JsonSchema,
  OpenApiDocument,
  Operation,
  Parameter,
  PathItem,
  RequestBody,
} from "../document.js";
import { withoutOneofs } from "../schemas/oneof-schemas.js";
import { mapMembers, mapSchemas, mapSubschemas } from "./map-schemas.js";

/**
 * Describe all that the server reads, for validators in front of it.
 *
 *     { type: "integer" }                         // { type: ["integer", "string"] }
 *     { type: "string", format: "int64" }         // { type: ["string", "integer"], format: "int64" }
 *     { type: "string", enum: ["UNKNOWN"] }       // one of the names, or any number
 *     { properties: { title: T } }                // T or null
 *
 * ProtoJSON reads numbers as text, enums by number, null as a field that is not set, and fields under their proto
 * names too. Fields that are read-only may be sent back. What one oneof holds is left to the server: members that
 * are null do not count.
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export function loosen(document: OpenApiDocument, switches: JsonSwitches): OpenApiDocument {
  const { caseInsensitiveEnums, ignoreUnknownFields, removeEnumPrefix } = switches;
  const readsAnyName = [caseInsensitiveEnums, ignoreUnknownFields, removeEnumPrefix].includes(true);
  const loosenSchema = (schema: JsonSchema): JsonSchema =>
    loosenObject(loosenScalar(mapSubschemas(schema, loosenSchema), readsAnyName));
  // What stands in a URL is text, which validators read as the type that the schema names.
  const { paths, ...rest } = mapSchemas(document, loosenSchema, "parameters");
  return { ...rest, paths: mapMembers(paths, loosenPathItem) };
}

function loosenScalar(schema: JsonSchema, readsAnyName: boolean): JsonSchema {
  const { type, enum: names, ...others } = schema;
  // Of an enum by numbers, that is any number and any name.
  if (type === "integer" || type === "number") return { ...others, type: [type, "string"] };
  // The one value of NullValue has a name and a number as well.
  if (type === "null") return { ...others, type: [type, "string", "integer"] };
  if (type !== "string") return schema;
  if (schema.format === "int64" || schema.format === "uint64")
    return { ...others, type: ["string", "integer"] };
  if (names === undefined) return schema;
  return { ...others, anyOf: [readsAnyName ? { type } : { type, enum: names }, { type: "integer" }] };
}

function loosenObject(schema: JsonSchema): JsonSchema {
  const { properties, required = [], readOnly, allOf = [], ...others } = withoutOneofs(schema);
  const exact = required.filter((name) => otherSpelling(name) === name);
  const spelt = required.filter((name) => otherSpelling(name) !== name).map(inEitherSpelling);
  return compact({
    ...others,
    properties: properties && mapMembers(properties, orNull),
    required: exact.length === 0 ? undefined : exact,
    allOf: allOf.length + spelt.length === 0 ? undefined : [...allOf, ...spelt],
  });
}

function orNull(schema: JsonSchema): JsonSchema {
  const { description, ...value } = schema;
  if (Object.keys(value).length === 0) return schema;
  const { type, anyOf, ...others } = schema;
  if (type === undefined && anyOf === undefined)
    return compact({ description, anyOf: [value, { type: "null" as const }] });
  return compact({
    ...others,
    type: type && [...new Set([type, "null"].flat())],
    anyOf: anyOf && [...anyOf, { type: "null" }],
  });
}

function inEitherSpelling(name: string): JsonSchema {
  return { anyOf: [{ required: [name] }, { required: [otherSpelling(name)] }] };
}

/** `"page_size"` for `"pageSize"`, and the other way round. */
function otherSpelling(name: string): string {
  if (name.includes("_")) return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A parameter in the query may have its other name as well; what must be there cannot be said of either. Its value may
 * hold `:` or `,` as they are, as times and field masks do.
 */
function loosenParameter(parameter: Parameter): Parameter {
  if (parameter.in !== "query") return parameter;
  const { required, ...others } = parameter;
  const loosened = otherSpelling(parameter.name) === parameter.name ? parameter : others;
  return parameter.schema === undefined ? loosened : { ...loosened, allowReserved: true };
}

/** What another extension holds has neither parameters nor a body, and stays. */
function loosenPathItem(item: PathItem): PathItem {
  return mapMembers(item as Readonly<Record<string, Operation>>, (operation, name) => {
    if (name === "x-additionalOperations") return loosenPathItem(operation as PathItem) as Operation;
    const { parameters, requestBody } = operation;
    return {
      ...operation,
      ...(parameters === undefined ? {} : { parameters: parameters.map(loosenParameter) }),
      ...(requestBody === undefined ? {} : { requestBody: loosenBody(requestBody) }),
    };
  });
}

/** A stream of lines is no JSON that a validator can read. */
function loosenBody(body: RequestBody): RequestBody {
  const content = mapMembers(body.content, (media, type) => (type === "application/x-ndjson" ? {} : media));
  return { ...body, content };
}
