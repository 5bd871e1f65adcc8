import type { JsonSchema } from "../document.js";

/**
 * A schema of the dialects before 3.1, in the one of 3.1.
 *
 *     upgradeSchema({ type: "string", nullable: true, example: "a" })    // { type: ["string", "null"], examples: ["a"] }
 *     upgradeSchema({ minimum: 0, exclusiveMinimum: true })              // { exclusiveMinimum: 0 }
 */
export function upgradeSchema(schema: Readonly<Record<string, unknown>>): JsonSchema {
  const { nullable, example, minimum, exclusiveMinimum, maximum, exclusiveMaximum, ...others } = schema;
  return {
    ...others,
    ...(nullable === true && typeof others.type === "string" ? { type: [others.type, "null"] } : {}),
    ...(example === undefined ? {} : { examples: [example] }),
    ...limit("minimum", "exclusiveMinimum", minimum, exclusiveMinimum),
    ...limit("maximum", "exclusiveMaximum", maximum, exclusiveMaximum),
  };
}

function limit(inclusive: string, exclusive: string, value: unknown, isExclusive: unknown): JsonSchema {
  if (value === undefined) return {};
  return { [isExclusive === true ? exclusive : inclusive]: value };
}
