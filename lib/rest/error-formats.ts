import { STATUS_CODES } from "node:http";
import { codes } from "../call/rpc-error.js";
import type { ErrorFormatter, ErrorStatus } from "./encode-error.js";

/**
 * Errors as `application/problem+json`, for the `formatError` option.
 *
 *     { "type": "about:blank", "title": "Not Found", "status": 404, "detail": "no such shelf",
 *       "code": "NOT_FOUND", "details": [] }
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export const problemJson: ErrorFormatter = Object.assign(
  (status: ErrorStatus) => ({
    type: "about:blank",
    title: STATUS_CODES[status.httpStatus] ?? nameOf(status.code),
    status: status.httpStatus,
    detail: status.message,
    code: nameOf(status.code),
    details: status.details,
  }),
  { contentType: "application/problem+json" },
);

/**
 * Errors as Google's REST APIs write them: the HTTP status is the code, the gRPC code is the status.
 *
 * @see https://cloud.google.com/apis/design/errors#http_mapping
 */
export const googleError: ErrorFormatter = Object.assign(
  ({ code, httpStatus, message, details }: ErrorStatus) => ({
    error: { code: httpStatus, message, status: nameOf(code), details },
  }),
  { isEnvelope: true },
);

function nameOf(code: number): string {
  return Object.entries(codes).find(([, value]) => value === code)?.[0] ?? "UNKNOWN";
}
