import type { ServerCall } from "./server-call.js";

/** The error of a handler that has answered with something that is no message. */
export function createMessageError({ method }: ServerCall, answer: unknown): TypeError {
  return new TypeError(`${method.fullName} answered ${String(answer)}: it must answer with a message`);
}
