import { decodeText, isJson, parseContentType } from "../http/content-type.js";
import { unsupportedMedia } from "../http/http-error.js";
import type { HttpRequest } from "../http/http-message.js";
import { printParsed, toBuffer } from "../http/parsed-body.js";
import { createTooLarge, readBody } from "../http/read-body.js";
import { isForm } from "./read-form-text.js";

export interface JsonTextOptions {
  /** The most bytes to take. */
  readonly bodyLimit: number;
  /** Read JSON whatever the content type says. */
  readonly acceptAnyContentType: boolean;
  /** Take the JSON text `""` for a body that is not there. */
  readonly emptyTextIsNoBody: boolean;
}

/**
 * Use the body of a request as JSON text, empty when there is none: at once when an earlier middleware has read it,
 * else as soon as it is there.
 *
 * @throws HttpError 415 for a content type that is not JSON, 413 for a body over the limit.
 */
export function readJsonText<T>(
  request: HttpRequest,
  options: JsonTextOptions,
  use: (text: string) => T,
): T | Promise<T> {
  const { parsedBody } = request;
  if (parsedBody !== undefined) return use(printJson(parsedBody, request, options));
  return readBody(request, options.bodyLimit).then((bytes) => use(decodeJsonText(bytes, request, options)));
}

function printJson(parsedBody: unknown, request: HttpRequest, options: JsonTextOptions): string {
  if (parsedBody instanceof Uint8Array) {
    return decodeJsonText(toBuffer(parsedBody, options.bodyLimit), request, options);
  }
  if (typeof parsedBody === "string") {
    if (Buffer.byteLength(parsedBody) > options.bodyLimit) throw createTooLarge(options.bodyLimit);
    if (isNoBody(parsedBody, options)) return "";
    checkJsonType(request, options);
    return parsedBody;
  }
  // Whoever has made an object of it knew it to be JSON, but for forms.
  if (isForm(request)) checkJsonType(request, options);
  return printParsed(parsedBody);
}

function isNoBody(text: string, { emptyTextIsNoBody }: JsonTextOptions): boolean {
  return text === "" || (emptyTextIsNoBody && text === '""');
}

const emptyText = Buffer.from('""');

function decodeJsonText(bytes: Buffer, request: HttpRequest, options: JsonTextOptions): string {
  if (bytes.length === 0 || (options.emptyTextIsNoBody && bytes.equals(emptyText))) return "";
  const header = request.headers["content-type"];
  // By far the most common ones.
  if (header === undefined || header === "application/json") return decodeText(bytes, "utf-8");
  checkJsonType(request, options);
  return decodeText(bytes, parseContentType(header).charset);
}

/**
 * Refuse a body that is not JSON by its content type; without one it is taken for JSON. Newline-delimited JSON
 * is welcome under its own names.
 *
 * @throws HttpError 415
 */
export function checkJsonType({ headers }: HttpRequest, { acceptAnyContentType }: JsonTextOptions): void {
  const header = headers["content-type"];
  if (header === undefined || acceptAnyContentType) return;
  const { mediaType } = parseContentType(header);
  if (isJson(mediaType) || /^application\/(x-)?(nd-?json|jsonl(ines)?)$/.test(mediaType)) return;
  const message = `unsupported content type "${mediaType.slice(0, 80)}": send application/json`;
  throw unsupportedMedia("content-type", message);
}
