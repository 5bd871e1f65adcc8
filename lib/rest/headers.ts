import type { IncomingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import { createMetadata, eachMetadataValue } from "../call/metadata.js";
import { invalidField } from "../call/rpc-error.js";

/** Headers that belong to HTTP or to gRPC's own wire and are no metadata, in either direction. */
const reserved = new Set([
  "accept-encoding",
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function isReserved(name: string): boolean {
  return (
    reserved.has(name) || name.startsWith("content-") || name.startsWith("grpc-") || name.startsWith(":")
  );
}

/**
 * Request headers → metadata. What gRPC cannot carry (text outside ASCII) is left out.
 *
 *     { "x-request-id": "7", "trace-bin": "AQI" }   // x-request-id: "7", trace-bin: <Buffer 01 02>
 */
export function readMetadata(headers: IncomingHttpHeaders): Metadata {
  const metadata = createMetadata();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || isReserved(name) || !isMetadataKey(name)) continue;
    if (name.endsWith("-bin")) {
      for (const bytes of decodeBinaryHeader(name, value)) metadata.add(name, bytes);
    } else if (Array.isArray(value)) {
      for (const one of value) if (isMetadataValue(one)) metadata.add(name, one);
    } else if (isMetadataValue(value)) metadata.add(name, value);
  }
  return metadata;
}

/**
 * Refuse a request with a binary header that is not base64. It is told apart from `readMetadata`, which waits
 * until somebody asks for metadata.
 *
 * @throws RpcError INVALID_ARGUMENT naming the header.
 */
export function checkBinaryHeaders(headers: IncomingHttpHeaders): void {
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name.endsWith("-bin") && !isReserved(name)) decodeBinaryHeader(name, value);
  }
}

/** Node joins equal headers with a comma, which base64 does not have. */
function decodeBinaryHeader(name: string, value: string | readonly string[]): Buffer[] {
  const texts = typeof value === "string" ? value.split(",") : value;
  return texts.map((text) => {
    const trimmed = text.trim();
    if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(trimmed) || trimmed.replace(/=+$/, "").length % 4 === 1) {
      throw invalidField(name, `invalid base64 "${trimmed.slice(0, 80)}" in header "${name}"`);
    }
    return Buffer.from(trimmed, "base64");
  });
}

/** Add metadata to response headers or trailers; what HTTP forbids is left out. */
export function writeMetadata(
  metadata: Metadata,
  headers: Record<string, number | string | string[] | undefined>,
): void {
  eachMetadataValue(metadata, (key, value) => {
    if (isReserved(key)) return;
    const text = typeof value === "string" ? value : value.toString("base64");
    if (!isHeaderValue(text)) return;
    const before = headers[key];
    if (before === undefined) headers[key] = text;
    else headers[key] = Array.isArray(before) ? [...before, text] : [String(before), text];
  });
}

function isMetadataKey(name: string): boolean {
  return /^[0-9a-z_.-]+$/.test(name);
}

function isMetadataValue(value: string): boolean {
  return /^[ -~]*$/.test(value);
}

function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
