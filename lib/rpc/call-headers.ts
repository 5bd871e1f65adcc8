import type { IncomingHttpHeaders } from "node:http";
import { type TimeoutLimits, toDeadline } from "../http/deadline.js";
import { checkBinaryHeaders } from "../http/metadata-headers.js";
import { type CompressionName, chooseCompression, readCompression } from "./compressions.js";
import { rpcNames } from "./rpc-metadata.js";

/** The names that a protocol has for what headers tell about a call. */
export interface WireHeaders {
  /** How the request is compressed. */
  readonly encoding: string;
  /** How the response may be. */
  readonly acceptEncoding: string;
  readonly compressions: readonly CompressionName[];
  /**
   * The timeout of the client in milliseconds, if it has one.
   *
   * @throws RpcError when it cannot be read.
   */
  readTimeout(headers: IncomingHttpHeaders): number | undefined;
}

/** What the headers tell about a call. */
export interface CallHeaders {
  /** Milliseconds since 1970, or `Infinity`. */
  readonly deadline: number;
  readonly requestCompression: CompressionName | undefined;
  readonly responseCompression: CompressionName | undefined;
  /** What of them cannot be read: the call fails. */
  readonly fault: { readonly error: unknown } | undefined;
}

export function readCallHeaders(
  headers: IncomingHttpHeaders,
  { encoding, acceptEncoding, compressions, readTimeout }: WireHeaders,
  limits: TimeoutLimits,
): CallHeaders {
  const accepted = headers[acceptEncoding];
  const chosen = accepted === undefined ? undefined : chooseCompression(String(accepted), compressions);
  try {
    const requestCompression = readCompression(
      encoding,
      headers[encoding] as string | undefined,
      compressions,
    );
    const deadline = toDeadline(readTimeout(headers), limits);
    checkBinaryHeaders(headers, rpcNames);
    // Who compresses can decompress.
    const responseCompression = accepted === undefined ? requestCompression : chosen;
    return { deadline, requestCompression, responseCompression, fault: undefined };
  } catch (error) {
    const deadline = toDeadline(undefined, limits);
    return { deadline, requestCompression: undefined, responseCompression: chosen, fault: { error } };
  }
}
