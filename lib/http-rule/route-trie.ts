import type { Binding } from "./binding.js";
import type { Segment } from "./template.js";

/**
 * A trie of templates by segment. A node is where a search stands after some segments of a path.
 *
 * A `**` leads to tails: tries of what follows it, one for each number of segments. A tail is searched from the
 * place in the path that leaves it just enough: a search never comes to a node twice, however long the path.
 */
export interface RouteNode {
  /** Its first literal, which for most nodes is the only one: comparing a text is cheaper than a look-up. */
  literal: string | undefined;
  afterLiteral: RouteNode | undefined;
  otherLiterals: Map<string, RouteNode> | undefined;
  wildcard: RouteNode | undefined;
  /** Longest first. */
  tails: Tail[] | undefined;
  /** The routes whose template ends here, one for each HTTP method. */
  routes: Route[] | undefined;
}

/** A binding as the router has it. */
export interface Route {
  readonly binding: Binding;
  /** How many segments come before the `**`; without one, all do. */
  readonly headLength: number;
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
  return {
    literal: undefined,
    afterLiteral: undefined,
    otherLiterals: undefined,
    wildcard: undefined,
    tails: undefined,
    routes: undefined,
  };
}

/** Add a binding, unless a binding of its HTTP method and shape is there: then that one is returned. */
export function insertBinding(root: RouteNode, binding: Binding): Binding | undefined {
  const { segments } = binding.template;
  const node = segments.reduce(
    (parent, segment, i) => insertSegment(parent, segment, segments.length - i - 1),
    root,
  );
  node.routes ??= [];
  const same = node.routes.find((route) => route.binding.httpMethod === binding.httpMethod);
  if (same === undefined) node.routes.push(createRoute(binding));
  return same?.binding;
}

function createRoute(binding: Binding): Route {
  const { segments } = binding.template;
  const deep = segments.findIndex(({ kind }) => kind === "deep-wildcard");
  return { binding, headLength: deep === -1 ? segments.length : deep };
}

function insertSegment(parent: RouteNode, segment: Segment, following: number): RouteNode {
  switch (segment.kind) {
    case "literal":
      return insertLiteral(parent, segment.value);
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

function insertLiteral(parent: RouteNode, literal: string): RouteNode {
  const known = afterLiteral(parent, literal);
  if (known !== undefined) return known;
  const child = createNode();
  if (parent.literal === undefined) {
    parent.literal = literal;
    parent.afterLiteral = child;
  } else {
    parent.otherLiterals ??= new Map();
    parent.otherLiterals.set(literal, child);
  }
  return child;
}

function afterLiteral(node: RouteNode, literal: string): RouteNode | undefined {
  return node.literal === literal ? node.afterLiteral : node.otherLiterals?.get(literal);
}

/**
 * Find the route for the rest of a path, which starts at the slash at `at`.
 *
 * Literals are tried before `*`, `*` before `**`, and of several `**` the one that leaves most to the segments
 * after it. A choice that leads to no binding of the HTTP method is taken back.
 */
export function findRoute(node: RouteNode, at: number, request: RouteRequest): Route | undefined {
  if (at === request.end) {
    const route = node.routes && pickRoute(node.routes, request.httpMethod);
    if (route !== undefined) return route;
  } else if (node.literal !== undefined || node.wildcard !== undefined) {
    const next = nextSlash(request.path, at, request.end);
    const literal = node.literal === undefined ? undefined : readLiteral(request, at + 1, next);
    const child = literal === undefined ? undefined : afterLiteral(node, literal);
    const isEmpty = next === at + 1;
    const route =
      (child && findRoute(child, next, request)) ??
      (isEmpty ? undefined : node.wildcard && findRoute(node.wildcard, next, request));
    if (route !== undefined) return route;
  }
  return node.tails && findByTail(node.tails, at, request);
}

/** Literals are compared after decoding; a segment that cannot be decoded is none of them. */
function readLiteral({ path, hasEscapes }: RouteRequest, start: number, end: number): string | undefined {
  const text = path.slice(start, end);
  return hasEscapes ? decodeLiteral(text) : text;
}

/** A piece of a path as text, if it can be decoded. */
export function decodeLiteral(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function findByTail(tails: readonly Tail[], at: number, request: RouteRequest): Route | undefined {
  for (const { length, root } of tails) {
    const start = startOfLast(length, request);
    const route = start < at ? undefined : findRoute(root, start, request);
    if (route !== undefined) return route;
  }
  return undefined;
}

/** The slash before the last segments of a path, or its first slash if it has fewer. */
export function startOfLast(count: number, { path, end }: Pick<RouteRequest, "path" | "end">): number {
  let at = end;
  for (let i = 0; i < count; i++) at = path.lastIndexOf("/", at - 1);
  return at;
}

/** The slash that follows the one at `at`, or the end of the segments. */
export function nextSlash(path: string, at: number, end: number): number {
  const next = path.indexOf("/", at + 1);
  return next === -1 ? end : next;
}

function pickRoute(routes: readonly Route[], httpMethod: string): Route | undefined {
  let any: Route | undefined;
  for (const route of routes) {
    if (route.binding.httpMethod === httpMethod) return route;
    if (route.binding.httpMethod === "*") any = route;
  }
  // HEAD goes where GET goes, also to a binding of any method: the router asks for GET next.
  return httpMethod === "HEAD" ? undefined : any;
}
