import { ConfigError } from "./config-error.js";
import { didYouMean } from "./suggest-name.js";

/**
 * Refuse options that do not exist: a guard under a misspelt name would silently be off.
 *
 *     checkOptionNames({ interceptor: [Auth] }, ["interceptors"])
 *     // ConfigError: unknown option "interceptor"; did you mean "interceptors"?
 */
export function checkOptionNames(options: object, names: readonly string[]): void {
  const faults = Object.keys(options)
    .filter((name) => !names.includes(name))
    .map((name) => ({ message: `unknown option "${name}"${didYouMean(name, names)}` }));
  if (faults.length > 0) throw new ConfigError(faults);
}
