import type protobuf from "protobufjs";
import type { Representation } from "./representation.js";

/** Between messages as handlers see them and protobuf bytes. */
export interface Serializer {
  serialize(message: unknown): Buffer;
  deserialize(bytes: Uint8Array): Record<string, unknown>;
}

export function createSerializer(type: protobuf.Type, representation: Representation): Serializer {
  return {
    serialize: (message) =>
      Buffer.from(type.encode(type.fromObject(message as Record<string, unknown>)).finish()),
    deserialize: (bytes) => type.toObject(type.decode(bytes), representation as protobuf.IConversionOptions),
  };
}
