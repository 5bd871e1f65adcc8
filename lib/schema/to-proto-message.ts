import protobuf from "protobufjs";
import { isRecord } from "./record.js";
import { declaredName } from "./walk.js";
import { toInt64, toUint64 } from "./wire-values.js";

/**
 * Make a message of values as the text of a `.proto` file has them: fields by their proto names, extensions as
 * `"(its.full.name)"` or `"[its.full.name]"`, enum values by name or number, bytes as text, maps as lists of entries.
 *
 *     toProtoMessage(httpRule, { get: "/v1/shelves", additional_bindings: { post: "/v1/shelves:list" } })
 *
 * What the type does not have is left out.
 */
export function toProtoMessage(
  type: protobuf.Type,
  values: Readonly<Record<string, unknown>>,
): protobuf.Message {
  const message: Record<string, unknown> = {};
  const fields = fieldsByName(type);
  for (const [name, value] of Object.entries(values)) {
    const field = fields.get(name.replace(/^\[(.*)\]$/, "($1)"));
    if (field === undefined || value === undefined) continue;
    message[field.name] = toFieldValue(field, value);
  }
  return type.create(message);
}

/** A name that is given again adds to a list, and to the members of a message. */
export function mergeValues(before: unknown, value: unknown): unknown {
  if (before === undefined) return value;
  if (isRecord(before) && isRecord(value)) {
    const merged = { ...before };
    for (const [name, member] of Object.entries(value)) merged[name] = mergeValues(before[name], member);
    return merged;
  }
  return [before, value].flat();
}

function fieldsByName(type: protobuf.Type): Map<string, protobuf.Field> {
  return new Map(
    type.fieldsArray.map((field) => [
      field.declaringField === null
        ? (field.protoName ?? field.name)
        : `(${declaredName(field.declaringField)})`,
      field,
    ]),
  );
}

function toFieldValue(field: protobuf.Field, value: unknown): unknown {
  if (field instanceof protobuf.MapField) return toMap(field, value);
  if (field.repeated) return [value].flat().map((element) => toValue(field, element));
  // Only a list can be given twice; of another field the last one holds.
  return toValue(field, Array.isArray(value) ? value.at(-1) : value);
}

function toMap(field: protobuf.MapField, value: unknown): Record<string, unknown> {
  const entries = [value].flat().filter(isRecord);
  return Object.fromEntries(entries.map((entry) => [String(entry.key ?? ""), toValue(field, entry.value)]));
}

function toValue(field: protobuf.FieldBase, value: unknown): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum) {
    return typeof value === "string" ? (resolvedType.values[value] ?? 0) : Number(value);
  }
  if (resolvedType instanceof protobuf.Type)
    return toProtoMessage(resolvedType, isRecord(value) ? value : {});
  switch (field.type) {
    case "string":
      return String(value);
    case "bytes":
      return Buffer.from(String(value), "latin1");
    case "bool":
      return value === true || value === "true";
    case "double":
    case "float":
      return toFloat(value);
    case "uint64":
    case "fixed64":
      return toUint64(value);
    case "int64":
    case "sint64":
    case "sfixed64":
      return toInt64(value);
    default:
      return Number(value);
  }
}

function toFloat(value: unknown): number {
  const infinity = /^(-?)inf(?:inity)?$/i.exec(String(value));
  if (infinity === null) return Number(value);
  return infinity[1] === "" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
