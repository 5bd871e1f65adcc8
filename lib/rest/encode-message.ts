import type { Message } from "../call/message.js";
import type { Binding } from "../http-rule/binding.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { isHttpBody } from "../schema/well-known.js";
import { createHttpBodyForm } from "./http-body.js";

export const jsonContentType = "application/json; charset=utf-8";

/** How the responses of a binding are written: as JSON text, or as the bytes of an HttpBody. */
export type MessageEncoder =
  | {
      readonly kind: "json";
      encode(message: Message): string;
      /** The same for a response that is nothing else. */
      encodeToSend(message: Message): string | Uint8Array;
    }
  | {
      readonly kind: "http-body";
      encode(message: Message): { readonly contentType: string; readonly data: Uint8Array };
    };

/** Compile the writing of one response message, or of the field of it that `response_body` names. */
export function createMessageEncoder(
  { method, responseBody }: Binding,
  codecs: JsonCodecs,
  representation: Representation,
): MessageEncoder {
  if (responseBody === undefined) {
    if (!isHttpBody(method.responseType)) {
      const { encode, encodeToSend } = codecs.message(method.responseType);
      return { kind: "json", encode, encodeToSend };
    }
    const { read } = createHttpBodyForm(method.responseType, representation);
    return { kind: "http-body", encode: read };
  }
  const { name, resolvedType } = responseBody.resolve();
  if (isHttpBody(resolvedType) && !responseBody.repeated && !responseBody.map) {
    const { read } = createHttpBodyForm(resolvedType, representation);
    return { kind: "http-body", encode: (message) => read(message[name] ?? {}) };
  }
  const { encode, encodeToSend } = codecs.field(responseBody);
  return {
    kind: "json",
    encode: (message) => encode(message[name]),
    encodeToSend: (message) => encodeToSend(message[name]),
  };
}
