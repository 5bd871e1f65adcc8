import { joinParagraphs } from "../comments.js";
import type { JsonSchema } from "../document.js";
import { exampleOfNumber } from "../schemas/create-example.js";

/**
 * Lay what an annotation says of a field over the field's own schema.
 *
 * A reference to another schema stands instead of the field's own. What is said of text and numbers is said of
 * each item of a list, as no list has a pattern. The limits of a number that is written as text are told in words, and
 * by an example: the keywords for them say nothing of text.
 */
export function annotateProperty(schema: JsonSchema, annotation: JsonSchema): JsonSchema {
  const { required: _, ...given } = annotation;
  const said = isNumberAsText(schema.items ?? schema) ? withLimitsInWords(given, schema) : given;
  if (said.$ref !== undefined) {
    const { description } = schema;
    return { ...(description === undefined ? {} : { description }), ...said };
  }
  if (schema.items === undefined || schema.items.$ref !== undefined)
    return { ...schema, ...withFittingValues(said, schema) };
  const ofItems = Object.entries(said).filter(([keyword]) => itemKeywords.has(keyword));
  const ofList = Object.entries(said).filter(([keyword]) => !itemKeywords.has(keyword));
  return {
    ...schema,
    ...Object.fromEntries(ofList),
    items: { ...schema.items, ...Object.fromEntries(ofItems) },
  };
}

function isNumberAsText({ type, format }: JsonSchema): boolean {
  return type === "string" && (format === "int64" || format === "uint64");
}

function withLimitsInWords(said: JsonSchema, { description: own, items }: JsonSchema): JsonSchema {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, ...others } = said;
  const words = [
    minimum === undefined ? [] : `at least ${minimum}`,
    exclusiveMinimum === undefined ? [] : `more than ${exclusiveMinimum}`,
    maximum === undefined ? [] : `at most ${maximum}`,
    exclusiveMaximum === undefined ? [] : `less than ${exclusiveMaximum}`,
    multipleOf === undefined ? [] : `a multiple of ${multipleOf}`,
  ].flat();
  if (words.length === 0) return said;
  const sentence = `${items === undefined ? "It is" : "Each is"} ${words.join(", and ")}.`;
  const description = joinParagraphs(said.description ?? own, sentence) ?? sentence;
  const example = exampleOfNumber(said);
  // One is what an example without limits has.
  if (example === undefined || example === 1) return { ...others, description };
  const text = String(example);
  return { examples: [items === undefined ? text : [text]], ...others, description };
}

/** What looks like JSON of another type may be the text of a field that holds text, and the other way round. */
function withFittingValues(said: JsonSchema, { type }: JsonSchema): JsonSchema {
  const toType = (value: unknown): unknown => {
    if (type === "string" && (typeof value === "number" || typeof value === "boolean")) return String(value);
    const isNumber = type === "integer" || type === "number";
    return isNumber && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))
      ? Number(value)
      : value;
  };
  return {
    ...said,
    ...("default" in said ? { default: toType(said.default) } : {}),
    ...(said.examples === undefined ? {} : { examples: said.examples.map(toType) }),
  };
}

const itemKeywords = new Set([
  "pattern",
  "format",
  "enum",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
]);
