import { codes } from "../call/rpc-error.js";
import { decodeText, isJson, parseContentType } from "../http/content-type.js";
import { HttpError } from "../http/http-error.js";
import type { HttpRequest } from "../http/http-message.js";
import { readBody } from "../http/read-body.js";

/**
 * The body of a request as JSON text, empty when there is none. It is there at once when an earlier middleware
 * has read it.
 *
 * @throws HttpError 415 for a content type that is not JSON, 413 for a body over the limit.
 */
export function readJsonText(request: HttpRequest, limit: number): string | Promise<string> {
  const { parsedBody } = request;
  if (parsedBody === undefined)
    return readBody(request, limit).then((bytes) => decodeJsonText(bytes, request));
  if (parsedBody instanceof Uint8Array) return decodeJsonText(Buffer.from(parsedBody), request);
  return typeof parsedBody === "string" ? parsedBody : JSON.stringify(parsedBody);
}

function decodeJsonText(bytes: Buffer, request: HttpRequest): string {
  if (bytes.length === 0) return "";
  const header = request.headers["content-type"];
  // By far the most common ones.
  if (header === undefined || header === "application/json") return decodeText(bytes, "utf-8");
  checkJsonType(request);
  return decodeText(bytes, parseContentType(header).charset);
}

/**
 * Refuse a body that is not JSON by its content type; without one it is taken for JSON. Newline-delimited JSON
 * is welcome under its own names.
 *
 * @throws HttpError 415
 */
export function checkJsonType({ headers }: HttpRequest): void {
  const header = headers["content-type"];
  if (header === undefined) return;
  const { mediaType } = parseContentType(header);
  if (isJson(mediaType) || /^application\/(x-)?(nd-?json|jsonl(ines)?|json-seq)$/.test(mediaType)) return;
  throw new HttpError(
    415,
    codes.INVALID_ARGUMENT,
    `unsupported content type "${mediaType.slice(0, 80)}": send application/json`,
  );
}
