import type { Binding } from "./binding.js";
import { decodeCapture } from "./decode-capture.js";
import { nextSlash, type RouteRequest, startOfLast } from "./route-trie.js";
import type { Segment } from "./template.js";

/** The segments of a path, without its verb. */
type Segments = Pick<RouteRequest, "path" | "end">;

/**
 * Read what the variables of a binding captured of a path that it matches, decoded, in the order of
 * `binding.variables`.
 *
 *     // binding of /v1/{name=trees/**}/{leaf}
 *     readCaptures(binding, { path: "/v1/trees/a/b/c%20d", end: 19 })     // ["trees/a/b", "c d"]
 *
 * A `**` that matches no segment leaves no slash behind: `trees` for `{name=trees/**}`.
 *
 * @throws RpcError `INVALID_ARGUMENT` when a capture cannot be decoded.
 */
export function readCaptures({ template, variables }: Binding, request: Segments): string[] {
  const length = template.segments.length;
  const deep = template.segments.findIndex(isDeepWildcard);
  const fixed = deep === -1 ? length : deep;
  const captures: string[] = [];
  let index = 0;
  let at = 0;
  for (const variable of variables) {
    const start =
      variable.start > fixed
        ? startOfLast(length - variable.start, request)
        : skip(variable.start - index, at, request);
    at =
      variable.end > fixed
        ? startOfLast(length - variable.end, request)
        : skip(variable.end - variable.start, start, request);
    index = variable.end;
    captures.push(decodeCapture(request.path.slice(start + 1, at), variable));
  }
  return captures;
}

/** The slash that comes a number of segments after the one at `at`. */
function skip(count: number, at: number, { path, end }: Segments): number {
  let slash = at;
  for (let i = 0; i < count; i++) slash = nextSlash(path, slash, end);
  return slash;
}

function isDeepWildcard(segment: Segment): boolean {
  return segment.kind === "deep-wildcard";
}
