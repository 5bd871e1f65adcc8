import protobuf from "protobufjs";
import { qualifiedName } from "./walk.js";

/** The name of a field in JSON: `"pageSize"`, or `"[acme.extension]"`. */
export function jsonName(field: protobuf.Field): string {
  return field.declaringField === null ? (field.jsonName ?? field.name) : extensionName(field);
}

/** The name of a field in the `.proto` file: `"page_size"`, or `"[acme.extension]"`. */
export function protoName(field: protobuf.Field): string {
  return field.declaringField === null ? (field.protoName ?? field.name) : extensionName(field);
}

/**
 * The names under which each field is looked for in answers: that of handlers first, then those of JSON and of the
 * `.proto` file, unless another field has a better claim to them.
 */
export function answerNames(type: protobuf.Type): ReadonlyMap<protobuf.Field, readonly string[]> {
  const fields = type.fieldsArray.map((field) => field.resolve());
  const owners = new Map<string, protobuf.Field>();
  for (const nameOf of [({ name }: protobuf.Field) => name, jsonName, protoName]) {
    for (const field of fields) if (!owners.has(nameOf(field))) owners.set(nameOf(field), field);
  }
  const names = new Map(fields.map((field): [protobuf.Field, string[]] => [field, []]));
  for (const [name, field] of owners) names.get(field)?.push(name);
  return names;
}

function extensionName(field: protobuf.Field): string {
  const { fullName, name, protoName } = field.declaringField ?? field;
  const scope = fullName.slice(1, fullName.length - name.length);
  return `[${scope}${protoName ?? name}]`;
}

/**
 * The field that each name in JSON text stands for: the JSON names, then the proto names that are still free.
 */
export function fieldsByName(type: protobuf.Type): ReadonlyMap<string, protobuf.Field> {
  const fields = type.fieldsArray.map((field) => field.resolve());
  const byName = new Map(fields.map((field) => [jsonName(field), field]));
  for (const field of fields) {
    if (!byName.has(protoName(field))) byName.set(protoName(field), field);
  }
  return byName;
}

/** The type of one value of a field: `"int32"`, `"acme.Book"`. */
export function elementTypeName(field: protobuf.Field): string {
  return field.resolvedType === null ? field.type : qualifiedName(field.resolvedType);
}

/** The type of a field as a whole: `"int32"`, `"repeated acme.Book"`, `"map<string, int32>"`. */
export function fieldTypeName(field: protobuf.Field): string {
  if (field instanceof protobuf.MapField) return `map<${field.keyType}, ${elementTypeName(field)}>`;
  return field.repeated ? `repeated ${elementTypeName(field)}` : elementTypeName(field);
}
