import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { answerPage, createPage, type Page } from "../http/page.js";
import { defaultServers } from "../openapi/build-document.js";
import type { OpenApiDocument } from "../openapi/document.js";
import { printYaml } from "../openapi/print-yaml.js";
import type { PageHandler } from "./page-handler.js";
import type { ServedDocument } from "./served-documents.js";

/**
 * Serve OpenAPI documents, each as JSON and as YAML beside it.
 *
 *     GET /openapi.json    // application/json
 *     GET /openapi.yaml    // application/yaml
 *
 * Their text is made for the first request and kept. Their server is the path that the routes are mounted at, unless
 * options or annotations name another.
 */
export function createOpenApiHandler(documents: readonly ServedDocument[]): PageHandler {
  const finders = new Map(
    documents.flatMap((document) => [
      [document.paths.json, createPageFinder(document, json)],
      [document.paths.yaml, createPageFinder(document, yaml)],
    ]),
  );
  return (request): HttpResponse | undefined => {
    const findPage = finders.get(request.path);
    return findPage && answerPage(request, findPage(mountPathOf(request)));
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

/** Finds the text of a document, which is kept for the mount path that was asked for last: there is hardly another. */
function createPageFinder(
  served: ServedDocument,
  { contentType, print }: Format,
): (mountPath: string) => Page {
  let last:
    | { readonly document: OpenApiDocument; readonly mountPath: string; readonly page: Page }
    | undefined;
  return (mountPath) => {
    const document = served.current();
    if (last?.document !== document || last.mountPath !== mountPath) {
      const isMounted = mountPath !== "" && document.servers === defaultServers;
      const text = print(isMounted ? { ...document, servers: [{ url: mountPath }] } : document);
      last = { document, mountPath, page: createPage(text, { "content-type": contentType }) };
    }
    return last.page;
  };
}

/** Where Express has mounted the router. */
function mountPathOf({ context }: HttpRequest): string {
  const baseUrl = context !== undefined && "baseUrl" in context.req ? context.req.baseUrl : "";
  return typeof baseUrl === "string" ? baseUrl : "";
}
