import type { Endpoint } from "../call/endpoint.js";
import { invalidField } from "../call/rpc-error.js";
import type { HttpRequest } from "../http/http-message.js";
import { decodeBase64 } from "../json/base64.js";

/** A unary call by GET, whose message is in the query. */
export interface GetRequest {
  readonly format: "proto" | "json";
  /** How the message is compressed. */
  readonly encoding: string | undefined;
  /** `"v1"` */
  readonly version: string | undefined;
  /** @throws RpcError INVALID_ARGUMENT when there is no message. */
  readMessage(): Buffer;
}

/**
 * Read a call by GET, which is for methods without side effects; `undefined` for any other request.
 *
 *     ?connect=v1&encoding=json&message=%7B%22name%22%3A%22Ada%22%7D
 *     ?connect=v1&base64=1&compression=gzip&encoding=proto&message=H4sIAAA…
 *
 * @see https://connectrpc.com/docs/protocol#unary-get-request
 */
export function parseGetRequest(
  { httpMethod, query }: HttpRequest,
  { method }: Endpoint,
): GetRequest | undefined {
  if (httpMethod !== "GET" || method.hasSideEffects || method.kind !== "unary") return undefined;
  const parameters = new URLSearchParams(query);
  const format = parameters.get("encoding");
  if (format !== "proto" && format !== "json") return undefined;
  return {
    format,
    encoding: parameters.get("compression") ?? undefined,
    version: parameters.get("connect") ?? undefined,
    readMessage() {
      const text = parameters.get("message");
      if (text === null) throw invalidField("message", 'the query has no parameter "message"');
      if (parameters.get("base64") !== "1") {
        if (isReplaced(text, query)) throw invalidField("message", 'the parameter "message" is not UTF-8');
        return Buffer.from(text);
      }
      const bytes = decodeBase64(text);
      if (bytes === undefined) throw invalidField("message", 'the parameter "message" is not base64');
      return bytes;
    },
  };
}

/** Bytes that are no UTF-8 are read as U+FFFD, which a text may have of its own. */
function isReplaced(text: string, query: string): boolean {
  return text.includes("\ufffd") && !/%EF%BF%BD/i.test(query);
}
