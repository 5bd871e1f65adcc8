import { type Channel, connectivityState, status } from "@grpc/grpc-js";

/**
 * End calls with UNAVAILABLE when the connection that they wait for is not made in time.
 *
 * grpc-js itself waits for ever for a server that accepts connections and says nothing. The limit is for the
 * connection: a call that has one may take as long as it wants.
 *
 * @param timeout in milliseconds.
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/connection-backoff.md MIN_CONNECT_TIMEOUT
 */
export function limitConnecting(
  channel: Pick<Channel, "getConnectivityState" | "watchConnectivityState">,
  target: string,
  timeout: number,
): LimitConnecting {
  /** The calls that wait for the attempt that is being made. */
  let waiting: Set<WaitingCall> | undefined;

  return (call) => {
    if (channel.getConnectivityState(false) === connectivityState.READY) return forgetNothing;
    const calls = waiting ?? new Set();
    calls.add(call);
    if (waiting === undefined) {
      waiting = calls;
      watch(Date.now() + timeout);
    }
    return () => void calls.delete(call);
  };

  function watch(deadline: number): void {
    const state = channel.getConnectivityState(false);
    // Whatever comes of it otherwise, grpc-js tells the calls itself.
    if (state !== connectivityState.IDLE && state !== connectivityState.CONNECTING) {
      waiting = undefined;
      return;
    }
    channel.watchConnectivityState(state, deadline, (isLate) => (isLate ? giveUp() : watch(deadline)));
  }

  function giveUp(): void {
    const calls = waiting ?? [];
    waiting = undefined;
    const details = `cannot reach ${target}: it speaks no HTTP/2 within ${timeout} milliseconds`;
    for (const { call } of calls) call?.cancelWithStatus(status.UNAVAILABLE, details);
  }
}

function forgetNothing(): void {}

/** As much of a call of grpc-js as ending it takes. */
export interface WaitingCall {
  readonly call?: { cancelWithStatus(code: status, details: string): void } | undefined;
}

/** Told of a call that has begun; returns what forgets it. */
export type LimitConnecting = (call: WaitingCall) => () => void;
