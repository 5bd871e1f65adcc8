import { codes, invalidField, RpcError, type RpcErrorOptions } from "../call/rpc-error.js";

/** A fault of HTTP that has a status of its own: 405, 413, 415. */
export class HttpError extends RpcError {
  readonly httpStatus: number;

  constructor(httpStatus: number, code: number, message: string, options?: RpcErrorOptions) {
    super(code, message, options);
    this.httpStatus = httpStatus;
  }
}

/** 415 for a body whose form, as this header names it, nobody reads. */
export function unsupportedMedia(header: string, message: string, options?: ErrorOptions): HttpError {
  const { details } = invalidField(header, message);
  return new HttpError(415, codes.INVALID_ARGUMENT, message, { ...options, details });
}
