import type { IncomingHttpHeaders } from "node:http";
import { invalidTimeout } from "../http/deadline.js";
import type { WireHeaders } from "../rpc/call-headers.js";
import type { CompressionName } from "../rpc/compressions.js";

export const connectCompressions: readonly CompressionName[] = ["gzip", "br", "deflate"];

const timeoutHeader = "connect-timeout-ms";

function readTimeout(headers: IncomingHttpHeaders): number | undefined {
  const text = headers[timeoutHeader];
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(String(text))) throw invalidTimeout(timeoutHeader, String(text));
  return Number(text);
}

/** The headers of a request whose body is one message. */
export const unaryHeaders: WireHeaders = {
  encoding: "content-encoding",
  acceptEncoding: "accept-encoding",
  compressions: connectCompressions,
  readTimeout,
};

/** Those of a request whose messages are framed. */
export const framedHeaders: WireHeaders = {
  encoding: "connect-content-encoding",
  acceptEncoding: "connect-accept-encoding",
  compressions: connectCompressions,
  readTimeout,
};
