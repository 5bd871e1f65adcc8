import protobuf from "protobufjs";
import type { ParsedOptions } from "./read-descriptor-options.js";
import { mergeValues } from "./to-proto-message.js";
import { declaredName } from "./walk.js";

/**
 * Bring parsed options into one message of options, with the fields by their names: custom options are extension
 * fields under `"(its.full.name)"`. What is not declared is left out, as its number is not known.
 *
 *     describeOptions(methodOptions, [{ deprecated: true }, { "(google.api.http)": { get: "/v1/shelves" } }], use)
 *     // { deprecated: true, "(google.api.http)": { get: "/v1/shelves" } }
 *
 * @param use is told of every extension that is used: its file has to be imported.
 */
export function describeOptions(
  type: protobuf.ReflectionObject | null,
  parsed: ParsedOptions,
  use: (extension: protobuf.Field) => void,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const option of parsed) {
    for (const [name, value] of Object.entries(option)) {
      const isCustom = name.startsWith("(");
      const extension = isCustom ? findExtension(type, name) : undefined;
      if (isCustom && extension === undefined) continue;
      if (extension !== undefined) use(extension);
      options[name] = mergeValues(options[name], value);
    }
  }
  return options;
}

function findExtension(type: protobuf.ReflectionObject | null, name: string): protobuf.Field | undefined {
  if (!(type instanceof protobuf.Type)) return undefined;
  const fields = type.fieldsArray.map(({ declaringField }) => declaringField);
  return fields.find((field) => field !== null && `(${declaredName(field)})` === name) ?? undefined;
}
