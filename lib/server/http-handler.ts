import type { OpenApiOptions } from "../openapi/options.js";
import { type RestOptions, resolveRestOptions } from "../rest/options.js";
import { createRestHandler, type RestHandler } from "../rest/rest-handler.js";
import type { Services } from "../services.js";
import { createOpenApiHandler } from "./openapi-handler.js";
import { createServedRoutes } from "./served-routes.js";

/** The options of `transcodingRouter`, `createTranscoder` and `listen`. */
export interface TranscodingOptions extends RestOptions {
  /** What the OpenAPI document at `/openapi.json` says; `false` for none. */
  readonly openapi?: OpenApiOptions | false | undefined;
}

/** Compile REST over the rules of services, for whichever host. */
export function createHttpHandler(services: Services, options: TranscodingOptions): RestHandler {
  const { openapi = {}, ...restOptions } = options;
  const settings = resolveRestOptions(restOptions, services.codecs, services.representation);
  const routes = createServedRoutes(services, options.unannotatedMethods ?? false);
  const router = {
    match: (httpMethod: string, path: string) => routes.current().router.match(httpMethod, path),
    allowedMethods: (path: string) => routes.current().router.allowedMethods(path),
  };
  const rest = createRestHandler(router, (path) => services.endpoint(path), settings);
  if (openapi === false) return rest;
  const handleOpenApi = createOpenApiHandler(routes, openapi, settings);
  return { ...rest, handle: (request) => handleOpenApi(request) ?? rest.handle(request) };
}
