import type { Binding, BoundVariable } from "../../http-rule/binding.js";
import { templateShape } from "../../http-rule/print-template.js";
import type { DocumentContext } from "../context.js";
import { findWildcards, nameWildcards } from "./name-wildcards.js";

/** Where an operation stands in the document. */
export interface Placement {
  readonly binding: Binding;
  /** `"/v1/shelves/{shelf}/books/{book}:check"` */
  readonly path: string;
  /** In lower case. */
  readonly httpMethod: string;
  /** In the order of the path. */
  readonly parameters: readonly PathParameter[];
}

/** A segment that the caller chooses. */
export interface PathParameter {
  /** An identifier, unique within its path. */
  readonly name: string;
  /** The variable that the segment belongs to, alone or with others. */
  readonly variable: BoundVariable | undefined;
  /** Whether the segment stands for any number of them. */
  readonly isDeep: boolean;
  /** All segments of the variable, if it has others: `"shelves/{shelf}/books/{book}"`. */
  readonly within: string | undefined;
}

/**
 * Give each binding its path and HTTP method, in the order of the bindings.
 *
 *     get: "/v1/{parent=shelves/*}/books"    // get, /v1/shelves/{shelf}/books
 *
 * A parameter of OpenAPI is one segment, so that every wildcard becomes one. Templates of one shape share their
 * path, and with it the names that the first of them gives. A rule for any HTTP method takes those that no other
 * rule of its shape has.
 */
export function layOutPaths(bindings: readonly Binding[], context: DocumentContext): Placement[] {
  const placements = new Map<Binding, Placement[]>(bindings.map((binding) => [binding, []]));
  const paths = new Map<string, Path>();
  for (const binding of [...bindings].sort((a, b) => freedomOf(a) - freedomOf(b))) {
    for (const httpMethod of httpMethodsOf(binding)) {
      const placement = place(binding, httpMethod, paths, context);
      if (placement !== undefined) placements.get(binding)?.push(placement);
    }
  }
  return [...placements.values()].flat();
}

/** Who can give way comes later: a `**` can be shown as more segments, any HTTP method as the others. */
function freedomOf({ httpMethod, template }: Binding): number {
  if (httpMethod === "*") return 2;
  return template.segments.some((segment) => segment.kind === "deep-wildcard") ? 1 : 0;
}

function httpMethodsOf({ httpMethod }: Binding): readonly string[] {
  return httpMethod === "*" ? ["get", "put", "post", "delete", "patch"] : [httpMethod.toLowerCase()];
}

interface Path {
  readonly text: string;
  readonly names: readonly string[];
  readonly httpMethods: Set<string>;
}

/**
 * Find the path of a binding, or make it; none is left when another rule has its HTTP method there.
 *
 * `{name=**}` looks like `{name}` in OpenAPI. Where both have the same HTTP method, the former is shown with a
 * segment more, which it matches as well.
 */
function place(
  binding: Binding,
  httpMethod: string,
  paths: Map<string, Path>,
  context: DocumentContext,
): Placement | undefined {
  const shape = templateShape(binding.template);
  const mayGrow = shape.includes("**");
  for (let length = 1; length === 1 || mayGrow; length++) {
    const key = shape.replace("**", Array(length).fill("{}").join("/")).replaceAll("*", "{}");
    const wildcards = findWildcards(binding).flatMap((wildcard) =>
      wildcard.isDeep ? Array<typeof wildcard>(length).fill(wildcard) : [wildcard],
    );
    const path = paths.get(key) ?? createPath(key, nameWildcards(wildcards, binding, context));
    paths.set(key, path);
    if (path.httpMethods.has(httpMethod)) continue;
    path.httpMethods.add(httpMethod);
    const parameters = path.names.map((name, i) => ({
      name,
      variable: wildcards[i]?.variable,
      isDeep: wildcards[i]?.isDeep === true,
      within: printVariable(path, wildcards[i]?.variable, binding),
    }));
    return { binding, path: path.text, httpMethod, parameters };
  }
  return undefined;
}

function createPath(key: string, names: readonly string[]): Path {
  let next = 0;
  return { text: key.replaceAll("{}", () => `{${names[next++]}}`), names, httpMethods: new Set() };
}

/** The part of a path that a variable covers, when that is more than one segment. */
function printVariable(
  path: Path,
  variable: BoundVariable | undefined,
  { template }: Binding,
): string | undefined {
  if (variable === undefined || variable.end - variable.start === 1) return undefined;
  const segments = path.text
    .replace(template.verb === undefined ? "" : /:[^:]*$/, "")
    .split("/")
    .slice(1);
  // A "**" may be shown as more segments than it is in the template.
  const grown = segments.length - template.segments.length;
  const hasDeep = template.segments
    .slice(variable.start, variable.end)
    .some(({ kind }) => kind === "deep-wildcard");
  const isAfterDeep = template.segments.slice(0, variable.start).some(({ kind }) => kind === "deep-wildcard");
  const start = variable.start + (isAfterDeep ? grown : 0);
  return segments.slice(start, start + variable.end - variable.start + (hasDeep ? grown : 0)).join("/");
}
