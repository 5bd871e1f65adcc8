import type { IncomingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import { createMetadata, eachMetadataValue } from "../call/metadata.js";
import { invalidField } from "../call/rpc-error.js";
import { isHeaderValue } from "./header-value.js";
import type { MetadataNames } from "./metadata-names.js";

/**
 * Request headers → metadata. What gRPC cannot carry (text outside ASCII) is left out, and so is what is not base64: the
 * call has failed by then, and those who log it read the rest.
 *
 *     { "x-request-id": "7", "trace-bin": "AQI" }   // x-request-id: "7", trace-bin: <Buffer 01 02>
 */
export function readMetadata(headers: IncomingHttpHeaders, names: MetadataNames): Metadata {
  const metadata = createMetadata();
  for (const [header, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    for (const key of names.keysOf(header)) {
      const values = key.endsWith("-bin") ? decodeBinaryHeader(value) : [value].flat();
      for (const one of values) if (typeof one !== "string" || isText(one)) metadata.add(key, one);
    }
  }
  return metadata;
}

/**
 * Refuse a request with a binary header that is not base64. It is told apart from `readMetadata`, which waits
 * until somebody asks for metadata.
 *
 * @throws RpcError INVALID_ARGUMENT naming the header.
 */
export function checkBinaryHeaders(headers: IncomingHttpHeaders, names: MetadataNames): void {
  for (const header in headers) {
    if (!header.endsWith("-bin") || names.keysOf(header).length === 0) continue;
    const value = headers[header];
    const wrong = value === undefined ? undefined : splitBinaryHeader(value).find((text) => !isBase64(text));
    if (wrong !== undefined)
      throw invalidField(header, `invalid base64 "${wrong.slice(0, 80)}" in header "${header}"`);
  }
}

function decodeBinaryHeader(value: string | readonly string[]): Buffer[] {
  return splitBinaryHeader(value)
    .filter(isBase64)
    .map((text) => Buffer.from(text, "base64"));
}

/** Node joins equal headers with a comma, which base64 does not have. */
function splitBinaryHeader(value: string | readonly string[]): string[] {
  return (typeof value === "string" ? value.split(",") : value).map((text) => text.trim());
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
}

export interface MetadataForm {
  /** The header for a key; `undefined` if there is none. */
  nameOf(key: string): string | undefined;
  /** The text of a binary value: base64 unless given. */
  printBytes?(bytes: Buffer): string;
}

export type WrittenHeaders = Record<string, number | string | string[] | undefined>;

/** Add metadata to response headers or trailers; what HTTP forbids is left out. */
export function writeMetadata(
  metadata: Metadata,
  headers: WrittenHeaders,
  { nameOf, printBytes = printBase64 }: MetadataForm,
): void {
  eachMetadataValue(metadata, (key, value) => {
    const name = nameOf(key);
    const text = typeof value === "string" ? value : printBytes(value);
    if (name === undefined || !isHeaderValue(text)) return;
    // A key may be called "constructor".
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (before === undefined) headers[name] = text;
    else headers[name] = Array.isArray(before) ? [...before, text] : [String(before), text];
  });
}

function printBase64(bytes: Buffer): string {
  return bytes.toString("base64");
}

function isText(value: string): boolean {
  return /^[ -~]*$/.test(value);
}
