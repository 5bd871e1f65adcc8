import protobuf from "protobufjs";
import { invalidField } from "../call/rpc-error.js";
import type { FieldCodec } from "./codec.js";
import { parseKey } from "./decoders.js";
import { cut } from "./describe-fault.js";
import { protoName } from "./field-names.js";
import { type Compiled, readAll, writeAll } from "./message-codec.js";
import { createTextParser } from "./parse-text.js";
import type { ReaderSlot } from "./read-value.js";
import type { WriteValue } from "./write-scalar.js";

export function createFieldCodec(field: protobuf.Field, compiled: Compiled): FieldCodec {
  const reader: ReaderSlot = {
    read(...args) {
      this.read = compiled.decoders.field(field);
      return this.read(...args);
    },
  };
  let write: WriteValue | undefined;
  return {
    decode(text, path = protoName(field)) {
      return readAll({ text, subject: { field, path }, resolveType: compiled.resolveType }, reader);
    },
    encode(value) {
      write ??= compiled.encoders.field(field);
      return writeAll(value, { field, path: protoName(field) }, write, compiled);
    },
    parse: createTextParser(field, compiled.decoders),
    parseKey: createKeyParser(field),
  };
}

function createKeyParser(field: protobuf.Field): (text: string, path?: string) => string {
  return (text, path = protoName(field)) => {
    const key = field instanceof protobuf.MapField ? parseKey(field.keyType, text) : undefined;
    if (key !== undefined) return key;
    const type = field instanceof protobuf.MapField ? field.keyType : "no map";
    throw invalidField(path, `invalid key "${cut(text)}" for field "${path}" (${type})`);
  };
}
