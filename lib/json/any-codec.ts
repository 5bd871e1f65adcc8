import type protobuf from "protobufjs";
import type { JsonCodecs } from "./codec.js";
import { createDecoders } from "./decoders.js";
import { describeFault } from "./describe-fault.js";
import { createEncoders } from "./encoders.js";
import { wireRepresentation } from "./handler-form.js";
import { JsonFault } from "./json-fault.js";
import { JsonReader } from "./json-reader.js";
import { JsonWriter } from "./json-writer.js";
import { encodeBytes } from "./read-any.js";
import type { ResolveType } from "./resolve-type.js";

/** Any messages on their own: the details of errors. */
export type AnyCodec = Pick<JsonCodecs, "encodeDetail" | "encodeAny">;

const strict = {
  ignoreUnknownFields: false,
  caseInsensitiveEnums: false,
  caseInsensitiveFieldNames: false,
  removeEnumPrefix: false,
  snakeCaseFieldMasks: false,
};

const plain = {
  emitDefaults: false,
  protoFieldNames: false,
  enumsAsIntegers: false,
  int64AsNumbers: false,
  removeEnumPrefix: false,
};

export function createAnyCodec(anyType: () => protobuf.Type, resolveType: ResolveType): AnyCodec {
  const decoders = createDecoders(wireRepresentation, strict, resolveType);
  const encoders = createEncoders(plain, { resolveType, encodeAny });

  function encodeAny(detail: object): Uint8Array {
    const type = anyType();
    const text = JSON.stringify(detail, (_, value) => (typeof value === "bigint" ? String(value) : value));
    try {
      const message = decoders.message(type).get()(new JsonReader(text), undefined);
      return encodeBytes(type, message, () => {
        throw new JsonFault("depth", 0);
      });
    } catch (error) {
      // The handler wrote this text, so it is not the client that has to read what is wrong with it.
      if (error instanceof JsonFault)
        throw new Error(
          `error detail: ${describeFault(error, { text, subject: type, resolveType }).message}`,
        );
      throw error;
    }
  }

  function encodeDetail({
    typeUrl,
    value,
  }: {
    readonly typeUrl: string;
    readonly value: Uint8Array;
  }): string {
    const writer = new JsonWriter();
    try {
      return writer.toString(encoders.message(anyType()).get()(writer, 0, { type_url: typeUrl, value }, 0));
    } catch {
      // Its type is not known, or these are not bytes of its type: the client may know better.
      return JSON.stringify({ "@type": typeUrl, value: Buffer.from(value).toString("base64") });
    }
  }

  return { encodeDetail, encodeAny };
}
