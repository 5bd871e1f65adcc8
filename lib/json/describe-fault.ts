import protobuf from "protobufjs";
import { codes, invalidField, RpcError } from "../call/rpc-error.js";
import { cutText, escapeControls, quoteText } from "../schema/cut-text.js";
import { elementTypeName, fieldsByName, fieldTypeName, protoName } from "../schema/field-names.js";
import { qualifiedName } from "../schema/walk.js";
import { isWellKnown } from "../schema/well-known.js";
import { JsonFault } from "./json-fault.js";
import { JsonReader, maxDepth } from "./json-reader.js";
import { findTypeUrl } from "./read-any.js";
import type { ResolveType } from "./resolve-type.js";
import { findClosingQuote } from "./string-token.js";

/** What a JSON text is of: a message, or a field with what errors call it. */
export type Subject = protobuf.Type | { readonly field: protobuf.Field; readonly path: string };

/** The text that a fault is in. */
export interface FaultSource {
  readonly text: string;
  readonly subject: Subject;
  readonly resolveType: ResolveType;
}

/** The same with a cursor over the text, which remembers where it has seen the types of Any messages. */
interface Search extends FaultSource {
  readonly reader: JsonReader;
}

/**
 * The error that the client reads: INVALID_ARGUMENT with the path of the field as its `.proto` file names it.
 *
 *     invalid value "abc" for field "items[3].page_size" (int32)
 *     unknown field "items[3].colour" in acme.Item
 *     malformed JSON at line 2, column 14: expected ":"
 */
export function describeFault(fault: JsonFault, source: FaultSource): RpcError {
  const { text } = source;
  if (fault.kind === "syntax") {
    const { line, column } = lineAndColumn(text, fault.at);
    return new RpcError(
      codes.INVALID_ARGUMENT,
      `malformed JSON at line ${line}, column ${column}: expected ${fault.note}`,
    );
  }
  const search: Search = { ...source, reader: new JsonReader(text) };
  const levels = levelsTo(search, fault.at);
  // What is wrong with a key is told of the map.
  if (fault.kind === "key") levels.pop();
  const parent = placeOf(levels, search, fault.kind === "unknown");
  const place = fault.kind === "required" ? { ...parent, path: join(parent.path, fault.note) } : parent;
  const message = describe(fault, text, place);
  return place.path === ""
    ? new RpcError(codes.INVALID_ARGUMENT, message)
    : invalidField(place.path, message);
}

function describe(fault: JsonFault, text: string, place: Place): string {
  const field = `field ${quoteText(place.path)}`;
  const target = place.path === "" ? `message (${place.type})` : `${field} (${place.type})`;
  switch (fault.kind) {
    case "unknown":
      return `unknown ${field} in ${place.parent}`;
    case "duplicate":
      return `${field} is given twice`;
    case "oneof":
      return `${field} is given beside another field of the oneof "${fault.note}"`;
    case "required":
      return `required ${field} is missing`;
    case "key":
      return `invalid key ${printValue(text, fault.at)} for ${target}`;
    case "type":
      return `unknown type ${quoteText(cutText(fault.note))} for ${target}`;
    case "depth":
      return `${target} is nested deeper than ${maxDepth} levels`;
    default:
      return `invalid value ${printValue(text, fault.at)} for ${target}`;
  }
}

/** Where in a message something stands. */
interface Place {
  /** `"items[3].page_size"` */
  readonly path: string;
  /** `"int32"`, `"repeated acme.Item"`, `"map<string, acme.Item>"` */
  readonly type: string;
  /** The message that the last field belongs to. */
  readonly parent: string;
}

/** One level of the text: the name or index of what is being read in it. */
interface Level {
  /** Where the object or array starts. */
  readonly open: number;
  step: string | number;
}

/** @param isUnknown the last name is none of the message. */
function placeOf(levels: readonly Level[], search: Search, isUnknown: boolean): Place {
  let cursor = startCursor(search.subject);
  for (const [i, level] of levels.entries()) {
    cursor = descend(cursor, search, { ...level, isUnknown: isUnknown && i === levels.length - 1 });
  }
  return { path: cursor.path, type: printType(cursor), parent: cursor.parent };
}

/** The levels around an offset. The text before it has been read and is known to be well formed. */
function levelsTo({ text, reader }: Search, offset: number): Level[] {
  const levels: Level[] = [];
  for (let at = 0; at <= offset; at++) {
    const char = text[at];
    const top = levels.at(-1);
    if (char === '"') {
      const string = stringAt(text, at);
      reader.at = at + string.length;
      if (reader.skipSpace() === 58 && typeof top?.step === "string") top.step = JSON.parse(string);
      if (at === offset) break;
      at = reader.at - 1;
    } else if (at === offset) break;
    else if (char === "{") levels.push({ open: at, step: "" });
    else if (char === "[") levels.push({ open: at, step: 0 });
    else if (char === "}" || char === "]") levels.pop();
    else if (char === "," && typeof top?.step === "number") top.step++;
  }
  return levels;
}

/** The string that starts at an offset, with its quotes. */
function stringAt(text: string, at: number): string {
  return text.slice(at, findClosingQuote(text, at + 1) + 1);
}

/** How far a path has been followed through the types. */
interface Cursor {
  readonly path: string;
  readonly parent: string;
  /** The field as a whole, one element or entry of it, a message, or JSON of no declared type. */
  readonly field?: protobuf.Field | undefined;
  readonly isElement?: boolean;
  readonly message?: protobuf.Type | undefined;
}

function startCursor(subject: Subject): Cursor {
  if (subject instanceof protobuf.Type) return { path: "", parent: qualifiedName(subject), message: subject };
  return { path: subject.path, parent: "", field: subject.field };
}

function descend(cursor: Cursor, search: Search, level: Level & { readonly isUnknown: boolean }): Cursor {
  const { open, step, isUnknown } = level;
  const { field, path, parent } = cursor;
  if (field !== undefined && !cursor.isElement && (field.map || field.repeated)) {
    return { path: `${path}[${cutText(String(step))}]`, parent, field, isElement: true };
  }
  const message =
    cursor.message ?? (field?.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined);
  const type = message?.fullName === ".google.protobuf.Any" ? typeOfAny(search, open) : message;
  const hasFields = type !== undefined && !isWellKnown(type) && !isUnknown;
  const child = hasFields ? findField(type, String(step)) : undefined;
  if (child === undefined) {
    const below = typeof step === "number" ? `${path}[${step}]` : join(path, cutText(step));
    return {
      path: below,
      parent: type === undefined ? "" : qualifiedName(type),
      message: freeForm(type, step),
    };
  }
  return { path: join(path, protoName(child)), parent: qualifiedName(type!), field: child };
}

/** The field of a name, in whatever letter case: where that matters, the name has been refused before. */
function findField(type: protobuf.Type, name: string): protobuf.Field | undefined {
  const fields = fieldsByName(type);
  const lowerCase = name.toLowerCase();
  return fields.get(name) ?? [...fields].find(([other]) => other.toLowerCase() === lowerCase)?.[1];
}

/** The type of what stands below a type with a JSON form of its own. */
function freeForm(type: protobuf.Type | undefined, step: string | number): protobuf.Type | undefined {
  if (type === undefined || !/^\.google\.protobuf\.(Struct|ListValue|Value)$/.test(type.fullName)) {
    return step === "value" ? type : undefined;
  }
  return type.root.lookupType("google.protobuf.Value");
}

function typeOfAny({ reader, resolveType }: Search, open: number): protobuf.Type | undefined {
  reader.goBack(open, 0);
  try {
    const url = findTypeUrl(reader);
    return url === undefined ? undefined : resolveType(url);
  } catch (error) {
    // What is wrong with the text stands before the type, or in it.
    if (error instanceof JsonFault) return undefined;
    throw error;
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function printType({ field, isElement, message }: Cursor): string {
  if (field !== undefined) return isElement ? elementTypeName(field) : fieldTypeName(field);
  return message === undefined ? "unknown" : qualifiedName(message);
}

/** The value that starts at an offset, as its text has it, but for what is not seen in that. */
function printValue(text: string, at: number): string {
  const reader = new JsonReader(text);
  reader.at = at;
  if (text[at] === '"') return quoteText(cutText(JSON.parse(stringAt(text, at))));
  reader.skipValue();
  return escapeControls(cutText(text.slice(at, reader.at)));
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}
