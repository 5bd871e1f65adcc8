import { decodeText, parseContentType } from "../http/content-type.js";
import type { HttpRequest } from "../http/http-message.js";
import { readBody } from "../http/read-body.js";

const formType = "application/x-www-form-urlencoded";

/** Whether the body of a request is the fields of a form. */
export function isForm({ headers }: HttpRequest): boolean {
  return parseContentType(headers["content-type"] ?? "").mediaType === formType;
}

/**
 * The fields of a form, written as a query; `undefined` when the body is no form.
 *
 * @param limit the most bytes to take of a form that nobody has read before.
 */
export function readFormText(request: HttpRequest, limit: number): Promise<string> | undefined {
  if (!isForm(request)) return undefined;
  const { charset } = parseContentType(request.headers["content-type"] ?? "");
  const { parsedBody } = request;
  if (parsedBody === undefined) return readBody(request, limit).then((bytes) => decodeText(bytes, charset));
  if (typeof parsedBody === "string") return Promise.resolve(parsedBody);
  if (parsedBody instanceof Uint8Array) return Promise.resolve(decodeText(Buffer.from(parsedBody), charset));
  // A parser of forms gives objects.
  return Promise.resolve(printFields(parsedBody as object));
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
  if (Array.isArray(value)) return value.map((one) => printField(`${name}[]`, one)).join("&");
  if (typeof value === "object" && value !== null) return printFields(value, name);
  return `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`;
}
