import { inspect } from "node:util";
import protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import { createSerializer } from "../schema/serializer.js";
import { qualifiedName } from "../schema/walk.js";
import { isWellKnown } from "../schema/well-known.js";
import { WrongValue } from "../schema/wire-values.js";
import type { MessageCodec } from "./codec.js";
import type { Decoders } from "./decoders.js";
import { describeFault, type FaultSource, type Subject } from "./describe-fault.js";
import type { Encoders } from "./encoders.js";
import { explainWrongValue } from "./explain-wrong-value.js";
import { indentJson } from "./indent-json.js";
import { JsonFault } from "./json-fault.js";
import type { ReaderPool } from "./json-reader.js";
import type { JsonWriter, WriterPool } from "./json-writer.js";
import { encodeBytes } from "./read-any.js";
import type { LazyReader } from "./read-value.js";
import type { ResolveType } from "./resolve-type.js";
import type { LazyWriter } from "./write-scalar.js";

/** The readers and writers of one set of switches. */
export interface Compiled {
  readonly representation: Representation;
  readonly decoders: Decoders;
  readonly encoders: Encoders;
  readonly readers: ReaderPool;
  readonly writers: WriterPool;
  readonly resolveType: ResolveType;
  readonly pretty: boolean;
}

export function createMessageCodec(type: protobuf.Type, compiled: Compiled): MessageCodec {
  const { decoders, encoders, resolveType, readers } = compiled;
  const reader = decoders.message(type);
  const wireReader = decoders.wire.message(type);
  const writer = encoders.message(type);
  const decode = (text: string) =>
    readAll({ text, subject: type, resolveType }, reader, readers) as Record<string, unknown>;
  const encode = (value: unknown) => writeText({ value, subject: type, writer }, compiled);
  return {
    create: createEmpty(type, compiled) ?? (() => decode("{}")),
    decode,
    encode,
    encodeToBytes: (value) => writeToBytes({ value, subject: type, writer }, compiled),
    encodeToSend: (value) => writeToSend({ value, subject: type, writer }, compiled),
    toBinary: (text) => {
      const source: FaultSource = { text, subject: type, resolveType };
      return encodeBytes(type, readAll(source, wireReader, readers), () => {
        throw describeFault(new JsonFault("depth", 0), source);
      });
    },
    fromBinary: (bytes) =>
      writeText({ value: decodeBytes(type, bytes), isDecoded: true, subject: type, writer }, compiled),
  };
}

function decodeBytes(type: protobuf.Type, bytes: Uint8Array): protobuf.Message {
  try {
    return type.decode(bytes);
  } catch (cause) {
    throw new Error(`these are no bytes of ${qualifiedName(type)}: ${(cause as Error).message}`, { cause });
  }
}

/** JSON has no text for a Timestamp or a wrapper with nothing set, and one that sets something for a Value. */
function createEmpty(type: protobuf.Type, { representation }: Compiled): MessageCodec["create"] | undefined {
  if (!isWellKnown(type)) return undefined;
  const { deserialize } = createSerializer(type, representation);
  return () => deserialize(Buffer.alloc(0));
}

/** Read a text from its first to its last character; what is wrong with it is told to the client. */
export function readAll(source: FaultSource, reader: LazyReader, readers: ReaderPool): unknown {
  if (typeof source.text !== "string")
    throw new TypeError(`JSON text is a string, not ${inspect(source.text)}`);
  const cursor = readers.take(source.text);
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
  } finally {
    readers.giveBack(cursor);
  }
}

/** A value, and how it is written. */
export interface Answer {
  readonly value: unknown;
  /** The value was decoded from bytes by protobufjs. */
  readonly isDecoded?: boolean;
  readonly subject: Subject;
  readonly writer: LazyWriter;
}

export function writeText(answer: Answer, compiled: Compiled): string {
  const writer = compiled.writers.take();
  try {
    const json = writer.toString(write(answer, writer, compiled));
    return compiled.pretty ? indentJson(json) : json;
  } finally {
    compiled.writers.giveBack(writer);
  }
}

export function writeToBytes(answer: Answer, compiled: Compiled): Buffer {
  if (compiled.pretty) return Buffer.from(writeText(answer, compiled));
  const writer = compiled.writers.take();
  try {
    return writer.takeBytes(write(answer, writer, compiled));
  } finally {
    compiled.writers.giveBack(writer);
  }
}

export function writeToSend(answer: Answer, compiled: Compiled): string | Buffer {
  if (compiled.pretty) return writeText(answer, compiled);
  const writer = compiled.writers.take();
  try {
    return writer.takeToSend(write(answer, writer, compiled));
  } finally {
    compiled.writers.giveBack(writer);
  }
}

/** Write a value; what is wrong with it is told to the server's owner. */
function write(answer: Answer, target: JsonWriter, { encoders }: Compiled): number {
  const { value, isDecoded = false, subject, writer } = answer;
  target.isDecoded = isDecoded;
  try {
    return writer.get()(target, target.start, value, 0);
  } catch (error) {
    if (error instanceof WrongValue) throw explainWrongValue(error, value, subject, encoders);
    throw error;
  }
}
