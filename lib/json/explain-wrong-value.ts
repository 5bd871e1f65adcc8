import protobuf from "protobufjs";
import { answerNames, elementTypeName, fieldTypeName, protoName } from "../schema/field-names.js";
import { qualifiedName } from "../schema/walk.js";
import { isWellKnown } from "../schema/well-known.js";
import { WrongValue } from "../schema/wire-values.js";
import type { Subject } from "./describe-fault.js";
import type { Encoders } from "./encoders.js";
import { maxDepth } from "./json-reader.js";
import { JsonWriter } from "./json-writer.js";

/**
 * The error of a message that cannot be written, with the path of the field. It is the handler's fault.
 *
 *     invalid value 1.5 for field "items[3].page_size" (int32) of acme.ListResponse
 *
 * The path is found by writing the message once more, field by field, so that writing costs nothing for it.
 */
export function explainWrongValue(
  fault: WrongValue,
  value: unknown,
  subject: Subject,
  encoders: Encoders,
): Error {
  const search: Search = { encoders, writer: new JsonWriter(), depth: 0 };
  const found =
    subject instanceof protobuf.Type
      ? findInMessage(value, subject, "", search)
      : findInField(value, subject.field, subject.path, search);
  if (found !== undefined) fault.enclose(found.path, undefined, found.type);
  return fault.within(
    qualifiedName(subject instanceof protobuf.Type ? subject : (subject.field.parent as protobuf.Type)),
  );
}

interface Search {
  readonly encoders: Encoders;
  /** What is written is of no interest. */
  readonly writer: JsonWriter;
  readonly depth: number;
}

interface Found {
  readonly path: string;
  readonly type: string;
}

function findInMessage(
  message: unknown,
  type: protobuf.Type,
  path: string,
  search: Search,
): Found | undefined {
  if (typeof message !== "object" || message === null || isWellKnown(type)) return undefined;
  for (const [field, names] of answerNames(type)) {
    const name = names.find((key) => Object.hasOwn(message, key));
    if (name === undefined) continue;
    const value = (message as Record<string, unknown>)[name];
    const found = findInField(
      value,
      field,
      path === "" ? protoName(field) : `${path}.${protoName(field)}`,
      search,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function findInField(value: unknown, field: protobuf.Field, path: string, search: Search): Found | undefined {
  if (value === undefined || value === null) return undefined;
  const type = fieldTypeName(field);
  if (!field.repeated && !field.map) return findInElement(value, field, path, search);
  if (typeof value !== "object" || (field.repeated && !(Symbol.iterator in value))) return { path, type };
  const entries = field.repeated ? [...(value as Iterable<unknown>)].entries() : entriesOf(value);
  for (const [key, item] of entries) {
    const found = findInElement(item, field, `${path}[${String(key)}]`, search);
    if (found !== undefined) return found;
  }
  // What is left are keys.
  return field.map && fails(() => search.encoders.field(field)(search.writer, 0, value, 0))
    ? { path, type }
    : undefined;
}

/** A list has no key for what was never set in it; a map has those that it was given. */
function entriesOf(map: object): Iterable<[unknown, unknown]> {
  return map instanceof Map ? map : Object.entries(map);
}

function findInElement(
  value: unknown,
  field: protobuf.Field,
  path: string,
  search: Search,
): Found | undefined {
  if (
    search.depth > maxDepth ||
    !fails(() => search.encoders.element(field)(search.writer, 0, value, search.depth))
  )
    return undefined;
  const { resolvedType } = field;
  const deeper =
    resolvedType instanceof protobuf.Type
      ? findInMessage(value, resolvedType, path, { ...search, depth: search.depth + 1 })
      : undefined;
  return deeper ?? { path, type: elementTypeName(field) };
}

function fails(write: () => void): boolean {
  try {
    write();
    return false;
  } catch (error) {
    if (error instanceof WrongValue) return true;
    throw error;
  }
}
