import type protobuf from "protobufjs";
import type { Binding } from "../../http-rule/binding.js";
import { isHttpBody } from "../../schema/well-known.js";
import type { Content } from "../document.js";

/**
 * Bytes with a content type of their own, as `google.api.HttpBody` carries them: of the types that somebody named, else
 * of any.
 *
 * The first is what tools send unless told otherwise.
 */
export function binaryContent(types: readonly string[]): Content {
  const named = types.length === 0 ? ["application/octet-stream", "*/*"] : types;
  return Object.fromEntries(named.map((type) => [type, { schema: { type: "string", format: "binary" } }]));
}

/** Whether requests are bytes. */
export function isUpload({ method, body }: Binding): boolean {
  if (body === "*") return isHttpBody(method.requestType);
  return body !== undefined && holdsBytes(body);
}

/** Whether answers are bytes. */
export function isDownload({ method, responseBody }: Binding): boolean {
  return responseBody === undefined ? isHttpBody(method.responseType) : holdsBytes(responseBody);
}

function holdsBytes({ resolvedType, repeated, map }: protobuf.Field): boolean {
  return isHttpBody(resolvedType) && !repeated && !map;
}
