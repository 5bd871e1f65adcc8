import type { Binding } from "../http-rule/binding.js";
import { templateShape } from "../http-rule/print-template.js";
import type { OpenApiOptions } from "../openapi/options.js";
import { createErrorEncoder } from "../rest/encode-error.js";
import type { RestSettings } from "../rest/options.js";
import { ConfigError } from "../schema/config-error.js";
import { createDocsHandler, docsPath } from "./docs-handler.js";
import { createOpenApiHandler } from "./openapi-handler.js";
import type { PageHandler } from "./page-handler.js";
import { createServedDocuments } from "./served-documents.js";
import type { ServedRoutes } from "./served-routes.js";
import { findSwaggerUi } from "./swagger-ui.js";

export interface DocumentPagesOptions {
  readonly openapi: OpenApiOptions | readonly OpenApiOptions[] | false;
  readonly docs: boolean | undefined;
}

/**
 * Serve the OpenAPI documents of a router and the page that shows them, before its routes.
 *
 * A path that a rule has without a wildcard stays the rule's. A document that cannot be built is answered with 500,
 * and the fault goes to `onError`.
 *
 * @throws ConfigError for options that do not exist or do not fit.
 */
export function createDocumentPages(
  routes: ServedRoutes,
  { openapi, docs }: DocumentPagesOptions,
  settings: RestSettings,
): PageHandler {
  if (openapi === false) {
    if (docs)
      throw new ConfigError([{ message: 'option "docs" has nothing to show: option "openapi" is false' }]);
    return () => undefined;
  }
  const documents = createServedDocuments(routes, openapi, settings);
  if (docs !== false && documents.some(({ paths }) => paths.json === docsPath || paths.yaml === docsPath))
    throw new ConfigError([
      {
        message: `openapi: "${docsPath}" is the page: give the document another "path", or write docs: false`,
      },
    ]);
  const answerDocument = createOpenApiHandler(documents);
  const answerDocs: PageHandler =
    docs === false ? () => undefined : createDocsHandler(documents, findSwaggerUi());
  const ownPaths = new Set(routes.all.filter(isLiteral).map(({ template }) => templateShape(template)));
  const errors = createErrorEncoder(settings);
  return (request) => {
    const { httpMethod, path } = request;
    if ((httpMethod !== "GET" && httpMethod !== "HEAD") || ownPaths.has(path)) return undefined;
    const fail = (error: unknown) => errors.encodeResponse(error, request);
    try {
      const answer = answerDocument(request) ?? answerDocs(request);
      return answer instanceof Promise ? answer.catch(fail) : answer;
    } catch (error) {
      return fail(error);
    }
  };
}

function isLiteral({ httpMethod, template }: Binding): boolean {
  return (
    ["GET", "HEAD", "*"].includes(httpMethod) && template.segments.every(({ kind }) => kind === "literal")
  );
}
