import type { ServiceError } from "@grpc/grpc-js";
import { codes, type ErrorDetail, RpcError } from "../call/rpc-error.js";
import { toErrorCode } from "../call/status.js";
import { decodeStatusDetails, statusDetailsKey } from "../call/status-details.js";
import type { JsonCodecs } from "../json/codec.js";
import { withoutTransport } from "../rpc/transport-metadata.js";

/**
 * The error of a call that failed, as a handler would have thrown it: details are decoded, metadata are the
 * trailers, the cause is grpc-js's error.
 *
 * @param codecs decode the details of types that they know; the others stay base64.
 */
export function readServiceError(error: unknown, codecs: () => JsonCodecs): unknown {
  if (isServiceError(error)) {
    const { code, details: message } = error;
    const metadata = withoutTransport(error.metadata);
    const details = metadata.get(statusDetailsKey).flatMap((bytes) => {
      if (typeof bytes === "string") return [];
      // The text is of a JSON object with an "@type".
      return (decodeStatusDetails(bytes) ?? []).map(
        (any) => JSON.parse(codecs().encodeDetail(any)) as ErrorDetail,
      );
    });
    return new RpcError(toErrorCode(code), message, { details, metadata, cause: error });
  }
  if (error instanceof Error && error.message === "Channel has been shut down") {
    return new RpcError(codes.UNAVAILABLE, "the connection has been closed", { cause: error });
  }
  return error;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
