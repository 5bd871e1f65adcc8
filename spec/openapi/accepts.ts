import {
  registerSchema,
  type SchemaObject,
  unregisterSchema,
  validate,
} from "@hyperjump/json-schema/draft-2020-12";
import type { JsonSchema } from "../../lib/openapi/document.js";

/** Whether a schema without references, or with references into `components`, allows a value. */
export async function accepts(
  schema: JsonSchema,
  value: unknown,
  components: Readonly<Record<string, JsonSchema>> = {},
): Promise<boolean> {
  const uri = "https://example.com/schema";
  const whole = { ...schema, components: { schemas: components } };
  // What JSON.parse makes is what the validator takes: plain JSON.
  registerSchema(
    JSON.parse(JSON.stringify(whole)) as SchemaObject,
    uri,
    "https://json-schema.org/draft/2020-12/schema",
  );
  try {
    const { valid } = await validate(uri, JSON.parse(JSON.stringify(value)));
    return valid;
  } finally {
    unregisterSchema(uri);
  }
}
