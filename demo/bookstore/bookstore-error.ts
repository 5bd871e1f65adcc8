import { RpcError, status } from "express-grpc-transcoding";

// The errors of the bookstore, each with the detail that tells a program what a person reads in the message.
// https://google.aip.dev/193

export interface FieldViolation {
  /** Path of the field in the request: `book.title`. */
  readonly field: string;
  readonly description: string;
}

/** The request cannot be served, whatever is stored. */
export function invalidArgument(violations: readonly [FieldViolation, ...FieldViolation[]]): RpcError {
  const message = violations.map(({ field, description }) => `${field}: ${description}`).join("; ");
  return new RpcError(status.INVALID_ARGUMENT, message, {
    details: [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: violations }],
  });
}

export function notFound(resource: "Shelf" | "Book" | "Cover", name: string): RpcError {
  const message = `${resource.toLowerCase()} "${name}" not found`;
  return new RpcError(status.NOT_FOUND, message, { details: [resourceInfo(resource, name, message)] });
}

export function alreadyExists(resource: "Shelf" | "Book", name: string): RpcError {
  const message = `${resource.toLowerCase()} "${name}" already exists`;
  return new RpcError(status.ALREADY_EXISTS, message, { details: [resourceInfo(resource, name, message)] });
}

export function shelfNotEmpty(name: string): RpcError {
  const description = "books stand on the shelf: delete or move them first, or set force";
  return new RpcError(status.FAILED_PRECONDITION, `shelf "${name}" is not empty: ${description}`, {
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
        violations: [{ type: "NOT_EMPTY", subject: name, description }],
      },
    ],
  });
}

/** Somebody else changed the book since the caller, or the handler, read it. */
export function bookChanged(name: string): RpcError {
  return new RpcError(status.ABORTED, `book "${name}" has changed: read it again, then retry`, {
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "ETAG_MISMATCH",
        domain: "bookstore.example.com",
        metadata: { book: name },
      },
    ],
  });
}

function resourceInfo(resource: string, name: string, description: string) {
  return {
    "@type": "type.googleapis.com/google.rpc.ResourceInfo",
    resourceType: `bookstore.example.com/${resource}`,
    resourceName: name,
    description,
  };
}
