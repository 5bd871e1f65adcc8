import assert from "node:assert/strict";

/** The milliseconds of processor time that an action takes at best: what else runs on the machine does not count. */
function cost(action: () => void): number {
  const costs = [1, 2, 3].map(() => {
    const start = process.cpuUsage();
    action();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...costs);
}

/**
 * Make sure that work grows with the length of a text, and not with its square: sixteen times the text may take 64
 * times as long, where the square is 256 times as much.
 */
export function assertLinear(
  textOf: (length: number) => string,
  length: number,
  read: (text: string) => void,
): void {
  const [short, long] = [textOf(length / 16), textOf(length)];
  // What takes less is not worth measuring.
  const atLeast = 2;
  const limit =
    64 *
    Math.max(
      cost(() => read(short)),
      atLeast,
    );
  assert(cost(() => read(long)) < limit);
}
