import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { answerPage, createPage, type Page } from "../http/page.js";
import {
  type DocsPage,
  printDocsPage,
  printStartScript,
  type ShownDocument,
  startScript,
} from "../openapi/docs-page.js";
import type { OpenApiDocument } from "../openapi/document.js";
import type { PageHandler } from "./page-handler.js";
import type { ServedDocument } from "./served-documents.js";
import type { SwaggerUi } from "./swagger-ui.js";

/** Where the page is, below the mount path of the router. */
export const docsPath = "/docs";

/**
 * Serve a page that shows documents and calls their operations.
 *
 *     GET /docs                   // the page
 *     GET /docs/swagger-ui.css    // what it is made of
 *
 * @param swaggerUi without it, the page says what to install.
 */
export function createDocsHandler(
  documents: readonly ServedDocument[],
  swaggerUi: SwaggerUi | undefined,
): PageHandler {
  if (swaggerUi === undefined)
    return (request) => (request.path === docsPath ? answerMissing(request, documents) : undefined);
  const describe = (): DocsPage => ({
    documents: showDocuments(documents),
    folder: `.${docsPath}`,
    version: swaggerUi.version,
  });
  return (request) => {
    if (!request.path.startsWith(docsPath)) return undefined;
    const name = request.path.slice(docsPath.length);
    if (name === "") return answerPage(request, createText("text/html", printDocsPage(describe())));
    // All that the page names is found from `/docs`.
    if (name === "/") return { status: 302, headers: { location: `..${docsPath}` }, body: undefined };
    if (name === `/${startScript}`)
      return answerPage(request, createText("text/javascript", printStartScript(describe())));
    return name.startsWith("/")
      ? swaggerUi.read(name.slice(1))?.then((file) => answerPage(request, file))
      : undefined;
  };
}

/** Their titles, with their paths where titles are alike. */
function showDocuments(documents: readonly ServedDocument[]): ShownDocument[] {
  const titles = documents.map((document) => document.current().info.title);
  return documents.map(({ paths, current }, i) => {
    const title = titles[i] ?? "";
    const isUnique = titles.indexOf(title) === titles.lastIndexOf(title);
    return {
      title: isUnique ? title : `${title} (${paths.json})`,
      url: `.${paths.json}`,
      size: countOperations(current()),
    };
  });
}

function countOperations({ paths }: OpenApiDocument): number {
  return Object.values(paths).reduce((count, item) => count + Object.keys(item).length, 0);
}

function createText(contentType: string, text: string): Page {
  return createPage(text, { "content-type": `${contentType}; charset=utf-8`, "cache-control": "no-cache" });
}

function answerMissing({ httpMethod }: HttpRequest, documents: readonly ServedDocument[]): HttpResponse {
  const places = documents.map(({ paths }) => paths.json).join(", ");
  const text = `This page needs a package: npm install swagger-ui-dist\n\nThe API is described in ${places}\n`;
  const headers = { "content-type": "text/plain; charset=utf-8" };
  return { status: 404, headers, body: httpMethod === "HEAD" ? undefined : text };
}
