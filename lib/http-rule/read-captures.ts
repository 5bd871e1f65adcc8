import { decodeCapture } from "./decode-capture.js";
import { nextSlash, type Route, type RouteRequest, startOfLast } from "./route-trie.js";

/**
 * Read what the variables of a route captured of a request that it takes, decoded, in the order of
 * `binding.variables`.
 *
 *     // /v1/{name=trees/**}/{leaf} of /v1/trees/a/b/c%20d
 *     readCaptures(route, request)     // ["trees/a/b", "c d"]
 *
 * A `**` that matches no segment leaves no slash behind: `trees` for `{name=trees/**}`.
 *
 * @throws RpcError `INVALID_ARGUMENT` when a capture cannot be decoded.
 */
export function readCaptures({ binding, headLength }: Route, request: RouteRequest): string[] {
  const { template, variables } = binding;
  const { length } = template.segments;
  const captures: string[] = [];
  let index = 0;
  let at = 0;
  for (const variable of variables) {
    // What comes after the `**` is counted from the end of the path.
    if (variable.start > headLength) at = startOfLast(length - variable.start, request);
    else at = skip(variable.start - index, at, request);
    const start = at + 1;
    if (variable.end > headLength) at = startOfLast(length - variable.end, request);
    else at = skip(variable.end - variable.start, at, request);
    index = variable.end;
    const text = request.path.slice(start, at);
    captures.push(request.hasEscapes ? decodeCapture(text, variable) : text);
  }
  return captures;
}

/** The slash that comes a number of segments after the one at `at`. */
function skip(count: number, at: number, { path, end }: RouteRequest): number {
  let slash = at;
  for (let i = 0; i < count; i++) slash = nextSlash(path, slash, end);
  return slash;
}
