import type { Binding, BoundVariable } from "../../http-rule/binding.js";
import { templateShape } from "../../http-rule/print-template.js";
import type { DocumentContext } from "../context.js";
import { findWildcards, nameWildcards, type Wildcard } from "./name-wildcards.js";

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

/** A path that operations of one shape share. */
interface Path {
  /** Of its parameters. */
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
  const found = findWildcards(binding);
  const canGrow = found.some(({ isDeep }) => isDeep);
  for (let length = 1; length === 1 || canGrow; length++) {
    const wildcards = found.flatMap((wildcard) => (wildcard.isDeep ? repeat(wildcard, length) : [wildcard]));
    const key = printPath(binding, printSegments(binding, wildcards));
    const path = paths.get(key) ?? {
      names: nameWildcards(wildcards, binding, context),
      httpMethods: new Set(),
    };
    paths.set(key, path);
    if (path.httpMethods.has(httpMethod)) continue;
    path.httpMethods.add(httpMethod);
    const segments = printSegments(binding, wildcards, path.names);
    const parameters = wildcards.map(({ isDeep, variable }, i) => {
      const within =
        variable && variable.end - variable.start > 1 ? printVariable(variable, segments) : undefined;
      return { name: path.names[i] ?? "", isDeep, variable, within };
    });
    return { binding, path: printPath(binding, segments), httpMethod, parameters };
  }
  return undefined;
}

function repeat<T>(item: T, times: number): T[] {
  return Array.from({ length: times }, () => item);
}

/** What each segment of the template is in the path; a `**` may be several. Without names, what paths of a shape share. */
function printSegments(
  { template }: Binding,
  wildcards: readonly Wildcard[],
  names: readonly string[] = [],
): readonly (readonly string[])[] {
  return template.segments.map((segment, index) => {
    if (segment.kind === "literal")
      return [templateShape({ ...template, segments: [segment], verb: undefined }).slice(1)];
    return wildcards.flatMap((wildcard, i) => (wildcard.index === index ? [`{${names[i] ?? ""}}`] : []));
  });
}

function printPath({ template }: Binding, segments: readonly (readonly string[])[]): string {
  const verb = templateShape({ ...template, segments: [] }).slice(1);
  return `/${segments.flat().join("/")}${verb}`;
}

function printVariable({ start, end }: BoundVariable, segments: readonly (readonly string[])[]): string {
  return segments.slice(start, end).flat().join("/");
}
