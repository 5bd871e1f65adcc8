import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import type { Binding } from "../http-rule/binding.js";
import { buildDocument, type DocumentOptions, defaultServers } from "../openapi/build-document.js";
import type { OpenApiDocument } from "../openapi/document.js";
import { checkOpenApiOptions, type OpenApiOptions } from "../openapi/options.js";
import { printYaml } from "../openapi/print-yaml.js";
import { reportUnknownServices } from "../openapi/select-bindings.js";
import { createErrorEncoder } from "../rest/encode-error.js";
import { googleError } from "../rest/error-formats.js";
import type { RestSettings } from "../rest/options.js";
import { ConfigError } from "../schema/config-error.js";
import type { ServedRoutes } from "./served-routes.js";

/** Answers a request for the document; `undefined` is for everybody else. */
export type OpenApiHandler = (request: HttpRequest) => HttpResponse | undefined;

/**
 * Serve the OpenAPI document as JSON, and as YAML beside it.
 *
 *     GET /openapi.json    // application/json
 *     GET /openapi.yaml    // application/yaml
 *
 * It is built for the first request and kept. Its server is the path that the routes are mounted at, unless options or
 * annotations name another. What is wrong with annotations is found then: the request is answered with 500, and the
 * fault goes to `onError`.
 *
 * @throws ConfigError for options that do not exist or do not fit.
 */
export function createOpenApiHandler(
  routes: ServedRoutes,
  options: OpenApiOptions,
  settings: RestSettings,
): OpenApiHandler {
  const faults = checkOpenApiOptions(options);
  if (faults.length === 0)
    reportUnknownServices(routes.all, options.services ?? [], (fault) => faults.push(fault));
  if (faults.length > 0) throw new ConfigError(faults);
  const formats = formatsByPath(options.path ?? "/openapi.json");
  const findPage = createPageFinder(createDocumentFinder(routes, options, settings));
  const errors = createErrorEncoder(settings);
  return (request) => {
    const { httpMethod, path } = request;
    const format = formats.get(path);
    if (format === undefined || (httpMethod !== "GET" && httpMethod !== "HEAD")) return undefined;
    try {
      return answer(request, findPage(format, mountPathOf(request)));
    } catch (error) {
      return errors.encodeResponse(error, request);
    }
  };
}

interface Format {
  readonly contentType: string;
  print(document: OpenApiDocument): string;
}

const json: Format = {
  contentType: "application/json; charset=utf-8",
  print: (document) => JSON.stringify(document, null, 2),
};

const yaml: Format = { contentType: "application/yaml; charset=utf-8", print: printYaml };

/** `/docs/api.json` and `/docs/api.yaml`, whichever of them is given. */
function formatsByPath(path: string): ReadonlyMap<string, Format> {
  const [, start = path, extension] = /^(.*?)(\.json|\.ya?ml)?$/.exec(path) ?? [];
  const isYaml = extension?.startsWith(".y") ?? false;
  return new Map([
    [isYaml ? `${start}.json` : path, json],
    [isYaml ? path : `${start}.yaml`, yaml],
  ]);
}

/** Finds the document of the routes as they are now. */
function createDocumentFinder(
  routes: ServedRoutes,
  options: OpenApiOptions,
  settings: RestSettings,
): () => OpenApiDocument {
  let last: { readonly bindings: readonly Binding[]; readonly document: OpenApiDocument } | undefined;
  return () => {
    const { bindings } = routes.current();
    if (last?.bindings !== bindings) {
      const { json, streamFormat, inferUpdateMask } = settings;
      const server = { json, streamFormat, inferUpdateMask, errors: errorForm(settings) };
      last = { bindings, document: buildDocument(bindings, { ...options, ...server }) };
    }
    return last.document;
  };
}

interface Page {
  readonly contentType: string;
  readonly text: string;
  readonly etag: string;
}

/** Finds the text of the document, which is kept for the mount path that was asked for last: there is hardly another. */
function createPageFinder(findDocument: () => OpenApiDocument): (format: Format, mountPath: string) => Page {
  const known = new Map<
    Format,
    { readonly document: OpenApiDocument; readonly mountPath: string; readonly page: Page }
  >();
  return (format, mountPath) => {
    const document = findDocument();
    const last = known.get(format);
    if (last?.document === document && last.mountPath === mountPath) return last.page;
    const isMounted = mountPath !== "" && document.servers === defaultServers;
    const page = createPage(format, isMounted ? { ...document, servers: [{ url: mountPath }] } : document);
    known.set(format, { document, mountPath, page });
    return page;
  };
}

function createPage({ contentType, print }: Format, document: OpenApiDocument): Page {
  const text = print(document);
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`;
  return { contentType, text, etag };
}

function answer({ httpMethod, headers }: HttpRequest, { contentType, text, etag }: Page): HttpResponse {
  const known = headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.some((tag) => tag === etag || tag === "*"))
    return { status: 304, headers: { etag }, body: undefined };
  const body = httpMethod === "HEAD" ? undefined : text;
  const length = { "content-length": Buffer.byteLength(text) };
  return { status: 200, headers: { "content-type": contentType, etag, ...length }, body };
}

/** Where Express has mounted the router. */
function mountPathOf({ context }: HttpRequest): string {
  const baseUrl = context !== undefined && "baseUrl" in context.req ? context.req.baseUrl : "";
  return typeof baseUrl === "string" ? baseUrl : "";
}

/** A formatter of one's own may write anything. */
function errorForm({ formatError }: RestSettings): NonNullable<DocumentOptions["errors"]> {
  if (formatError === undefined) return "status";
  if (formatError === googleError) return "google";
  return { contentType: formatError.contentType ?? "application/json", schema: {} };
}
