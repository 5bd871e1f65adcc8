import type { OpenApiOptions } from "../openapi/options.js";
import { type RestOptions, resolveRestOptions } from "../rest/options.js";
import { createRestHandler, type RestHandler } from "../rest/rest-handler.js";
import type { Services } from "../services.js";
import { createDocumentPages } from "./document-pages.js";
import { createServedRoutes } from "./served-routes.js";

/** The options of `transcodingRouter`, `createTranscoder` and `listen`. */
export interface TranscodingOptions extends RestOptions {
  /**
   * What the OpenAPI document at `/openapi.json` says; several of them, each with a `path` of its own, for a document
   * for each kind of readers; `false` for none.
   */
  readonly openapi?: OpenApiOptions | readonly OpenApiOptions[] | false | undefined;
  /** Show the documents at `/docs`, with Swagger UI if `swagger-ui-dist` is installed. On unless switched off. */
  readonly docs?: boolean | undefined;
}

/** Compile REST over the rules of services, for whichever host. */
export function createHttpHandler(services: Services, options: TranscodingOptions): RestHandler {
  const { openapi = {}, docs, ...restOptions } = options;
  const settings = resolveRestOptions(restOptions, services, ["openapi", "docs"]);
  const routes = createServedRoutes(services, options.unannotatedMethods ?? false);
  const router = {
    match: (httpMethod: string, path: string) => routes.current().router.match(httpMethod, path),
    allowedMethods: (path: string) => routes.current().router.allowedMethods(path),
  };
  const rest = createRestHandler(router, (path) => services.endpoint(path), settings);
  const answerPage = createDocumentPages(routes, { openapi, docs }, settings);
  return { ...rest, handle: (request) => answerPage(request) ?? rest.handle(request) };
}
