import type protobuf from "protobufjs";
import { isWellKnown } from "../schema/well-known.js";
import { compileObject } from "./generated-function.js";
import { bytesForm } from "./handler-form.js";
import type { JsonReader } from "./json-reader.js";
import type { ReadContext, ReadValue } from "./read-value.js";

/**
 * The reader of `google.protobuf.Any`: the members beside `@type` are those of the message that it names, or one
 * member `value` for types with a JSON form of their own.
 */
export function createAnyReader(type: protobuf.Type, context: ReadContext): ReadValue {
  const urlName = type.fieldsById[1]!.name;
  const valueName = type.fieldsById[2]!.name;
  const toBytes = bytesForm(context.representation);
  const { defaults } = context.representation;
  const makeBoth = compileObject([urlName, valueName]);
  const make = (url: string, bytes: Buffer): unknown => {
    if (defaults) return makeBoth(url, toBytes(bytes));
    return {
      ...(url === "" ? {} : { [urlName]: url }),
      ...(bytes.length === 0 ? {} : { [valueName]: toBytes(bytes) }),
    };
  };
  return (reader, whenNull) => {
    if (reader.takeNull()) return whenNull;
    const { at, anyAt, typeAt } = reader;
    const url = findTypeUrl(reader);
    if (url === undefined) {
      // An Any of nothing has no members.
      if (reader.openObject()) reader.failValue(at);
      return make("", Buffer.alloc(0));
    }
    const content = url.includes("/") ? context.resolveType(url) : undefined;
    if (content === undefined) return reader.fail("type", at, url);
    const message =
      isWellKnown(content) || isEmpty(content)
        ? readValueMember(reader, content, context)
        : context.wireReader(content).get()(reader, undefined);
    reader.anyAt = anyAt;
    reader.typeAt = typeAt;
    return make(
      url,
      encodeBytes(content, message, () => reader.fail("depth", at)),
    );
  };
}

/** Find the `@type` of the object at `at`, wherever it stands, and leave the cursor where it was. */
export function findTypeUrl(reader: JsonReader): string | undefined {
  const { at, depth } = reader;
  const typeAt = findTypeName(reader);
  let url: string | undefined;
  if (typeAt !== undefined) {
    reader.goBack(typeAt, depth);
    reader.readString();
    reader.colon();
    url = reader.readString();
    reader.anyAt = at;
    reader.typeAt = typeAt;
  }
  reader.goBack(at, depth);
  return url;
}

function findTypeName(reader: JsonReader): number | undefined {
  const known = reader.typeNames.get(reader.at);
  if (known !== undefined) return known;
  if (!reader.openObject()) return undefined;
  do {
    const nameAt = reader.at;
    const name = reader.readString();
    if (name === "@type") return nameAt;
    reader.colon();
    reader.skipValue();
  } while (reader.nextMember());
  return undefined;
}

/** Some peers write an Empty in an Any like the well-known types, others like any message: both are read. */
function isEmpty(type: protobuf.Type): boolean {
  return type.fullName === ".google.protobuf.Empty";
}

/** Read `{ "@type": ..., "value": ... }`, the form of well-known types in an Any. */
function readValueMember(
  reader: JsonReader,
  type: protobuf.Type,
  { wireReader, ignoreUnknownFields }: ReadContext,
): unknown {
  const { at, typeAt } = reader;
  const inner = wireReader(type);
  let value: unknown;
  const names = new Set<string>();
  if (!reader.openObject()) reader.failValue(at);
  do {
    const nameAt = reader.at;
    const name = reader.readString();
    reader.colon();
    if (name === "@type" ? nameAt !== typeAt : names.has(name)) reader.fail("duplicate", nameAt);
    names.add(name);
    const valueAt = reader.at;
    if (name === "value") value = inner.get()(reader, undefined) ?? reader.failValue(valueAt);
    else if (name === "@type" || ignoreUnknownFields) reader.skipValue();
    else reader.fail("unknown", nameAt);
  } while (reader.nextMember());
  if (!names.has("value") && !isEmpty(type)) reader.failValue(at);
  return value ?? {};
}

/** A message in wire form → bytes. protobufjs refuses messages that are nested too deep. */
export function encodeBytes(type: protobuf.Type, message: unknown, fail: () => never): Buffer {
  try {
    // Node's writer makes Buffers; the declared type is that of browsers.
    return type.encode(message as Record<string, unknown>).finish() as Buffer;
  } catch (cause) {
    if (cause instanceof Error && cause.message === "max depth exceeded") return fail();
    throw cause;
  }
}
