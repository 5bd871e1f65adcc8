import type { ServiceError } from "@grpc/grpc-js";
import { codes, type ErrorDetail, RpcError } from "../call/rpc-error.js";
import { toErrorCode } from "../call/status.js";
import { decodeStatusDetails, statusDetailsKey } from "../call/status-details.js";
import type { JsonCodecs } from "../json/codec.js";
import { withoutTransport } from "../rpc/transport-metadata.js";

/** Makes an error of what grpc-js says has gone wrong. */
export type ReadError = (error: unknown) => unknown;

/**
 * Read the error of a call that failed, as a handler would have thrown it: details are decoded, metadata are the
 * trailers, the cause is grpc-js's error. One that has reached no server says so, and names the target.
 *
 *     readError(error)   // RpcError UNAVAILABLE: cannot reach 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1
 *
 * @param codecs decode the details of types that they know; the others stay base64.
 */
export function createErrorReader(target: string, codecs: () => JsonCodecs): ReadError {
  return (error) => {
    if (isServiceError(error)) {
      const metadata = withoutTransport(error.metadata);
      const details = metadata
        .get(statusDetailsKey)
        .flatMap((bytes) => (typeof bytes === "string" ? [] : readDetails(bytes, codecs())));
      const message = describeOwn(target, error) ?? error.details;
      return new RpcError(toErrorCode(error.code), message, { details, metadata, cause: error });
    }
    if (error instanceof Error && error.message === "Channel has been shut down") {
      const message = `cannot reach ${target}: the connection has been closed`;
      return new RpcError(codes.UNAVAILABLE, message, { cause: error });
    }
    return error;
  };
}

function readDetails(bytes: Uint8Array, codecs: JsonCodecs): ErrorDetail[] {
  // The text is of a JSON object with an "@type".
  return (decodeStatusDetails(bytes) ?? []).map((any) => JSON.parse(codecs.encodeDetail(any)) as ErrorDetail);
}

/** grpc-js's words for a call that has reached no server, be it that there is none or that it cannot be found. */
const unreached =
  /^(?:\w+: )?(?:No connection established|No addresses resolved|Name resolution failed|Failed to parse DNS address)/;

/** The text of a failure that grpc-js tells of, not the server. */
function describeOwn(target: string, { code, details, metadata }: ServiceError): string | undefined {
  // A server that answers sends headers at least; what it says of others is not about itself.
  if (Object.keys(metadata.getMap()).length > 0) return undefined;
  // grpc-js's has the address of the server in it, which is not for everybody.
  if (code === codes.DEADLINE_EXCEEDED) return "the deadline was exceeded";
  if (!unreached.test(details)) return undefined;
  // That of round_robin has those of its connections in it.
  const [, reason = details] =
    /^.*Last error: (?:Error: )?(.*?)(?:\. Resolution note: .*)?$/s.exec(details) ?? [];
  return `cannot reach ${target}: ${reason.trim()}`;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
