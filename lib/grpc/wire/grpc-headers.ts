import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import { Metadata } from "@grpc/grpc-js";

/** Headers of the protocol itself, which are no metadata. */
const reserved = [
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-status",
  "grpc-timeout",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
];

/** Request headers → metadata; `-bin` values are decoded. */
export function readHeaders(headers: IncomingHttpHeaders): Metadata {
  const metadata = Metadata.fromHttp2Headers(headers);
  for (const name of reserved) metadata.remove(name);
  return metadata;
}

/** Metadata → response headers or trailers, without what HTTP/2 forbids there. */
export function writeHeaders(metadata: Metadata): OutgoingHttpHeaders {
  const headers = metadata.toHttp2Headers();
  for (const name of Object.keys(headers)) if (name.startsWith(":")) delete headers[name];
  for (const name of reserved) delete headers[name];
  return headers;
}

const units: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * A `grpc-timeout` in milliseconds, rounded up; `undefined` if it is none.
 *
 *     readTimeout("10S")    // 10000
 *     readTimeout("100u")   // 1
 */
export function readTimeout(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  return amount === undefined || unit === undefined
    ? undefined
    : Math.ceil(Number(amount) * (units[unit] as number));
}

/**
 * A status message as `grpc-message` carries it: UTF-8, with percent signs and what is not printable escaped.
 *
 *     encodeMessage("50 % of größe")   // "50 %25 of gr%C3%B6%C3%9Fe"
 */
export function encodeMessage(message: string): string {
  if (/^[ -$&-~]*$/.test(message)) return message;
  return [...Buffer.from(message)]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x25
        ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
        : String.fromCharCode(byte),
    )
    .join("");
}
