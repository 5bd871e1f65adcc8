import { isPromise } from "node:util/types";
import type { ReadableCall, UnaryCall } from "./handler-call.js";
import type { Message } from "./message.js";
import { createMessageError } from "./message-error.js";
import type { MethodImplementation } from "./method-implementation.js";
import { isPlainObject, isThenable } from "./returned-value.js";
import type { ServerCall } from "./server-call.js";
import { toError } from "./status.js";
import { findWayToAnswer } from "./way-to-answer.js";

/** Runs a handler with one response. */
export type Answer = (call: ServerCall, handlerCall: UnaryCall | ReadableCall) => Promise<Message>;
type Callback = (error: unknown, response?: unknown, trailers?: unknown) => void;

/**
 * Run handlers with one response, which they give by callback or by promise; whichever comes first counts.
 *
 * @param run calls the handler.
 */
export function createAnswer(run: MethodImplementation, implementation: MethodImplementation): Answer {
  const way = findWayToAnswer(implementation);
  return (call, handlerCall) =>
    new Promise((resolve, reject) => {
      let isAnswered = false;
      let failure: unknown;
      function accept(response: unknown): void {
        isAnswered = true;
        if (typeof response === "object" && response !== null) resolve(response);
        else reject(createMessageError(call, response));
      }
      function fail(error: unknown): void {
        // A request that cannot be read fails the call, and then the handler that is reading it.
        if (isAnswered && error !== failure) call.reportFault(error);
        isAnswered = true;
        failure = error;
        // What a listener throws when it hears of a cancellation is not why the call has ended.
        reject(call.cancellation ?? toError(error));
      }
      const callback: Callback = (error, response, trailers) => {
        if (isAnswered) {
          call.reportFault(error || new Error(`${call.method.fullName} called back after it had answered`));
          return;
        }
        try {
          if (error) call.addFailureTrailers(trailers);
          else call.addTrailers(trailers);
        } catch (fault) {
          // Whoever calls back, a timer or a database, has nothing to do with it.
          fail(fault);
          return;
        }
        if (error) fail(error);
        else accept(response);
      };
      call.dropFailureTrailers();
      call.onCancel(reject);
      handlerCall.on("error", fail);
      try {
        const result = run(handlerCall, callback);
        if (way === "callback" ? isPromise(result) : isThenable(result)) {
          // `async (call, callback)` resolves to nothing and answers through its callback.
          (result as PromiseLike<unknown>).then(
            (response) => (response === undefined && way !== "return" ? undefined : accept(response)),
            fail,
          );
        } else if (way === "return" || (way === "either" && isPlainObject(result))) accept(result);
      } catch (error) {
        fail(error);
      }
    });
}
