import protobuf from "protobufjs";
import type { MessageCodec } from "./codec.js";
import type { Decoders } from "./decoders.js";
import { describeFault, type FaultSource, type Subject } from "./describe-fault.js";
import type { Encoders } from "./encoders.js";
import { explainWrongValue } from "./explain-wrong-value.js";
import { indentJson } from "./indent-json.js";
import { JsonFault } from "./json-fault.js";
import { JsonReader } from "./json-reader.js";
import type { WriterPool } from "./json-writer.js";
import { encodeBytes } from "./read-any.js";
import type { LazyReader } from "./read-value.js";
import type { ResolveType } from "./resolve-type.js";
import { type LazyWriter, WrongValue } from "./write-scalar.js";

/** The readers and writers of one set of switches. */
export interface Compiled {
  readonly decoders: Decoders;
  readonly encoders: Encoders;
  readonly writers: WriterPool;
  readonly resolveType: ResolveType;
  readonly pretty: boolean;
}

export function createMessageCodec(type: protobuf.Type, compiled: Compiled): MessageCodec {
  const { decoders, encoders, resolveType } = compiled;
  const reader = decoders.message(type);
  const wireReader = decoders.wire.message(type);
  const writer = encoders.message(type);
  const decode = (text: string) =>
    readAll({ text, subject: type, resolveType }, reader) as Record<string, unknown>;
  const encode = (message: unknown) => writeAll(message, type, writer, compiled);
  return {
    create: () => decode("{}"),
    decode,
    encode,
    toBinary: (text) => {
      const source: FaultSource = { text, subject: type, resolveType };
      return encodeBytes(type, readAll(source, wireReader), () => {
        throw describeFault(new JsonFault("depth", 0), source);
      });
    },
    fromBinary: (bytes) => encode(type.decode(bytes)),
  };
}

/** Read a text from its first to its last character; what is wrong with it is told to the client. */
export function readAll(source: FaultSource, reader: LazyReader): unknown {
  const cursor = new JsonReader(source.text);
  try {
    cursor.start();
    const { at } = cursor;
    const value = reader.get()(cursor, undefined);
    cursor.end();
    // A field may be set to nothing, a message may not.
    if (value === undefined && source.subject instanceof protobuf.Type) cursor.fail("value", at);
    return value;
  } catch (error) {
    if (error instanceof JsonFault) throw describeFault(error, source);
    throw error;
  }
}

/** Write a value; what is wrong with it is told to the server's owner. */
export function writeAll(value: unknown, subject: Subject, writer: LazyWriter, compiled: Compiled): string {
  try {
    const json = compiled.writers.use((target) => {
      writer.get()(target, value, 0);
      return target.toString();
    });
    return compiled.pretty ? indentJson(json) : json;
  } catch (error) {
    if (error instanceof WrongValue) throw explainWrongValue(error, value, subject, compiled.encoders);
    throw error;
  }
}
