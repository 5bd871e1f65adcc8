import protobuf from "protobufjs";
import { qualifiedName } from "../../schema/walk.js";
import { isWellKnown } from "../../schema/well-known.js";
import type { JsonSchema } from "../document.js";
import { fieldBehaviors } from "./field-behavior.js";
import type { Resources } from "./resources.js";

/**
 * What a field mask may hold that is about the one message beside it, as in the request of an update.
 *
 *     message UpdateBookRequest { Book book = 1; google.protobuf.FieldMask update_mask = 2; }    // "title,pageCount"
 */
export function maskExamples(field: protobuf.Field, resources: Resources): JsonSchema {
  const { parent, resolvedType } = field;
  const isMask = resolvedType instanceof protobuf.Type && qualifiedName(resolvedType) === fieldMask;
  if (!isMask || !(parent instanceof protobuf.Type)) return {};
  const [type, ...others] = parent.fieldsArray.flatMap(messageIn);
  if (type === undefined || others.length > 0) return {};
  const paths = type.fieldsArray
    .filter((one) => isUpdated(one) && resources.patternsOf(one).length === 0)
    .map((one) => protobuf.util.camelCase(one.protoName));
  return paths.length === 0 ? {} : { examples: [paths.slice(0, 2).join()] };
}

const fieldMask = "google.protobuf.FieldMask";

function messageIn({ resolvedType, repeated, map }: protobuf.Field): protobuf.Type[] {
  const isMessage = resolvedType instanceof protobuf.Type && !isWellKnown(resolvedType);
  return isMessage && !repeated && !map ? [resolvedType] : [];
}

/** Whether an update may change a field: names and what the server sets stay. */
function isUpdated(field: protobuf.Field): boolean {
  const behaviors = fieldBehaviors(field);
  return ["OUTPUT_ONLY", "IMMUTABLE", "IDENTIFIER"].every((behavior) => !behaviors.has(behavior));
}
