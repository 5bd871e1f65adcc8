import protobuf from "protobufjs";
import { invalidField } from "../call/rpc-error.js";
import { cutText, quoteText } from "../schema/cut-text.js";
import { protoName } from "../schema/field-names.js";
import type { FieldCodec } from "./codec.js";
import { parseKey } from "./decoders.js";
import { LazyFunction } from "./lazy-function.js";
import { type Compiled, readAll, writeText, writeToBytes, writeToSend } from "./message-codec.js";
import { createTextParser } from "./parse-text.js";

export function createFieldCodec(field: protobuf.Field, compiled: Compiled): FieldCodec {
  const subject = { field, path: protoName(field) };
  const reader = new LazyFunction(() => compiled.decoders.field(field));
  const writer = new LazyFunction(() => compiled.encoders.field(field));
  return {
    decode(text, path = protoName(field)) {
      return readAll(
        { text, subject: { field, path }, resolveType: compiled.resolveType },
        reader,
        compiled.readers,
      );
    },
    encode: (value) => writeText({ value, subject, writer }, compiled),
    encodeToBytes: (value) => writeToBytes({ value, subject, writer }, compiled),
    encodeToSend: (value) => writeToSend({ value, subject, writer }, compiled),
    parse: createTextParser(field, compiled),
    parseKey: createKeyParser(field),
  };
}

function createKeyParser(field: protobuf.Field): (text: string, path?: string) => string {
  return (text, path = protoName(field)) => {
    const key = field instanceof protobuf.MapField ? parseKey(field.keyType, text) : undefined;
    if (key !== undefined) return key;
    const type = field instanceof protobuf.MapField ? field.keyType : "no map";
    throw invalidField(
      path,
      `invalid key ${quoteText(cutText(text))} for field ${quoteText(path)} (${type})`,
    );
  };
}
