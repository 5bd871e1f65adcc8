import { RpcError, type RpcErrorOptions } from "../call/rpc-error.js";

/** A fault of HTTP that has a status of its own: 405, 413, 415. */
export class HttpError extends RpcError {
  readonly httpStatus: number;

  constructor(httpStatus: number, code: number, message: string, options?: RpcErrorOptions) {
    super(code, message, options);
    this.httpStatus = httpStatus;
  }
}
