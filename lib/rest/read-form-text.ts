import { decodeText, parseContentType } from "../http/content-type.js";
import { unsupportedMedia } from "../http/http-error.js";
import type { HttpRequest } from "../http/http-message.js";
import { toBuffer } from "../http/parsed-body.js";
import { readBody } from "../http/read-body.js";

const formType = "application/x-www-form-urlencoded";

/** Whether the body of a request is the fields of a form. */
export function isForm({ headers }: HttpRequest): boolean {
  const header = headers["content-type"];
  // By far the most common ones.
  if (header === undefined || header === "application/json") return false;
  return parseContentType(header).mediaType === formType;
}

/**
 * The fields of a form, written as a query; `undefined` when the body is no form.
 *
 * @param limit the most bytes to take.
 * @throws HttpError 413 for a form over the limit, 415 for JSON that is called a form.
 */
export function readFormText(request: HttpRequest, limit: number): Promise<string> | undefined {
  if (!isForm(request)) return undefined;
  const { charset } = parseContentType(request.headers["content-type"] ?? "");
  const { parsedBody } = request;
  if (parsedBody === undefined) return readBody(request, limit).then((bytes) => decodeForm(bytes, charset));
  if (parsedBody instanceof Uint8Array) return decodeForm(toBuffer(parsedBody, limit), charset);
  // A parser of forms gives objects; some give null for a form without fields.
  const text = typeof parsedBody === "string" ? parsedBody : printFields(Object(parsedBody ?? {}));
  return decodeForm(toBuffer(Buffer.from(text), limit), "utf-8");
}

async function decodeForm(bytes: Buffer, charset: string): Promise<string> {
  return refuseJson(decodeText(bytes, charset));
}

/** What `curl -d '{"name":"Ada"}'` sends is called a form, one whose only field has a name that no field has. */
function refuseJson(text: string): string {
  if (!/^\s*(\{|%7b)/i.test(text)) return text;
  const message = `the body is called a form and looks like JSON: send "content-type: application/json"`;
  throw unsupportedMedia("content-type", message);
}

/** What a parser has made of a form, as a form again: it may have read `m[key]` as an object. */
function printFields(fields: object, prefix?: string): string {
  return Object.entries(fields)
    .map(([key, value]: [string, unknown]) =>
      printField(prefix === undefined ? key : `${prefix}[${key}]`, value),
    )
    .join("&");
}

function printField(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => printField(name, one)).join("&");
  if (typeof value === "object" && value !== null) return printFields(value, name);
  return `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`;
}
