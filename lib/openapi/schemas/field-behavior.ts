import type protobuf from "protobufjs";
import { readOption } from "../../schema/read-option.js";

/** `REQUIRED`, `OUTPUT_ONLY`, `INPUT_ONLY`, `IMMUTABLE` and the other values of `google.api.FieldBehavior`. */
export type FieldBehaviors = ReadonlySet<unknown>;

/**
 * How a field behaves by its annotation. A `required` field of proto2 is `REQUIRED`.
 *
 *     string name = 1 [(google.api.field_behavior) = OUTPUT_ONLY];   // Set { "OUTPUT_ONLY" }
 *
 * @see https://google.aip.dev/203
 */
export function fieldBehaviors(field: protobuf.Field): FieldBehaviors {
  const behaviors = new Set(readOption(field, "google.api.field_behavior").flat());
  if (field.required) behaviors.add("REQUIRED");
  return behaviors;
}
