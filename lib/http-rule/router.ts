import type { Report } from "../schema/config-error.js";
import type { Binding } from "./binding.js";
import { readCaptures } from "./read-captures.js";
import {
  createNode,
  decodeLiteral,
  findRoute,
  insertBinding,
  type Route,
  type RouteNode,
  type RouteRequest,
} from "./route-trie.js";

/** Finds the binding for a request. */
export interface Router {
  /**
   * Find the binding for the raw path of a request, without its query.
   *
   *     router.match("GET", "/v1/shelves/1")          // { binding, captures: ["shelves/1"] }
   *     router.match("GET", "/v1/nowhere")            // undefined
   */
  match(httpMethod: string, path: string): RouteMatch | undefined;
  /**
   * List the HTTP methods that a path can be asked with, for `Allow`: sorted, with HEAD where there is GET, and
   * empty where no template matches.
   *
   *     router.allowedMethods("/v1/shelves/1")        // ["DELETE", "GET", "HEAD"]
   */
  allowedMethods(path: string): readonly string[];
}

export interface RouteMatch {
  readonly binding: Binding;
  /**
   * What the variables captured, decoded, in the order of `binding.variables`.
   *
   * They are decoded when they are read, so that a malformed path is still known by its binding: reading them
   * throws an RpcError INVALID_ARGUMENT that names the variable.
   */
  readonly captures: readonly string[];
}

/**
 * Make the router of all bindings. Two bindings for the same requests are a fault.
 *
 * A path is split at its slashes as it was sent, and each piece is decoded once; an escaped slash or colon is
 * data. A trailing slash is an empty segment, which `**` takes and `*` does not.
 *
 * Position by position, a literal is preferred to `*`, and `*` to `**`; the HTTP method is part of the match,
 * so that a literal that does not serve it leaves the request to a wildcard that does. Position by position
 * also means that `/{x=**}/a/b` is preferred to `/{x=**}/b`: where the first has `a`, the second has `**`.
 *
 * The last colon of the last segment starts a verb wherever a template with that verb matches, even a less
 * specific one; if there is none, the colon is data: with `GET /v1/{name}` and `POST /v1/{name=**}:cancel`,
 * `POST /v1/a:cancel` has the verb and the name `a`, and `GET /v1/a:cancel` the name `a:cancel`.
 *
 * A binding of any method (`custom { kind: "*" }`) comes after one of the method itself on the same template.
 * HEAD goes to a binding for HEAD where one matches, otherwise to where GET goes.
 */
export function createRouter(bindings: readonly Binding[], report: Report): Router {
  const withoutVerb = createNode();
  const byVerb = new Map<string, RouteNode>();
  for (const binding of bindings) {
    const earlier = insertBinding(rootFor(binding.template.verb), binding);
    if (earlier !== undefined) reportSameRequests(binding, earlier, report);
  }
  const httpMethods = listHttpMethods(bindings);
  const hasHead = bindings.some(({ httpMethod }) => httpMethod === "HEAD");

  function rootFor(verb: string | undefined): RouteNode {
    if (verb === undefined) return withoutVerb;
    const root = byVerb.get(verb) ?? createNode();
    byVerb.set(verb, root);
    return root;
  }

  function match(httpMethod: string, path: string): RouteMatch | undefined {
    if (httpMethod !== "HEAD") return matchExactly(httpMethod, path);
    return (hasHead ? matchExactly("HEAD", path) : undefined) ?? matchExactly("GET", path);
  }

  function matchExactly(httpMethod: string, path: string): RouteMatch | undefined {
    if (!path.startsWith("/")) return undefined;
    const hasEscapes = path.includes("%");
    return (
      matchVerb(httpMethod, path, hasEscapes) ??
      matchIn(withoutVerb, { httpMethod, path, end: path.length, hasEscapes })
    );
  }

  function matchVerb(httpMethod: string, path: string, hasEscapes: boolean): RouteMatch | undefined {
    // Looking from the front first is cheap, and most paths have no colon.
    const colon = path.includes(":") ? path.lastIndexOf(":") : -1;
    if (colon === -1 || path.includes("/", colon)) return undefined;
    const verb = decodeLiteral(path.slice(colon + 1));
    const root = verb === undefined ? undefined : byVerb.get(verb);
    return root && matchIn(root, { httpMethod, path, end: colon, hasEscapes });
  }

  function allowedMethods(path: string): readonly string[] {
    return httpMethods.filter((httpMethod) => match(httpMethod, path) !== undefined);
  }

  return { match, allowedMethods };
}

function matchIn(root: RouteNode, request: RouteRequest): RouteMatch | undefined {
  // "/" has no segments, not one that is empty.
  const start = request.end === 1 ? 1 : 0;
  const route = findRoute(root, start, request);
  return route && new Match(route, request);
}

class Match implements RouteMatch {
  readonly binding: Binding;
  readonly #route: Route;
  readonly #request: RouteRequest;
  #captures: readonly string[] | undefined;

  constructor(route: Route, request: RouteRequest) {
    this.binding = route.binding;
    this.#route = route;
    this.#request = request;
  }

  get captures(): readonly string[] {
    this.#captures ??= readCaptures(this.#route, this.#request);
    return this.#captures;
  }
}

/** The HTTP methods that some path may be asked with; a binding of any method takes all that are in use. */
function listHttpMethods(bindings: readonly Binding[]): string[] {
  const httpMethods = new Set(bindings.map(({ httpMethod }) => httpMethod));
  if (httpMethods.has("GET")) httpMethods.add("HEAD");
  if (httpMethods.delete("*")) for (const httpMethod of commonMethods) httpMethods.add(httpMethod);
  return [...httpMethods].sort();
}

const commonMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

function reportSameRequests(binding: Binding, earlier: Binding, report: Report): void {
  const { method, template, httpMethod, index } = binding;
  const message =
    `${httpMethod} requests of this path are those of ${earlier.method.fullName} ("${earlier.template.text}") already: ` +
    "change the path or the HTTP method of one";
  const place = { file: method.service.file, method: method.fullName, template: template.text };
  report({ message, ...place }, { rule: index, member: "path", column: 1 });
}
