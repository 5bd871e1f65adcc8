import protobuf from "protobufjs";
import { declaredName } from "./walk.js";

/** Options as protobufjs parses them: one entry for each, a custom one under `"(its.full.name)"`. */
export type ParsedOptions = Record<string, unknown>[];

/**
 * Read the options of a descriptor, whose type knows the custom options as extensions, into the form that the
 * parser of `.proto` text gives.
 *
 *     readDescriptorOptions(methodOptions)
 *     // [{ deprecated: true }, { "(google.api.http)": { get: "/v1/shelves" } }]
 */
export function readDescriptorOptions(options: protobuf.Message | null | undefined): ParsedOptions {
  if (!options) return [];
  return setFields(options).flatMap(([field, value]) => {
    const name = field.declaringField === null ? field.protoName : `(${declaredName(field.declaringField)})`;
    const values = field.repeated && Array.isArray(value) ? value : [value];
    return values.map((element: unknown) => ({ [name]: readValue(field, element) }));
  });
}

/** The same of an enum value, for which the parser keeps names like `"(its.full.name).member"`. */
export function flattenOptions(options: ParsedOptions): Record<string, unknown> {
  return Object.fromEntries(options.flatMap((option) => Object.entries(option).flatMap(flattenEntry)));
}

function flattenEntry([name, value]: [string, unknown]): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[name, value]];
  return Object.entries(value).flatMap(([member, inner]) => flattenEntry([`${name}.${member}`, inner]));
}

/** The fields that are set, by their numbers, with their values. */
function setFields(message: protobuf.Message): [protobuf.Field, unknown][] {
  const fields = message.$type.fieldsArray.filter((field) => Object.hasOwn(message, field.name));
  return fields
    .sort((a, b) => a.id - b.id)
    .map((field): [protobuf.Field, unknown] => [field, Reflect.get(message, field.name)])
    .filter(([field, value]) => !(field.repeated && Array.isArray(value) && value.length === 0));
}

function readValue(field: protobuf.Field, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => readValue(field, element));
  if (field.resolvedType instanceof protobuf.Enum)
    return field.resolvedType.valuesById[Number(value)] ?? value;
  if (value instanceof protobuf.Message) return readMessage(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (typeof value === "object") {
    const number = Number(value); // a Long: the only other object there is
    return Number.isSafeInteger(number) ? number : String(value);
  }
  return value;
}

function readMessage(message: protobuf.Message): Record<string, unknown> {
  return Object.fromEntries(
    setFields(message).map(([field, value]) => [
      field.declaringField === null ? field.protoName : `[${declaredName(field.declaringField)}]`,
      field.map ? readMap(field, value as Record<string, unknown>) : readValue(field, value),
    ]),
  );
}

/** In the text of a `.proto` file a map is a list of its entries. */
function readMap(field: protobuf.Field, map: Record<string, unknown>): unknown[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: readValue(field, value) }));
}
