import type { HttpHandler } from "../http/http-message.js";
import type { Router } from "../http-rule/router.js";
import type { OpenApiOptions } from "../openapi/options.js";
import { type RestOptions, resolveRestOptions } from "../rest/options.js";
import { createRestHandler } from "../rest/rest-handler.js";
import type { Services } from "../services.js";
import { createDocumentPages } from "./document-pages.js";
import { type ProtocolName, resolveProtocols } from "./protocols.js";
import { createRpcHandler } from "./rpc-handler.js";
import { createServedRoutes } from "./served-routes.js";

/** The options of `transcodingRouter`, `createTranscoder` and `listen`. */
export interface TranscodingOptions extends RestOptions {
  /**
   * The protocols that clients may speak, `["rest"]` unless given. gRPC-Web and Connect reach every method at
   * `POST /package.Service/Method`, annotated or not.
   */
  readonly protocols?: readonly ProtocolName[] | "all" | undefined;
  /**
   * What the OpenAPI document at `/openapi.json` says; several of them, each with a `path` of its own, for a document
   * for each kind of readers; `false` for none.
   */
  readonly openapi?: OpenApiOptions | readonly OpenApiOptions[] | false | undefined;
  /** Show the documents at `/docs`, with Swagger UI if `swagger-ui-dist` is installed. On unless switched off. */
  readonly docs?: boolean | undefined;
}

const emptyRouter: Router = { match: () => undefined, allowedMethods: () => [] };

/**
 * Compile the protocols over services, for whichever host.
 *
 * @param builtIn services that the host adds to those of the application; they have no routes.
 */
export function createHttpHandler(
  services: Services,
  options: TranscodingOptions,
  builtIn: readonly Services[] = [],
): HttpHandler {
  const names = resolveProtocols(options.protocols);
  const hasRest = names.has("rest");
  const { protocols: _, openapi = hasRest ? {} : false, docs, ...restOptions } = options;
  const settings = resolveRestOptions(restOptions, services, ["protocols", "openapi", "docs"]);
  const routes = createServedRoutes(services, options.unannotatedMethods ?? false);
  const router = {
    match: (httpMethod: string, path: string) => routes.current().router.match(httpMethod, path),
    allowedMethods: (path: string) => routes.current().router.allowedMethods(path),
  };
  const rest = createRestHandler(hasRest ? router : emptyRouter, (path) => services.endpoint(path), settings);
  const rpc = createRpcHandler([services, ...builtIn], names, settings);
  const answerPage = createDocumentPages(routes, { openapi, docs }, settings);
  return {
    ...rest,
    handle: (request) =>
      answerPage(request) ?? rpc.handle(request) ?? rest.handle(request) ?? rpc.refuse(request),
  };
}
