import type { Metadata } from "@grpc/grpc-js";
import { createMetadata } from "../call/metadata.js";
import type { ErrorDetail } from "../call/rpc-error.js";
import type { ServerCall } from "../call/server-call.js";
import { readStatus } from "../call/status.js";
import { encodeStatus, statusDetailsKey } from "../call/status-details.js";
import type { JsonCodecs } from "../json/codec.js";
import { withoutTransport } from "./transport-metadata.js";

/** A status as gRPC sends it. */
export interface GrpcStatus {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Makes the status that the client reads of whatever a call failed with. */
export type WriteStatus = (error: unknown, call: ServerCall) => GrpcStatus;

export interface StatusWriterOptions {
  readonly codecs: JsonCodecs;
  readonly detailedErrors: boolean;
  readonly onError: (error: unknown, call: ServerCall) => void;
}

/**
 * Write whatever a call failed with as a gRPC status, its details as `google.rpc.Status` in
 * `grpc-status-details-bin`.
 */
export function createStatusWriter({ codecs, detailedErrors, onError }: StatusWriterOptions): WriteStatus {
  return (error, call) => {
    const status = readStatus(error);
    if (status.unexpected !== undefined) onError(status.unexpected, call);
    const all = status.metadata?.clone() ?? createMetadata();
    if (call.trailersIfAny !== undefined) all.merge(call.trailersIfAny);
    const metadata = withoutTransport(all);
    // The error of a remote call has its details as the bytes that they came in.
    if (metadata.get(statusDetailsKey).length === 0 && status.details.length > 0) {
      const details = status.details.flatMap((detail) =>
        encodeDetail(detail, (fault) => onError(fault, call)),
      );
      metadata.set(statusDetailsKey, encodeStatus(status.code, status.message, details));
    }
    const message =
      detailedErrors && status.unexpected instanceof Error
        ? `${status.message}: ${status.unexpected.stack ?? status.unexpected.message}`
        : status.message;
    return { code: status.code, details: message, metadata };
  };

  /** A detail that is no message of a known type cannot fail the answer. */
  function encodeDetail(detail: ErrorDetail, onFault: (fault: unknown) => void): Uint8Array[] {
    try {
      return [codecs.encodeAny(detail)];
    } catch (fault) {
      onFault(fault);
      return [];
    }
  }
}
