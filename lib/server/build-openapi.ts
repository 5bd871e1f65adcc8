import { buildDocument } from "../openapi/build-document.js";
import type { OpenApiDocument } from "../openapi/document.js";
import { checkOpenApiOptions, type OpenApiOptions, type OptionRule } from "../openapi/options.js";
import { type RestOptions, resolveRestOptions } from "../rest/options.js";
import { ConfigError } from "../schema/config-error.js";
import type { Services } from "../services.js";
import type { ProtocolOptions } from "./protocols.js";
import { createServedRoutes } from "./served-routes.js";
import { toServerForm } from "./server-form.js";

/** The options of a router that change what its document says. */
const restNames = [
  "json",
  "preset",
  "streamFormat",
  "inferUpdateMask",
  "formatError",
  "unannotatedMethods",
] as const satisfies readonly (keyof RestOptions)[];

type RestForm = Pick<RestOptions, (typeof restNames)[number]>;

/** What a document shows, and how the router reads and writes that it is about. */
export interface BuildOpenApiOptions
  extends OpenApiOptions,
    RestForm,
    Pick<ProtocolOptions, "requireConnectProtocolHeader"> {}

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
export function buildOpenApi(services: Services, options: BuildOpenApiOptions = {}): OpenApiDocument {
  const faults = checkOpenApiOptions(options, { others: restRules });
  if (faults.length > 0) throw new ConfigError(faults);
  const { json, preset, streamFormat, inferUpdateMask, formatError, unannotatedMethods, ...openapi } =
    options;
  const rest: RestForm = { json, preset, streamFormat, inferUpdateMask, formatError, unannotatedMethods };
  const settings = resolveRestOptions(rest, services);
  const routes = createServedRoutes(services, unannotatedMethods ?? false).current();
  return buildDocument(routes.bindings, {
    ...openapi,
    ...toServerForm(settings),
    served: routes.services,
  });
}

/** Known by name here; their values are checked as those of a router. */
const restRules: Readonly<Record<string, OptionRule>> = {
  ...Object.fromEntries(restNames.map((name) => [name, { wants: "", accepts: () => true }])),
  requireConnectProtocolHeader: { wants: "true or false", accepts: (value) => typeof value === "boolean" },
};
