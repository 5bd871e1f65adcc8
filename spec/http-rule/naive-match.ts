import type { Binding, BoundVariable } from "../../lib/http-rule/binding.js";
import type { Segment, Template } from "../../lib/http-rule/template.js";

/**
 * Match a path against every template, one after the other, and take the most preferred: what the router is
 * compared with. It splits and joins where the router searches, and shares no code with it.
 *
 *     naiveMatch(bindings, "GET", "/v1/shelves/1")     // ["GET /v1/{name=shelves/*}", "shelves/1"]
 */
export function naiveMatch(
  bindings: readonly Binding[],
  httpMethod: string,
  path: string,
): string[] | undefined {
  const candidates = bindings
    .map((binding) => ({ binding, segments: splitPath(path, binding.template.verb) }))
    .filter(({ binding, segments }) => segments !== undefined && takes(binding.template.segments, segments));
  for (const group of preferredMethods(httpMethod)) {
    const [best] = candidates
      .filter(({ binding }) => group.includes(binding.httpMethod))
      .sort(
        (x, y) =>
          compareTemplates(x.binding.template, y.binding.template) ||
          group.indexOf(x.binding.httpMethod) - group.indexOf(y.binding.httpMethod),
      );
    if (best?.segments === undefined) continue;
    return [
      `${best.binding.httpMethod} ${best.binding.template.text}`,
      ...readVariables(best.binding, best.segments),
    ];
  }
  return undefined;
}

/** HEAD goes to HEAD alone first; within a group, the exact method is preferred on equal templates. */
function preferredMethods(httpMethod: string): readonly (readonly string[])[] {
  return httpMethod === "HEAD" ? [["HEAD"], ["GET", "*"]] : [[httpMethod, "*"]];
}

/** The raw segments of a path; undefined if it does not end in the verb. */
function splitPath(path: string, verb: string | undefined): string[] | undefined {
  const segments = path.split("/").slice(1);
  if (verb !== undefined) {
    const last = segments.pop() ?? "";
    const colon = last.lastIndexOf(":");
    if (colon === -1 || decode(last.slice(colon + 1)) !== verb) return undefined;
    segments.push(last.slice(0, colon));
  }
  return segments.length === 1 && segments[0] === "" ? [] : segments;
}

function takes([first, ...others]: readonly Segment[], path: readonly string[]): boolean {
  if (first === undefined) return path.length === 0;
  if (first.kind === "deep-wildcard") {
    return path.length >= others.length && takes(others, path.slice(path.length - others.length));
  }
  const [text, ...rest] = path;
  if (text === undefined) return false;
  return (first.kind === "literal" ? decode(text) === first.value : text !== "") && takes(others, rest);
}

/** Negative if the first is preferred: by verb, then position by position, then with more after the `**`. */
function compareTemplates(x: Template, y: Template): number {
  if ((x.verb === undefined) !== (y.verb === undefined)) return x.verb === undefined ? 1 : -1;
  const [headX, tailX] = splitAtDeep(x);
  const [headY, tailY] = splitAtDeep(y);
  if (headX !== headY) return headX < headY ? -1 : 1;
  if (tailX.length !== tailY.length) return tailY.length - tailX.length;
  return tailX === tailY ? 0 : tailX < tailY ? -1 : 1;
}

/** A digit for each segment: 0 for a literal, 1 for `*`, 2 for `**`; the second text is what follows the `**`. */
function splitAtDeep({ segments }: Template): [string, string] {
  const digits = segments
    .map(({ kind }) => (kind === "literal" ? "0" : kind === "wildcard" ? "1" : "2"))
    .join("");
  const deep = digits.indexOf("2");
  return deep === -1 ? [digits, ""] : [digits.slice(0, deep + 1), digits.slice(deep + 1)];
}

function readVariables({ variables, template }: Binding, path: readonly string[]): string[] {
  const deep = template.segments.findIndex(({ kind }) => kind === "deep-wildcard");
  const extra = path.length - template.segments.length;
  const indexInPath = (index: number) => (deep !== -1 && index > deep ? index + extra : index);
  return variables.map(({ start, end, span }) =>
    readVariable(path.slice(indexInPath(start), indexInPath(end)).join("/"), span),
  );
}

function readVariable(text: string, span: BoundVariable["span"]): string {
  return decodeURIComponent(
    span === "one-segment" ? text : text.replace(/%2F/gi, (slash) => `%25${slash.slice(1)}`),
  );
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
