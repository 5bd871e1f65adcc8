import type { EventEmitter } from "node:events";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Wait for the first signal that asks a process to end.
 *
 * Who asks twice does not wait: any second signal ends the program as if nobody had heard the first.
 */
export function untilStopped(process: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of signals) process.off(signal, stop);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
