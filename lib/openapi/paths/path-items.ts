import { type Operation, type PathItem, pathItemMethods } from "../document.js";
import type { Placement } from "./lay-out-paths.js";

export interface PlacedOperation extends Pick<Placement, "path" | "httpMethod"> {
  readonly operation: Operation;
}

/**
 * Gather operations into path items.
 *
 * OpenAPI 3.1 has no place for HTTP methods beyond eight: the operation of a `custom` rule of another kind stands
 * under `x-additionalOperations`, by its method, as OpenAPI 3.2 has it under `additionalOperations`.
 */
export function pathItems(placed: readonly PlacedOperation[]): Record<string, PathItem> {
  const paths = new Map<string, Map<string, Operation>>();
  for (const { path, httpMethod, operation } of placed) {
    const item = paths.get(path) ?? new Map<string, Operation>();
    paths.set(path, item.set(httpMethod, operation));
  }
  return Object.fromEntries([...paths].map(([path, operations]) => [path, pathItem(operations)]));
}

function pathItem(operations: ReadonlyMap<string, Operation>): PathItem {
  const standard = [...operations].filter(([httpMethod]) => isStandard(httpMethod));
  const others = [...operations].filter(([httpMethod]) => !isStandard(httpMethod));
  if (others.length === 0) return Object.fromEntries(standard);
  const additional = others.map(([httpMethod, operation]) => [httpMethod.toUpperCase(), operation] as const);
  return { ...Object.fromEntries(standard), "x-additionalOperations": Object.fromEntries(additional) };
}

function isStandard(httpMethod: string): boolean {
  return pathItemMethods.some((standard) => standard === httpMethod);
}
