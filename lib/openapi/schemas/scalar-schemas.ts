import protobuf from "protobufjs";
import type { JsonSwitches } from "../../json/codec.js";
import type { JsonSchema } from "../document.js";

/**
 * A scalar type of protobuf as ProtoJSON writes it.
 *
 *     scalarSchema("int64", {})                          // { type: "string", format: "int64" }
 *     scalarSchema("int64", { int64AsNumbers: true })    // { type: "integer", format: "int64" }
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export function scalarSchema(type: string, switches: JsonSwitches): JsonSchema {
  switch (type) {
    case "double":
    case "float":
      return {
        anyOf: [
          { type: "number", format: type },
          { type: "string", enum: ["NaN", "Infinity", "-Infinity"] },
        ],
      };
    case "uint32":
    case "fixed32":
      // The registry's "uint32" is unknown to most generators, which would then choose a signed type.
      return { type: "integer", format: "int64", minimum: 0, maximum: 2 ** 32 - 1 };
    case "int32":
    case "sint32":
    case "sfixed32":
      return { type: "integer", format: "int32" };
    case "int64":
    case "sint64":
    case "sfixed64":
      return { type: switches.int64AsNumbers ? "integer" : "string", format: "int64" };
    case "uint64":
    case "fixed64":
      return switches.int64AsNumbers
        ? { type: "integer", format: "uint64", minimum: 0 }
        : { type: "string", format: "uint64" };
    case "bool":
      return { type: "boolean" };
    case "bytes":
      // `format: byte` would have validators refuse the URL alphabet, which the server reads as well.
      return { type: "string", contentEncoding: "base64" };
    default:
      return { type: "string" };
  }
}

/**
 * The same value within a URL.
 *
 * Bytes are text there, in either alphabet of base64. Pages take `contentEncoding` for the contents of a file, and
 * show a field to choose one.
 */
export function textInUrl(schema: JsonSchema): JsonSchema {
  if (schema.contentEncoding !== "base64") return schema;
  const { contentEncoding: _, ...text } = schema;
  return { ...text, pattern: "^[A-Za-z0-9+/_-]*={0,2}$", examples: ["Ynl0ZXM="] };
}

/**
 * What the names of the members of a map must be, unless any text will do.
 *
 *     map<int32, Book> books = 1;    // { propertyNames: { pattern: "^-?[0-9]+$" } }
 */
export function mapKeys(field: protobuf.Field): JsonSchema {
  const { keyType = "string" } = field instanceof protobuf.MapField ? field : {};
  if (keyType === "string") return {};
  if (keyType === "bool") return { propertyNames: { enum: ["true", "false"] } };
  return { propertyNames: { pattern: /^(?:u|fixed)/.test(keyType) ? "^[0-9]+$" : "^-?[0-9]+$" } };
}
