import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { createSerializer } from "../schema/serializer.js";
import { isWellKnown } from "../schema/well-known.js";

/** Compile the making of messages with nothing set, as handlers see them. */
export function createEmptyMessages(
  type: protobuf.Type,
  { codecs, representation }: { readonly codecs: JsonCodecs; readonly representation: Representation },
): () => Message {
  if (!isWellKnown(type)) return codecs.message(type).create;
  // JSON has no text for a Timestamp or a wrapper with nothing set; no bytes are one.
  const { deserialize } = createSerializer(type, representation);
  return () => deserialize(Buffer.alloc(0));
}
