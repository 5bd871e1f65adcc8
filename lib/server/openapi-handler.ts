import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import type { Binding } from "../http-rule/binding.js";
import { buildDocument, type DocumentOptions } from "../openapi/build-document.js";
import type { OpenApiDocument } from "../openapi/document.js";
import { checkOpenApiOptions, type OpenApiOptions } from "../openapi/options.js";
import { printYaml } from "../openapi/print-yaml.js";
import { googleError } from "../rest/error-formats.js";
import type { RestSettings } from "../rest/options.js";
import { ConfigError } from "../schema/config-error.js";

/** Answers a request for the document; `undefined` is for everybody else. */
export type OpenApiHandler = (request: HttpRequest) => HttpResponse | undefined;

/**
 * Serve the OpenAPI document as JSON, and as YAML beside it.
 *
 *     GET /openapi.json    // application/json
 *     GET /openapi.yaml    // application/yaml
 *
 * It is built for the first request, with the path that the routes are mounted at as its server, and kept.
 *
 * @throws ConfigError for options that do not exist or do not fit.
 */
export function createOpenApiHandler(
  findBindings: () => readonly Binding[],
  options: OpenApiOptions,
  settings: RestSettings,
): OpenApiHandler {
  const faults = checkOpenApiOptions(options);
  if (faults.length > 0) throw new ConfigError(faults);
  const jsonPath = options.path ?? "/openapi.json";
  const yamlPath = jsonPath.replace(/(\.json)?$/, ".yaml");
  const pages = createPages(findBindings, (bindings, mountPath) =>
    buildDocument(bindings, {
      servers: [{ url: mountPath || "/" }],
      ...options,
      json: settings.json,
      streamFormat: settings.streamFormat,
      inferUpdateMask: settings.inferUpdateMask,
      errors: errorForm(settings),
    }),
  );
  return (request) => {
    const { httpMethod, path } = request;
    if (path !== jsonPath && path !== yamlPath) return undefined;
    if (httpMethod !== "GET" && httpMethod !== "HEAD") return undefined;
    return answer(request, pages(mountPathOf(request))[path === jsonPath ? "json" : "yaml"]);
  };
}

interface Page {
  readonly contentType: string;
  readonly text: string;
  readonly etag: string;
}

interface Pages {
  readonly json: Page;
  readonly yaml: Page;
}

type Build = (bindings: readonly Binding[], mountPath: string) => OpenApiDocument;

/** The pages for the last bindings and mount path; there are hardly ever others. */
function createPages(findBindings: () => readonly Binding[], build: Build): (mountPath: string) => Pages {
  let last:
    | { readonly bindings: readonly Binding[]; readonly mountPath: string; readonly pages: Pages }
    | undefined;
  return (mountPath) => {
    const bindings = findBindings();
    if (last?.mountPath !== mountPath || last.bindings !== bindings) {
      const document = build(bindings, mountPath);
      const json = createPage("application/json; charset=utf-8", JSON.stringify(document, null, 2));
      const yaml = createPage("application/yaml; charset=utf-8", printYaml(document));
      last = { bindings, mountPath, pages: { json, yaml } };
    }
    return last.pages;
  };
}

function createPage(contentType: string, text: string): Page {
  return {
    contentType,
    text,
    etag: `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`,
  };
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
