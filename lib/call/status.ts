import { isNativeError } from "node:util/types";
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

/** Holds what a handler failed with that is no error, for interceptors to catch. Doors tell of the value itself. */
class ThrownValue extends Error {
  constructor(value: unknown) {
    const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
    super(`a handler threw ${isObject ? "an object that is no Error" : String(value)}`, { cause: value });
  }
}

/**
 * What interceptors catch of whatever a handler failed with.
 *
 *     toError(new ShelfError("no such shelf"))           // itself
 *     toError({ code: 5, details: "no such shelf" })     // an RpcError, whose cause is the object
 *     toError("no such shelf")                           // an Error, whose cause is the text
 */
export function toError(thrown: unknown): Error {
  // That of another realm is an error, too.
  if (thrown instanceof Error || isNativeError(thrown)) return thrown;
  const { code, message, details, metadata, unexpected } = readStatus(thrown);
  if (unexpected !== undefined) return new ThrownValue(thrown);
  return new RpcError(code, message, { details, metadata, cause: thrown });
}

/** What the caller reads when a handler fails with anything but a status. */
export const unexpectedMessage = "the handler failed unexpectedly";

/**
 * Read the status out of whatever was thrown.
 *
 *     readStatus(new RpcError(status.NOT_FOUND, "no such shelf"))      // NOT_FOUND, as thrown
 *     readStatus({ code: 5, details: "no such shelf" })                // NOT_FOUND: a grpc-js service error
 *     readStatus({ code: 5 })                                          // NOT_FOUND, "Unknown Error", as grpc-js says it
 *     readStatus(new TypeError("x is undefined"))                      // UNKNOWN, a fixed text, `unexpected` set
 */
export function readStatus(error: unknown): CallStatus {
  if (error instanceof InterceptedFailure) return { ...readStatus(error.error), metadata: error.metadata };
  if (error instanceof ThrownValue) return unexpectedStatus(error.cause);
  try {
    return readExpected(error) ?? unexpectedStatus(error);
  } catch {
    // A getter of the error throws. Whatever it was meant to say, the handler has failed.
    return unexpectedStatus(error);
  }
}

function readExpected(error: unknown): CallStatus | undefined {
  if (!isServiceError(error)) return undefined;
  const { code, details, message, metadata } = error;
  return {
    code,
    message: toText(details) ?? toText(message) ?? "Unknown Error",
    details: isRpcError(error) ? (details as readonly ErrorDetail[]) : [],
    metadata: findMetadata(metadata),
    unexpected: undefined,
    error,
  };
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
  readonly details?: unknown;
  readonly message?: unknown;
  readonly metadata?: unknown;
}

/**
 * As in grpc-js, the code alone makes a status. Other errors have one too: Node's a text (`"ENOENT"`), databases' a
 * large number, and that of a DOMException is from a list of its own.
 */
function isServiceError(error: unknown): error is ServiceError {
  if (typeof error !== "object" || error === null || error instanceof DOMException) return false;
  return "code" in error && isErrorCode(error.code);
}

/** It may be of another copy of this package. */
function isRpcError(error: ServiceError): boolean {
  if (error instanceof RpcError) return true;
  return "name" in error && error.name === "RpcError" && Array.isArray(error.details);
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
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
