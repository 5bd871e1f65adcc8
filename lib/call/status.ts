import type { Metadata } from "@grpc/grpc-js";
import { findMetadata } from "./metadata.js";
import { codes, type ErrorDetail, RpcError } from "./rpc-error.js";

/** How a call that failed ends. */
export interface CallStatus {
  readonly code: number;
  readonly message: string;
  /** Any messages as ProtoJSON; a `grpc-status-details-bin` entry of `metadata` may hold more. */
  readonly details: readonly ErrorDetail[];
  readonly metadata: Metadata | undefined;
  /** What was thrown, when the caller must not read it. */
  readonly unexpected: unknown;
  /** What was thrown. */
  readonly error: unknown;
}

/** What a handler threw, with the metadata that interceptors of grpc-js have made of its own. Only doors see it. */
export class InterceptedFailure {
  readonly error: unknown;
  readonly metadata: Metadata | undefined;

  constructor(error: unknown, metadata: Metadata | undefined) {
    this.error = error;
    this.metadata = metadata;
  }
}

/** What the caller reads when a handler fails with anything but a status. */
export const unexpectedMessage = "the handler failed unexpectedly";

/**
 * Read the status out of whatever was thrown.
 *
 *     readStatus(new RpcError(status.NOT_FOUND, "no such shelf"))      // NOT_FOUND, as thrown
 *     readStatus({ code: 5, details: "no such shelf" })                // NOT_FOUND: a grpc-js service error
 *     readStatus(new TypeError("x is undefined"))                      // UNKNOWN, a fixed text, `unexpected` set
 */
export function readStatus(error: unknown): CallStatus {
  if (error instanceof InterceptedFailure) return { ...readStatus(error.error), metadata: error.metadata };
  try {
    return readExpected(error) ?? unexpectedStatus(error);
  } catch {
    // A getter of the error throws. Whatever it was meant to say, the handler has failed.
    return unexpectedStatus(error);
  }
}

function readExpected(error: unknown): CallStatus | undefined {
  if (error instanceof RpcError && isErrorCode(error.code)) {
    return {
      code: error.code,
      message: error.message,
      details: error.details,
      metadata: findMetadata(error.metadata),
      unexpected: undefined,
      error,
    };
  }
  if (isServiceError(error)) {
    return {
      code: error.code,
      message: error.details ?? error.message ?? "",
      details: [],
      metadata: findMetadata(error.metadata),
      unexpected: undefined,
      error,
    };
  }
  return undefined;
}

function unexpectedStatus(error: unknown): CallStatus {
  return {
    code: codes.UNKNOWN,
    message: unexpectedMessage,
    details: [],
    metadata: undefined,
    // A handler may throw undefined; the operator still wants to hear of it.
    unexpected: error ?? new Error(`a handler threw ${error}`),
    error,
  };
}

interface ServiceError {
  readonly code: number;
  readonly details?: string;
  readonly message?: string;
  readonly metadata?: unknown;
}

/**
 * Other errors have a code too: Node's a text (`"ENOENT"`), databases' a large number, and that of a DOMException is
 * from a list of its own.
 */
function isServiceError(error: unknown): error is ServiceError {
  if (typeof error !== "object" || error === null || error instanceof DOMException) return false;
  if (!("code" in error) || !isErrorCode(error.code)) return false;
  const { details, message } = error as { details?: unknown; message?: unknown };
  return typeof details === "string" || (details === undefined && typeof message === "string");
}

/** The code of an error that came from outside: one that gRPC does not have is UNKNOWN. */
export function toErrorCode(code: unknown): number {
  return isErrorCode(code) ? code : codes.UNKNOWN;
}

function isErrorCode(code: unknown): code is number {
  return (
    typeof code === "number" && Number.isInteger(code) && code > codes.OK && code <= codes.UNAUTHENTICATED
  );
}
