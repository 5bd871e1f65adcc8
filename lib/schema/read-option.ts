import type protobuf from "protobufjs";

/**
 * Every value that a custom option was given on a type, field, service or method, in the order of the source.
 *
 *     readOption(field, "google.api.field_behavior")   // ["REQUIRED", "IMMUTABLE"]
 *     readOption(method, "google.api.http")            // [{ get: "/v1/{name=shelves/*}" }]
 *
 * The source may have spelt the name with a leading dot or relative to its package. Values look as in the source:
 * enum values by name, messages as objects with proto names.
 */
export function readOption(object: protobuf.ReflectionObject, fullName: string): unknown[] {
  return (object.parsedOptions ?? []).flatMap((option: Record<string, unknown>) =>
    Object.entries(option)
      .filter(([key]) => namesExtension(key, fullName, object))
      .map(([, value]) => value),
  );
}

/** Whether `"(http)"`, written inside `.google.api.Things`, means `google.api.http`. */
function namesExtension(key: string, fullName: string, scope: protobuf.ReflectionObject): boolean {
  if (!key.startsWith("(") || !key.endsWith(")")) return false;
  const name = key.slice(1, -1);
  if (name === fullName || name === `.${fullName}`) return true;
  return fullName.endsWith(`.${name}`) && scope.fullName.startsWith(`.${fullName.slice(0, -name.length)}`);
}
