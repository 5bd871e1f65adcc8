import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export const rounds = 15;
const microsecondsPerRound = 8_000;
/** Before the first round: on a busy machine the engine takes long to compile what it has found to be hot. */
const microsecondsOfWarmUp = 300_000;

/**
 * The nanoseconds of a processor that each of some functions takes: the median of rounds that go through all of them.
 * By the clock, a busy machine would put the time of others into it.
 */
export function measure(functions: readonly (() => void)[]): number[] {
  return sample(functions).map(median);
}

/**
 * How many times as fast as the first of some functions each of them is: the median of what the rounds say, so that
 * it does not matter if some of them were slower for all.
 */
export function compare(functions: readonly (() => void)[]): number[] {
  const [first = [], ...others] = sample(functions);
  return [first, ...others].map((times) =>
    median(times.map((time, round) => (first[round] ?? Number.NaN) / time)),
  );
}

/** What each function takes in each round. */
function sample(functions: readonly (() => void)[]): number[][] {
  for (const run of functions) measureOnce(run, microsecondsOfWarmUp);
  const samples = functions.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of functions.entries()) samples[i]?.push(measureOnce(run, microsecondsPerRound));
  }
  return samples;
}

function measureOnce(run: () => void, microseconds: number): number {
  const start = readCpu();
  let calls = 0;
  let taken = 0;
  for (let batch = 1; taken < microseconds; batch = Math.min(batch * 2, 1_000)) {
    for (let i = 0; i < batch; i++) run();
    calls += batch;
    taken = readCpu() - start;
  }
  return (taken * 1000) / calls;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Microseconds of a processor that this process has taken, in all threads and in the kernel. */
export function readCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Bytes that this process has in use, garbage excepted. */
export function readMemory(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
