import { compileBinding } from "../http-rule/compile-binding.js";
import { createRouter, type Router } from "../http-rule/router.js";
import type { OpenApiOptions } from "../openapi/options.js";
import { type RestOptions, resolveRestOptions } from "../rest/options.js";
import { createRestHandler, type RestHandler } from "../rest/rest-handler.js";
import { ConfigError, type ConfigFault } from "../schema/config-error.js";
import type { Services } from "../services.js";
import { createOpenApiHandler } from "./openapi-handler.js";

/** The options of `transcodingRouter`, `createTranscoder` and `listen`. */
export interface TranscodingOptions extends RestOptions {
  /** What the OpenAPI document at `/openapi.json` says; `false` for none. */
  readonly openapi?: OpenApiOptions | false | undefined;
}

/** Compile REST over the rules of services, for whichever host. */
export function createHttpHandler(services: Services, options: TranscodingOptions): RestHandler {
  const { openapi = {}, ...restOptions } = options;
  const settings = resolveRestOptions(restOptions, services.codecs, services.representation);
  const router = options.unannotatedMethods === true ? createFullRouter(services) : services.router;
  const rest = createRestHandler(router, (path) => services.endpoint(path), settings);
  if (openapi === false) return rest;
  const handleOpenApi = createOpenApiHandler(services.bindings, openapi, settings);
  return { ...rest, handle: (request) => handleOpenApi(request) ?? rest.handle(request) };
}

/** With `POST /package.Service/Method` for the methods that have no rule. */
function createFullRouter(services: Services): Router {
  const faults: ConfigFault[] = [];
  const report = (fault: ConfigFault) => faults.push(fault);
  const unannotated = services.schema.services
    .flatMap((service) => service.methods)
    .filter((method) => method.rules.length === 0)
    .flatMap((method) => {
      const rule = { httpMethod: "POST", template: method.path, body: "*", responseBody: "", index: 0 };
      return compileBinding(method, rule, report) ?? [];
    });
  const router = createRouter([...services.bindings, ...unannotated], report);
  if (faults.length > 0) throw new ConfigError(faults);
  return router;
}
