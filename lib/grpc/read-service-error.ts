import type { ServiceError } from "@grpc/grpc-js";
import { type ErrorDetail, RpcError } from "../call/rpc-error.js";
import { decodeStatusDetails, statusDetailsKey } from "../call/status-details.js";
import type { JsonCodecs } from "../json/codec.js";

/**
 * The error of a call that failed, as a handler would have thrown it: details are decoded, metadata are the
 * trailers, the cause is grpc-js's error.
 *
 * @param codecs decode the details of types that they know; the others stay base64.
 */
export function readServiceError(error: ServiceError, codecs: () => JsonCodecs): RpcError {
  const details = error.metadata.get(statusDetailsKey).flatMap((bytes) => {
    if (typeof bytes === "string") return [];
    // The text is of a JSON object with an "@type".
    return (decodeStatusDetails(bytes) ?? []).map(
      (any) => JSON.parse(codecs().encodeDetail(any)) as ErrorDetail,
    );
  });
  return new RpcError(error.code, error.details, { details, metadata: error.metadata, cause: error });
}
