import type protobuf from "protobufjs";
import { findOneof } from "../../schema/find-oneof.js";
import type { Annotations } from "../annotations/annotations.js";
import { fieldBehaviors } from "./field-behavior.js";

/** Whether a field must be given, by its behaviour or by what annotations say of it or of its message. */
export type IsRequired = (field: protobuf.Field) => boolean;

/**
 * Make the test for fields that must be given.
 *
 *     string title = 1 [(google.api.field_behavior) = REQUIRED];    // true
 *     option (...openapiv2_schema) = { json_schema: { required: "title" } };    // true
 *
 * Nobody can be asked for what only the server sets, nor for each member of a oneof.
 */
export function createIsRequired(annotations: Annotations): IsRequired {
  const known = new Map<protobuf.Field, boolean>();
  const decide = (field: protobuf.Field): boolean => {
    const behaviors = fieldBehaviors(field);
    if (behaviors.has("OUTPUT_ONLY") || (findOneof(field)?.fieldsArray.length ?? 1) > 1) return false;
    if (behaviors.has("REQUIRED")) return true;
    // grpc-gateway takes any name here for that of the field itself.
    if ((annotations.property(field).required ?? []).length > 0) return true;
    const names = field.message === null ? [] : (annotations.message(field.message).required ?? []);
    return names.includes(field.protoName) || names.includes(field.jsonName);
  };
  return (field) => {
    const isRequired = known.get(field) ?? decide(field);
    known.set(field, isRequired);
    return isRequired;
  };
}
