import type { Binding } from "./binding.js";
import type { Segment } from "./template.js";

/**
 * A trie of templates by segment. A node is where a search stands after some segments of a path.
 *
 * A `**` leads to tails: tries of what follows it, one for each number of segments. A tail is searched from the
 * place in the path that leaves it just enough, so that a `**` is never tried in more than one length.
 */
export interface RouteNode {
  literals: Map<string, RouteNode> | undefined;
  wildcard: RouteNode | undefined;
  /** Longest first. */
  tails: Tail[] | undefined;
  /** The bindings whose template ends here, one for each HTTP method. */
  bindings: Binding[] | undefined;
}

interface Tail {
  readonly length: number;
  readonly root: RouteNode;
}

/** The part of a request that decides the route. */
export interface RouteRequest {
  readonly httpMethod: string;
  /** The raw path. */
  readonly path: string;
  /** Where its segments end: at the colon of the verb or the end of the path. */
  readonly end: number;
  readonly hasEscapes: boolean;
}

export function createNode(): RouteNode {
  return { literals: undefined, wildcard: undefined, tails: undefined, bindings: undefined };
}

/** Add a binding, unless a binding of its HTTP method and shape is there: then that one is returned. */
export function insertBinding(root: RouteNode, binding: Binding): Binding | undefined {
  const { segments } = binding.template;
  const node = segments.reduce(
    (parent, segment, i) => insertSegment(parent, segment, segments.length - i - 1),
    root,
  );
  node.bindings ??= [];
  const same = node.bindings.find(({ httpMethod }) => httpMethod === binding.httpMethod);
  if (same === undefined) node.bindings.push(binding);
  return same;
}

function insertSegment(parent: RouteNode, segment: Segment, following: number): RouteNode {
  switch (segment.kind) {
    case "literal": {
      parent.literals ??= new Map();
      const child = parent.literals.get(segment.value) ?? createNode();
      parent.literals.set(segment.value, child);
      return child;
    }
    case "wildcard":
      parent.wildcard ??= createNode();
      return parent.wildcard;
    case "deep-wildcard": {
      parent.tails ??= [];
      const known = parent.tails.find(({ length }) => length === following);
      if (known !== undefined) return known.root;
      const tail = { length: following, root: createNode() };
      parent.tails.push(tail);
      parent.tails.sort((a, b) => b.length - a.length);
      return tail.root;
    }
  }
}

/**
 * Find the binding for the rest of a path, which starts at the slash at `at`.
 *
 * Literals are tried before `*`, `*` before `**`, and of several `**` the one that leaves most to the segments
 * after it. A choice that leads to no binding of the HTTP method is taken back.
 */
export function findBinding(node: RouteNode, at: number, request: RouteRequest): Binding | undefined {
  if (at === request.end) {
    const binding = node.bindings && pickBinding(node.bindings, request.httpMethod);
    if (binding !== undefined) return binding;
  } else if (node.literals !== undefined || node.wildcard !== undefined) {
    const next = nextSlash(request.path, at, request.end);
    const child = node.literals && findLiteral(node.literals, request.path.slice(at + 1, next), request);
    const binding = child && findBinding(child, next, request);
    if (binding !== undefined) return binding;
    if (node.wildcard !== undefined && next > at + 1) {
      const binding = findBinding(node.wildcard, next, request);
      if (binding !== undefined) return binding;
    }
  }
  return node.tails && findByTail(node.tails, at, request);
}

/** Literals are compared after decoding; a segment that cannot be decoded is none of them. */
function findLiteral(
  literals: ReadonlyMap<string, RouteNode>,
  text: string,
  request: RouteRequest,
): RouteNode | undefined {
  if (!request.hasEscapes) return literals.get(text);
  const literal = decodeLiteral(text);
  return literal === undefined ? undefined : literals.get(literal);
}

/** A piece of a path as text, if it can be decoded. */
export function decodeLiteral(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function findByTail(tails: readonly Tail[], at: number, request: RouteRequest): Binding | undefined {
  for (const { length, root } of tails) {
    const start = startOfLast(length, request);
    const binding = start < at ? undefined : findBinding(root, start, request);
    if (binding !== undefined) return binding;
  }
  return undefined;
}

/** The slash before the last segments of a path, or -1 if it has fewer. */
export function startOfLast(count: number, { path, end }: Pick<RouteRequest, "path" | "end">): number {
  let at = end;
  for (let i = 0; i < count && at >= 0; i++) at = at === 0 ? -1 : path.lastIndexOf("/", at - 1);
  return at;
}

/** The slash that follows the one at `at`, or the end of the segments. */
export function nextSlash(path: string, at: number, end: number): number {
  const next = path.indexOf("/", at + 1);
  return next === -1 ? end : next;
}

function pickBinding(bindings: readonly Binding[], httpMethod: string): Binding | undefined {
  let any: Binding | undefined;
  for (const binding of bindings) {
    if (binding.httpMethod === httpMethod) return binding;
    if (binding.httpMethod === "*") any = binding;
  }
  // HEAD goes where GET goes, also to a binding of any method: the router asks for GET next.
  return httpMethod === "HEAD" ? undefined : any;
}
