import protobuf from "protobufjs";
import type { JsonSwitches } from "../../json/codec.js";
import { jsonName, protoName } from "../../schema/field-names.js";
import { cleanComment, joinParagraphs } from "../comments.js";
import type { Visibility } from "../visibility.js";
import { fieldBehaviors } from "./field-behavior.js";

/**
 * The name of a field in JSON that is written.
 *
 *     wireName(pageSize, {})                           // "pageSize"
 *     wireName(pageSize, { protoFieldNames: true })    // "page_size"
 */
export function wireName(field: protobuf.Field, switches: JsonSwitches): string {
  return switches.protoFieldNames ? protoName(field) : jsonName(field);
}

/** The fields of a message that readers may see, as declared. */
export function visibleFields(type: protobuf.Type, visibility: Visibility): protobuf.Field[] {
  return type.fieldsArray.filter((field) => visibility.shows(field));
}

/** Whether a field is in every answer: it has no presence and is written even when it is empty. */
export function isAlwaysWritten(field: protobuf.Field, switches: JsonSwitches): boolean {
  if (!switches.emitDefaults || field.hasPresence || fieldBehaviors(field).has("INPUT_ONLY")) return false;
  return field.repeated || field.map || !(field.resolvedType instanceof protobuf.Type);
}

/** What readers should know of a field: its comment, and what only the schema knows. */
export function describeField(field: protobuf.Field): string | undefined {
  const comment = cleanComment(field.comment);
  const isImmutable = fieldBehaviors(field).has("IMMUTABLE") && !/^immutable\b/i.test(comment ?? "");
  const preset: unknown = field.options?.default;
  return joinParagraphs(
    comment,
    isImmutable ? "Immutable: it is set at creation and stays." : undefined,
    preset === undefined ? undefined : `Defaults to \`${preset}\`.`,
  );
}

export function isDeprecated(object: protobuf.ReflectionObject): true | undefined {
  return object.options?.deprecated === true || undefined;
}
