import protobuf from "protobufjs";
import { readOption } from "../schema/read-option.js";
import { isRecord } from "../schema/record.js";

/** Whether readers of the document may see a service, method, message, field or enum; or a value of an enum. */
export interface Visibility {
  shows(object: protobuf.ReflectionObject): boolean;
  showsValue(enumeration: protobuf.Enum, name: string): boolean;
}

/**
 * Hides what `google.api.visibility` restricts to labels that are not among the given.
 *
 *     rpc Purge(...) { option (google.api.method_visibility).restriction = "INTERNAL, TESTER"; }
 *     createVisibility([]).shows(purge)           // false
 *     createVisibility(["TESTER"]).shows(purge)   // true
 *
 * What is declared within something hidden is hidden, and so is a field that holds it. The label `*` shows all.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/visibility.proto
 */
export function createVisibility(labels: readonly string[]): Visibility {
  const isGranted = (restriction: unknown): boolean => {
    if (typeof restriction !== "string" || restriction.trim() === "" || labels.includes("*")) return true;
    return restriction.split(",").some((label) => labels.includes(label.trim()));
  };
  const decided = new Map<protobuf.ReflectionObject, boolean>();
  const decide = (object: protobuf.ReflectionObject): boolean => {
    const isAllowed = rulesOf(object).every((rule) => !isRecord(rule) || isGranted(rule.restriction));
    const { parent } = object;
    const isWithin = parent instanceof protobuf.Type || parent instanceof protobuf.Service;
    if (!isAllowed || (isWithin && !shows(parent))) return false;
    return !(object instanceof protobuf.Field && object.resolvedType !== null && !shows(object.resolvedType));
  };
  const shows = (object: protobuf.ReflectionObject): boolean => {
    const isShown = decided.get(object) ?? decide(object);
    decided.set(object, isShown);
    return isShown;
  };
  return {
    shows,
    showsValue(enumeration, name) {
      return Object.entries(enumeration.valuesOptions?.[name] ?? {}).every(([option, value]) => {
        if (!/^\(\.?(google\.api\.)?value_visibility\)/.test(option)) return true;
        return isGranted(isRecord(value) ? value.restriction : value);
      });
    },
  };
}

function rulesOf(object: protobuf.ReflectionObject): unknown[] {
  return extensions.flatMap((name) => readOption(object, `google.api.${name}`));
}

const extensions = [
  "api_visibility",
  "method_visibility",
  "message_visibility",
  "field_visibility",
  "enum_visibility",
];
