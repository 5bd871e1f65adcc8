import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { compileBinding } from "../http-rule/compile-binding.js";
import { createRouter, type Router } from "../http-rule/router.js";
import { type RestOptions, resolveRestOptions } from "../rest/options.js";
import { createRestHandler } from "../rest/rest-handler.js";
import { ConfigError, type ConfigFault } from "../schema/config-error.js";
import type { Services } from "../services.js";

/** The options of `transcodingRouter`, `createTranscoder` and `listen`. */
export interface TranscodingOptions extends RestOptions {}

/** Answers what belongs to the services; `undefined` is for the host to go on with. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse> | undefined;

export function createHttpHandler(services: Services, options: TranscodingOptions): HttpHandler {
  const settings = resolveRestOptions(options, services.codecs, services.representation);
  const router = options.unannotatedMethods === true ? createFullRouter(services) : services.router;
  return createRestHandler(router, (path) => services.endpoint(path), settings);
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
