import protobuf from "protobufjs";
import { invalidField } from "../call/rpc-error.js";
import { cutText, quoteText } from "../schema/cut-text.js";
import { elementTypeName, protoName } from "../schema/field-names.js";
import { isFreeForm, isWrapper, isWrittenAsString } from "../schema/well-known.js";
import { JsonFault } from "./json-fault.js";
import type { ReaderPool } from "./json-reader.js";
import type { Compiled } from "./message-codec.js";
import { integerRanges, withoutLeadingZeros } from "./number-text.js";
import type { ReadValue } from "./read-value.js";

/** Text from a path or a query → the JSON text that stands for it, `undefined` if there is none. */
type ToJson = (text: string) => string | undefined;

/**
 * A parser of text from a path or a query, for one value of a field.
 *
 * The text is ProtoJSON without the quotes; Struct, Value, ListValue and Any are JSON text.
 */
export function createTextParser(
  field: protobuf.Field,
  { decoders, readers }: Pick<Compiled, "decoders" | "readers">,
): (text: string, path?: string) => unknown {
  const read = decoders.element(field);
  const toJson = jsonOf(field);
  const type = elementTypeName(field);
  const parseJson = (json: string | undefined) =>
    json === undefined ? undefined : readText(json, read, readers);
  const parse = field.type === "string" ? parseString : (text: string) => parseJson(toJson(text));
  return (text, path = protoName(field)) => {
    const value = parse(text);
    if (value !== undefined) return value;
    throw invalidField(
      path,
      `invalid value ${quoteText(cutText(text))} for field ${quoteText(path)} (${type})`,
    );
  };
}

/** Most of what a path says is a string, which is there already. */
function parseString(text: string): string | undefined {
  return text.isWellFormed() ? text : undefined;
}

function readText(json: string, read: ReadValue, readers: ReaderPool): unknown {
  const reader = readers.take(json);
  try {
    reader.start();
    const value = read(reader, undefined);
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof JsonFault) return undefined;
    throw error;
  } finally {
    readers.giveBack(reader);
  }
}

function jsonOf(field: protobuf.Field): ToJson {
  const { resolvedType } = field.resolve();
  if (resolvedType instanceof protobuf.Enum) return enumJson;
  if (resolvedType instanceof protobuf.Type) return messageJson(resolvedType);
  if (field.type === "bool") return (text) => (text === "true" || text === "false" ? text : undefined);
  // Leading zeros are no JSON, but ordinary in a path.
  if (integerRanges.has(field.type)) return (text) => JSON.stringify(withoutLeadingZeros(text));
  return JSON.stringify;
}

function enumJson(text: string): string {
  return /^-?[0-9]+$/.test(text) ? text : JSON.stringify(text);
}

function messageJson(type: protobuf.Type): ToJson {
  if (isWrittenAsString(type)) return JSON.stringify;
  if (isFreeForm(type)) return (text) => text;
  if (isWrapper(type)) return jsonOf(type.fieldsById[1]!);
  // Other messages have no form in a path or a query.
  return () => undefined;
}
