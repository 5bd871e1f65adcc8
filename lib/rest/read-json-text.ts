import { codes } from "../call/rpc-error.js";
import { decodeText, isJson, parseContentType } from "../http/content-type.js";
import { HttpError } from "../http/http-error.js";
import type { HttpRequest } from "../http/http-message.js";
import { readBody } from "../http/read-body.js";

export interface JsonTextOptions {
  /** The most bytes to take. */
  readonly bodyLimit: number;
  /** Read JSON whatever the content type says. */
  readonly acceptAnyContentType: boolean;
  /** Take the JSON text `""` for a body that is not there. */
  readonly emptyTextIsNoBody: boolean;
}

/**
 * The body of a request as JSON text, empty when there is none. It is there at once when an earlier middleware
 * has read it.
 *
 * @throws HttpError 415 for a content type that is not JSON, 413 for a body over the limit.
 */
export function readJsonText(request: HttpRequest, options: JsonTextOptions): string | Promise<string> {
  const { parsedBody } = request;
  if (parsedBody === undefined) {
    return readBody(request, options.bodyLimit).then((bytes) => decodeJsonText(bytes, request, options));
  }
  if (parsedBody instanceof Uint8Array) return decodeJsonText(Buffer.from(parsedBody), request, options);
  return typeof parsedBody === "string" ? parsedBody : JSON.stringify(parsedBody);
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
  throw new HttpError(
    415,
    codes.INVALID_ARGUMENT,
    `unsupported content type "${mediaType.slice(0, 80)}": send application/json`,
  );
}

const formType = "application/x-www-form-urlencoded";

/** The fields of a form, written as a query; `undefined` when the body is no form. */
export function readFormText(request: HttpRequest, limit: number): Promise<string> | undefined {
  const header = request.headers["content-type"];
  if (header === undefined || !header.toLowerCase().startsWith(formType)) return undefined;
  const { parsedBody } = request;
  if (parsedBody === undefined) {
    return readBody(request, limit).then((bytes) => decodeText(bytes, parseContentType(header).charset));
  }
  if (typeof parsedBody === "string") return Promise.resolve(parsedBody);
  if (parsedBody instanceof Uint8Array) return Promise.resolve(Buffer.from(parsedBody).toString());
  return Promise.resolve(printForm(parsedBody as object));
}

/** What a form parser has made of a form, as a form again: it may have read `m[key]` as an object. */
function printForm(fields: object, prefix?: string): string {
  return Object.entries(fields)
    .map(([key, value]: [string, unknown]) => {
      const name = prefix === undefined ? key : `${prefix}[${key}]`;
      if (Array.isArray(value)) return value.map((one) => printParameter(name, one)).join("&");
      if (typeof value === "object" && value !== null) return printForm(value, name);
      return printParameter(name, value);
    })
    .join("&");
}

function printParameter(name: string, value: unknown): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`;
}
