import type protobuf from "protobufjs";
import { readOption } from "../../schema/read-option.js";
import { isRecord } from "../../schema/record.js";
import type { JsonSchema } from "../document.js";
import { exampleOfPattern, matcherOf, type Resources } from "./resources.js";

/**
 * What annotations tell about the text in a string field.
 *
 *     string id = 1 [(google.api.field_info).format = UUID4];                  // { anyOf: [{ format: "uuid" }, { maxLength: 0 }] }
 *     string shelf = 2 [(google.api.resource_reference).type = "x.com/Shelf"]; // { pattern: "^(shelves/[^/]+)?$", examples: [...] }
 *
 * @see https://google.aip.dev/202
 */
export function stringFormat(field: protobuf.Field, resources: Resources): JsonSchema {
  if (field.type !== "string") return {};
  const [info] = readOption(field, "google.api.field_info").filter(isRecord);
  const format = formats.get(info?.format);
  const isSetOrAbsent = field.hasPresence || field.repeated || field.map;
  if (format !== undefined) return isSetOrAbsent ? format : orEmpty(format);
  const patterns = resources.patternsOf(field);
  const [first] = patterns;
  return first === undefined ? {} : { pattern: matcherOf(patterns), examples: [exampleOfPattern(first)] };
}

/** A field that is not set holds no text, and is written so. */
function orEmpty(format: JsonSchema): JsonSchema {
  return { anyOf: [...(format.anyOf ?? [format]), { maxLength: 0 }] };
}

/** The same where it cannot be empty. */
export function withoutEmpty({ anyOf, ...schema }: JsonSchema): JsonSchema {
  if (anyOf === undefined) return schema;
  const [first, ...others] = anyOf.filter(({ maxLength }) => maxLength !== 0);
  return others.length === 0 ? { ...schema, ...first } : { ...schema, anyOf: [first ?? {}, ...others] };
}

const formats = new Map<unknown, JsonSchema>([
  ["UUID4", { format: "uuid" }],
  ["IPV4", { format: "ipv4" }],
  ["IPV6", { format: "ipv6" }],
  ["IPV4_OR_IPV6", { anyOf: [{ format: "ipv4" }, { format: "ipv6" }] }],
]);
