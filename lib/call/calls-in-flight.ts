import type { RpcError } from "./rpc-error.js";

/** What of a call it takes to end it. */
interface Cancellable {
  cancel(createReason: () => RpcError): void;
}

/** The calls that a server has not answered yet, so that it can end them all. */
export class CallsInFlight {
  readonly #calls = new Set<Cancellable>();
  #createReason: (() => RpcError) | undefined;

  /** A call has come; one that comes after the others were cancelled is cancelled, too. */
  add(call: Cancellable): void {
    if (this.#createReason !== undefined) call.cancel(this.#createReason);
    else this.#calls.add(call);
  }

  /** A call is over. */
  delete(call: Cancellable): void {
    this.#calls.delete(call);
  }

  /** Cancel them all; false when there was none. */
  cancel(createReason: () => RpcError): boolean {
    this.#createReason = createReason;
    const calls = [...this.#calls];
    for (const call of calls) call.cancel(createReason);
    return calls.length > 0;
  }
}
