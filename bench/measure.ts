export const rounds = 15;
const millisecondsPerRound = 8;

/** The nanoseconds that each of some functions takes: the median of rounds that go through all of them. */
export function measure(functions: readonly (() => void)[]): number[] {
  const samples = functions.map((): number[] => []);
  for (let round = 0; round < rounds + 1; round++) {
    for (const [i, run] of functions.entries()) {
      const sample = measureOnce(run);
      if (round > 0) samples[i]?.push(sample);
    }
  }
  return samples.map((sample) => sample.sort((x, y) => x - y)[Math.floor(sample.length / 2)] ?? Number.NaN);
}

function measureOnce(run: () => void): number {
  const start = process.hrtime.bigint();
  const end = start + BigInt(millisecondsPerRound * 1e6);
  let calls = 0;
  let now = start;
  for (let batch = 1; now < end; batch = Math.min(batch * 2, 1_000)) {
    for (let i = 0; i < batch; i++) run();
    calls += batch;
    now = process.hrtime.bigint();
  }
  return Number(now - start) / calls;
}
