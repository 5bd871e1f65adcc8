import type { ServerCall } from "./server-call.js";

/** Hears of every failure whose text the caller is not shown. */
export type FaultListener = (error: unknown, call: ServerCall | undefined) => void;

const printFault: FaultListener = (error, call) =>
  console.error(`${call?.method.fullName ?? "a request"} failed:`, error);

/**
 * Guard a listener, `console.error` unless given: one that fails itself, at once or by its promise, must not take the
 * answer or the process with it.
 */
export function createFaultListener(listener: FaultListener = printFault): FaultListener {
  return (error, call) => {
    const fail = (fault: unknown) => printFault(new Error("onError failed", { cause: fault }), call);
    try {
      Promise.resolve(listener(error, call)).catch(fail);
    } catch (fault) {
      fail(fault);
    }
  };
}
