import { UsageError } from "./usage-error.js";

/**
 * The whole number that an option says, or `undefined` if it was not given.
 *
 * @throws UsageError
 */
export function readNumber(
  option: string,
  given: string | undefined,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (given === undefined) return undefined;
  const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (number <= most) return number;
  throw new UsageError(`--${option} takes a number, 0 to ${most}, not "${given}"`);
}
