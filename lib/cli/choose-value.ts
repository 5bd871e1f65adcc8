import { UsageError } from "./usage-error.js";

/**
 * One of the values that an option takes, or `undefined` if it was not given.
 *
 * @throws UsageError
 */
export function chooseValue<const Value extends string>(
  option: string,
  given: string | undefined,
  values: readonly Value[],
): Value | undefined {
  if (given === undefined) return undefined;
  const value = values.find((each) => each === given);
  if (value !== undefined) return value;
  throw new UsageError(`--${option} takes ${values.join(" or ")}, not "${given}"`);
}
