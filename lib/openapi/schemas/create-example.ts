import { isRecord } from "../../schema/record.js";
import type { JsonSchema } from "../document.js";
import { exclusiveNames } from "./oneof-schemas.js";

/** Who sends the value: a client sends nothing that is read-only, a server nothing that is write-only. */
export type Side = "request" | "response";

export interface ExampleOptions {
  readonly side: Side;
  /** What references lead to. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/**
 * Make a value of a schema that may be sent as it stands: one member of each oneof, names of resources as they are
 * written, nothing that the sender does not set. `undefined` when the schema asks for what cannot be made up.
 *
 *     { title: "text", pageCount: 1, format: "HARDCOVER", labels: { key: "text" } }
 *
 * Tools that make one themselves put all members of a oneof in, and any text for a 64-bit integer.
 */
export function createExample(schema: JsonSchema, options: ExampleOptions): unknown {
  return exampleOf(schema, { ...options, above: [] });
}

interface Place extends ExampleOptions {
  /** The names of the schemas that this one stands in. */
  readonly above: readonly string[];
}

/** What is optional and below this many messages is left out: an example is to be read. */
const maxDepth = 3;

function exampleOf(schema: JsonSchema, place: Place): unknown {
  const given = schema.examples?.[0] ?? schema.example ?? schema.const ?? schema.default;
  if (given !== undefined) return given;
  if (schema.$ref !== undefined) return exampleOfComponent(schema.$ref, place);
  // The first value of an enum mostly says that nothing was chosen.
  if (schema.enum !== undefined) return schema.enum[1] ?? schema.enum[0];
  const [alternative] = schema.anyOf ?? schema.oneOf ?? [];
  if (alternative !== undefined) {
    const { anyOf: _, oneOf: __, ...common } = schema;
    return exampleOf({ ...common, ...alternative }, place);
  }
  return exampleOfType(schema, place);
}

function exampleOfComponent(reference: string, place: Place): unknown {
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  const schema = place.schemas[name];
  if (schema === undefined || place.above.includes(name)) return undefined;
  return exampleOf(schema, { ...place, above: [...place.above, name] });
}

function exampleOfType(schema: JsonSchema, place: Place): unknown {
  switch ([schema.type].flat()[0]) {
    case "object":
      return exampleOfObject(schema, place);
    case "array":
      return exampleOfArray(schema, place);
    case "string":
      return exampleOfText(schema);
    case "integer":
    case "number":
      return exampleOfNumber(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return undefined;
  }
}

function exampleOfObject(schema: JsonSchema, place: Place): object | undefined {
  const { properties = {}, required = [], additionalProperties } = schema;
  if (isRecord(additionalProperties)) return exampleOfMap(schema, additionalProperties, place);
  // What a message of any type holds depends on the types that the server knows.
  if ("@type" in properties) return undefined;
  const groups = exclusiveNames(schema);
  const members = new Map<string, unknown>();
  for (const [name, property] of Object.entries(properties)) {
    const isRequired = required.includes(name);
    if (isOthers(property, place) || (!isRequired && isLeftOut(name, property, place))) continue;
    if (groups.some((names) => names.includes(name) && names.some((other) => members.has(other)))) continue;
    const value = exampleOf(property, place);
    if (value !== undefined) members.set(name, value);
    else if (isRequired) return undefined;
  }
  return Object.fromEntries(members);
}

/** Whether the other side alone sets a property. */
function isOthers({ readOnly, writeOnly }: JsonSchema, { side }: Place): boolean {
  return (side === "request" ? readOnly : writeOnly) === true;
}

function isLeftOut(name: string, property: JsonSchema, { above, side }: Place): boolean {
  const { deprecated, $ref, items, additionalProperties } = property;
  const element = items ?? (isRecord(additionalProperties) ? additionalProperties : undefined);
  const isDeep = above.length >= maxDepth && ($ref !== undefined || element?.$ref !== undefined);
  return deprecated === true || isDeep || (side === "request" && tokens.has(name));
}

/**
 * What a client only sends back: no other text will do.
 *
 * @see https://google.aip.dev/154
 * @see https://google.aip.dev/158
 */
const tokens: ReadonlySet<string> = new Set(["etag", "pageToken", "page_token"]);

function exampleOfMap({ propertyNames }: JsonSchema, values: JsonSchema, place: Place): object {
  const key = propertyNames ? exampleOf({ type: "string", ...propertyNames }, place) : "key";
  const value = exampleOf(values, place);
  return value === undefined ? {} : { [String(key)]: value };
}

function exampleOfArray({ items = {}, minItems = 1 }: JsonSchema, place: Place): readonly unknown[] {
  const item = exampleOf(items, place);
  return item === undefined ? [] : Array.from({ length: Math.max(1, Number(minItems)) }, () => item);
}

const textsByFormat = new Map([
  ["int64", "1"],
  ["uint64", "1"],
  ["uuid", "123e4567-e89b-42d3-a456-426614174000"],
  ["ipv4", "192.0.2.1"],
  ["ipv6", "2001:db8::1"],
  ["date-time", "2026-01-15T01:30:15Z"],
  ["date", "2026-01-15"],
  ["email", "reader@example.com"],
  ["uri", "https://example.com"],
  ["hostname", "example.com"],
]);

/** What is tried where no format says what it must be: some of it follows most patterns. */
const texts = ["text", "1", "TEXT", "text-1", "Text", "Ynl0ZXM="];

function exampleOfText(schema: JsonSchema): string | undefined {
  const { format, contentEncoding, minLength = 0 } = schema;
  if (format !== undefined) return [textsByFormat.get(format) ?? ""].find((text) => fits(text, schema));
  const candidates = contentEncoding === "base64" ? ["Ynl0ZXM="] : texts;
  const long = candidates.map((text) => text.padEnd(Number(minLength), text));
  return [...candidates, ...long].find((text) => fits(text, schema));
}

function fits(text: string, { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: JsonSchema) {
  const isLongEnough = text !== "" && text.length >= Number(minLength) && text.length <= Number(maxLength);
  return isLongEnough && (pattern === undefined || matches(text, pattern));
}

function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return false; // an annotation may have the pattern of another language
  }
}

/** A number within the limits of a schema, if there is one near them. */
export function exampleOfNumber(schema: JsonSchema): number | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const step = typeof multipleOf === "number" ? multipleOf : 1;
  const above = typeof exclusiveMinimum === "number" ? exclusiveMinimum : Number.NEGATIVE_INFINITY;
  const below = typeof exclusiveMaximum === "number" ? exclusiveMaximum : Number.POSITIVE_INFINITY;
  const isInside = (value: number) =>
    value > above &&
    value < below &&
    value >= (minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (maximum ?? Number.POSITIVE_INFINITY);
  const near = [minimum, exclusiveMinimum, maximum, exclusiveMaximum].filter(
    (bound) => typeof bound === "number",
  );
  // The smallest that is something, or else one beside a bound.
  const steps = [1, 0, ...near.flatMap((bound) => [0, 1, -1].map((by) => Math.round(bound / step) + by))];
  return steps.map((count) => count * step).find(isInside);
}
