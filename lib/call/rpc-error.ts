import type { Metadata } from "@grpc/grpc-js";

/**
 * The status codes of gRPC by name, with the numbers of `google.rpc.Code`.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/rpc/code.proto
 */
export const codes = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** An Any message as ProtoJSON: `{ "@type": "type.googleapis.com/google.rpc.BadRequest", ... }`. */
export type ErrorDetail = Readonly<Record<string, unknown>> & { readonly "@type": string };

export interface RpcErrorOptions extends ErrorOptions {
  readonly details?: readonly ErrorDetail[] | undefined;
  /** Sent as response headers (REST) or trailers (gRPC). */
  readonly metadata?: Metadata | undefined;
}

/**
 * What a handler throws to end its call with a status; the caller reads code, message and details.
 *
 *     throw new RpcError(status.NOT_FOUND, `shelf "${name}" not found`);
 *
 *     throw new RpcError(status.INVALID_ARGUMENT, "the theme is empty", {
 *       details: [{
 *         "@type": "type.googleapis.com/google.rpc.BadRequest",
 *         fieldViolations: [{ field: "shelf.theme", description: "must not be empty" }],
 *       }],
 *     });
 *
 * A code that is no error of gRPC's is read as UNKNOWN, and the error goes to `onError`.
 *
 * @throws TypeError for details that are no array.
 * @see https://google.aip.dev/193
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly details: readonly ErrorDetail[];
  readonly metadata: Metadata | undefined;

  constructor(code: number, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.details !== undefined && !Array.isArray(options.details)) {
      throw new TypeError("the details of an RpcError are an array of Any messages as ProtoJSON");
    }
    this.code = code;
    this.details = options.details ?? [];
    this.metadata = options.metadata;
  }
}

/**
 * A field of the request cannot be read: INVALID_ARGUMENT with a `google.rpc.BadRequest` detail.
 *
 *     invalidField("page_size", 'invalid value "abc" for field "page_size" (int32)')
 */
export function invalidField(field: string, message: string, options?: ErrorOptions): RpcError {
  const detail = {
    "@type": "type.googleapis.com/google.rpc.BadRequest",
    fieldViolations: [{ field, description: message }],
  };
  return new RpcError(codes.INVALID_ARGUMENT, message, { ...options, details: [detail] });
}
