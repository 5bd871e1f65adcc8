import type { Endpoint } from "../call/endpoint.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { decodeText } from "../http/content-type.js";
import type { JsonCodecs } from "../json/codec.js";

/** Between the bytes that a protocol carries and the messages that a handler takes and gives. */
export interface MessageCoding {
  /** @throws RpcError when the bytes are no message. */
  decode(bytes: Buffer): Message;
  encode(message: Message): Uint8Array;
}

/**
 * Messages as protobuf bytes.
 *
 * @param code of a request that is no message.
 * @see https://github.com/grpc/grpc/blob/v1.60.0/doc/statuscodes.md "Error parsing request proto"
 */
export function createBinaryCoding(endpoint: Endpoint, code: number = codes.INTERNAL): MessageCoding {
  return {
    decode(bytes) {
      try {
        return endpoint.messages.deserializeRequest(bytes);
      } catch (cause) {
        const type = endpoint.method.requestType.fullName.slice(1);
        throw new RpcError(code, `the request is not a ${type} message`, { cause });
      }
    },
    encode: (message) => endpoint.messages.serializeResponse(message),
  };
}

/** Messages as JSON text. */
export function createJsonCoding(endpoint: Endpoint, codecs: JsonCodecs): MessageCoding {
  const request = codecs.message(endpoint.method.requestType);
  const response = codecs.message(endpoint.method.responseType);
  return {
    decode(bytes) {
      const text = decodeText(bytes, "utf-8");
      const { messages } = endpoint;
      // A handler in a form of its own, or in another server, is met with bytes.
      return messages.isForeign ? messages.deserializeRequest(request.toBinary(text)) : request.decode(text);
    },
    encode(message) {
      const { messages } = endpoint;
      return messages.isForeign
        ? Buffer.from(response.fromBinary(messages.serializeResponse(message)))
        : response.encodeToBytes(message);
    },
  };
}

/** What the handler of an unreadable request is given, which nobody will look into. */
export function emptyRequest({ messages }: Endpoint): Message {
  return messages.deserializeRequest(Buffer.alloc(0));
}
