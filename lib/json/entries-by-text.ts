import { toBool, toText } from "../schema/wire-values.js";
import { integerRanges } from "./number-text.js";
import { integerDigits } from "./write-scalar.js";

/**
 * The entries of a map under the text of their keys. Of several keys that are written alike the last one counts, as in
 * a binary message: `1`, `1n`, `"1"` and `"01"`.
 */
export function entriesByText(
  map: ReadonlyMap<unknown, unknown>,
  keyType: string,
): ReadonlyMap<unknown, unknown> {
  if (keyType === "string" && [...map.keys()].every(isWellFormed)) return map;
  return new Map([...map].map(([key, value]) => [keyText(key, keyType), value]));
}

function keyText(key: unknown, keyType: string): string {
  if (keyType === "string") return (typeof key === "string" ? key : toText(key)).toWellFormed();
  if (keyType === "bool") return String(typeof key === "boolean" ? key : toBool(key));
  return integerDigits(key, integerRanges.get(keyType)!);
}

function isWellFormed(key: unknown): boolean {
  return typeof key === "string" && key.isWellFormed();
}
