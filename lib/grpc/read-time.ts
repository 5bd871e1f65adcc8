import { ConfigError } from "../schema/config-error.js";

/** About 24.8 days: what a timer can wait. */
const longestTime = 2 ** 31 - 1;

/**
 * Milliseconds to wait, `undefined` for ever: what no timer can wait for.
 *
 *     readTime("gracePeriod", 5_000)                      // 5000
 *     readTime("gracePeriod", Number.POSITIVE_INFINITY)   // undefined
 *
 * @throws ConfigError for what is no time.
 */
export function readTime(option: string, time: unknown): number | undefined {
  if (typeof time !== "number" || !(time >= 0)) {
    throw new ConfigError([{ message: `${option}: give milliseconds, not ${JSON.stringify(time) ?? time}` }]);
  }
  return time > longestTime ? undefined : time;
}
