import { buildDocument, type DocumentOptions } from "../openapi/build-document.js";
import type { OpenApiDocument } from "../openapi/document.js";
import type { Services } from "../services.js";
import { createServedRoutes } from "./served-routes.js";

/**
 * The OpenAPI document of the services that have been added, or of all while none has been: what a router with the same
 * options serves, for build steps.
 *
 *     const document = buildOpenApi(services, { info: { title: "Library", version: "1.0.0" } });
 *     writeFileSync("openapi/library.json", JSON.stringify(document, null, 2));
 *
 * @throws ConfigError for options and annotations that cannot be used.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function buildOpenApi(services: Services, options: DocumentOptions = {}): OpenApiDocument {
  const { bindings } = createServedRoutes(services, false).current();
  return buildDocument(bindings, { ...options, json: { emitDefaults: true, ...options.json } });
}
