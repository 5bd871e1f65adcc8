import type protobuf from "protobufjs";
import { didYouMean } from "../schema/suggest-name.js";
import { qualifiedName } from "../schema/walk.js";
import { isWrapper, isWrittenAsString } from "../schema/well-known.js";
import type { BoundVariable } from "./binding.js";

/** Told what is wrong with a field path, and which of its names is at fault. */
export type FieldFault = (message: string, depth: number) => void;

/**
 * Find the fields that the path of a variable leads through. The names are proto names.
 *
 *     resolveVariableFields(updateBookRequest, ["book", "name"], fault)     // [Field book, Field name]
 *
 * A variable is one value: a scalar, an enum, or a well-known message that ProtoJSON writes as one text
 * (Timestamp, Duration, FieldMask and the wrappers, as in grpc-gateway; http.proto promises primitives only).
 * Neither it nor a message on the way may be repeated or a map.
 */
export function resolveVariableFields(
  message: protobuf.Type,
  fieldPath: readonly string[],
  fault: FieldFault,
): BoundVariable["fields"] | undefined {
  const fields: protobuf.Field[] = [];
  let type = message;
  for (const [depth, name] of fieldPath.entries()) {
    const field = findField(type, name);
    if (field === undefined) {
      fault(unknownField(type, name), depth);
      return undefined;
    }
    fields.push(field);
    const child = messageType(field);
    const isLast = depth === fieldPath.length - 1;
    const reason =
      whyNotSingular(field) ?? (isLast ? whyNotValue(field) : whyNotParent(field, fieldPath[depth + 1]));
    if (reason !== undefined) {
      fault(`field "${name}" of ${qualifiedName(type)} ${reason}`, depth);
      return undefined;
    }
    if (child !== undefined) type = child;
  }
  const [first, ...rest] = fields;
  return first === undefined ? undefined : [first, ...rest];
}

/**
 * Find a field of a message by the name that the `.proto` gives it.
 *
 *     findField(listBooksRequest, "page_size")
 */
export function findField(type: protobuf.Type, name: string): protobuf.Field | undefined {
  return type.fieldsArray.find((field) => field.protoName === name);
}

/** What is wrong with a name that no field has. */
export function unknownField(type: protobuf.Type, name: string): string {
  const names = type.fieldsArray.map((field) => field.protoName);
  const remedy = suggestByJsonName(type, name) || didYouMean(name, names) || listNames(names);
  return `field "${name}" is not in ${qualifiedName(type)}${remedy}`;
}

function suggestByJsonName(type: protobuf.Type, name: string): string {
  const field = type.fieldsArray.find(({ jsonName }) => jsonName === name);
  return field === undefined ? "" : `; did you mean "${field.protoName}"?`;
}

function listNames(names: readonly string[]): string {
  if (names.length === 0) return ", which has no fields";
  const shown = names.slice(0, 8).map((name) => `"${name}"`);
  return `: write one of ${shown.join(", ")}${names.length > shown.length ? ", ..." : ""}`;
}

/** The type of a message field. Read by shape: the Root may come from another copy of protobufjs. */
function messageType(field: protobuf.Field): protobuf.Type | undefined {
  return field.resolvedType !== null && "fields" in field.resolvedType ? field.resolvedType : undefined;
}

function whyNotSingular(field: protobuf.Field): string | undefined {
  if (field.map) return "is a map and cannot be in a path: leave it to the query or the body";
  if (field.repeated) return "is repeated and cannot be in a path: leave it to the query or the body";
  return undefined;
}

function whyNotValue(field: protobuf.Field): string | undefined {
  const type = messageType(field);
  if (type === undefined || isWrittenAsString(type) || isWrapper(type)) return undefined;
  const example = type.fieldsArray.find(
    (child) => whyNotSingular(child) === undefined && !messageType(child),
  );
  const remedy =
    example === undefined
      ? "leave it to the query or the body"
      : `name one of its fields, as in "${field.protoName}.${example.protoName}"`;
  return `is a message (${qualifiedName(type)}) and cannot be in a path: ${remedy}`;
}

function whyNotParent(field: protobuf.Field, next: string | undefined): string | undefined {
  if (messageType(field) !== undefined) return undefined;
  return `has the type ${field.type} and no fields: remove ".${next}"`;
}
