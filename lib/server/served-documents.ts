import { buildDocument } from "../openapi/build-document.js";
import type { OpenApiDocument } from "../openapi/document.js";
import { checkConnectSwitches } from "../openapi/operations/connect.js";
import { checkOpenApiOptions, type OpenApiOptions } from "../openapi/options.js";
import { reportUnknownServices } from "../openapi/select-bindings.js";
import type { RestSettings } from "../rest/options.js";
import { ConfigError, type ConfigFault } from "../schema/config-error.js";
import type { Service } from "../schema/schema.js";
import type { ServedRoutes } from "./served-routes.js";
import { toServerForm } from "./server-form.js";

/** An OpenAPI document of a router. */
export interface ServedDocument {
  /** Where it is, below the mount path of the router. */
  readonly paths: DocumentPaths;
  /** The document of the routes as they are now; the same object while no other service is added. */
  current(): OpenApiDocument;
}

export interface DocumentPaths {
  readonly json: string;
  readonly yaml: string;
}

/**
 * The documents of a router, each for readers of its own.
 *
 * A document is built when it is first asked for, and what is wrong with annotations is found then.
 *
 * @throws ConfigError for options that do not exist or do not fit.
 */
export function createServedDocuments(
  routes: ServedRoutes,
  options: OpenApiOptions | readonly OpenApiOptions[],
  settings: RestSettings,
): readonly ServedDocument[] {
  const each: readonly OpenApiOptions[] = isList(options) ? options : [options];
  const faults = each.flatMap((one, i) =>
    checkOne(one, isList(options) ? `openapi[${i}]` : "openapi", { routes, json: settings.json }),
  );
  if (each.length === 0) faults.push({ message: 'option "openapi" has no document: write false for none' });
  if (faults.length === 0) faults.push(...checkPaths(each.map(pathsOf)));
  if (faults.length > 0) throw new ConfigError(faults);
  return each.map((one) => ({ paths: pathsOf(one), current: createDocumentFinder(routes, one, settings) }));
}

/** `Array.isArray` does not know lists that cannot be written to. */
function isList(options: OpenApiOptions | readonly OpenApiOptions[]): options is readonly OpenApiOptions[] {
  return Array.isArray(options);
}

function checkOne(
  options: OpenApiOptions,
  place: string,
  { routes, json }: { readonly routes: ServedRoutes } & Pick<RestSettings, "json">,
): ConfigFault[] {
  const faults = checkOpenApiOptions(options, { place });
  if (faults.length > 0) return faults;
  if (options.connect) faults.push(...checkConnectSwitches(json, place));
  const shown = options.connect ? routes.services : routes.all.map(({ method }) => method.service);
  reportUnknownServices(shown, options.services ?? [], (fault) => faults.push(fault));
  return faults;
}

function checkPaths(each: readonly DocumentPaths[]): ConfigFault[] {
  const paths = each.flatMap(({ json, yaml }) => [json, yaml]);
  const twice = new Set(paths.filter((path, i) => paths.indexOf(path) < i));
  return [...twice].map((path) => ({
    message: `openapi: two documents are at "${path}": give each a "path" of its own`,
  }));
}

/** `/docs/api.json` and `/docs/api.yaml`, whichever of them is given. */
function pathsOf({ path = "/openapi.json" }: OpenApiOptions): DocumentPaths {
  const [, start = path, extension] = /^(.*?)(\.json|\.ya?ml)?$/.exec(path) ?? [];
  const isYaml = extension?.startsWith(".y") ?? false;
  return { json: isYaml ? `${start}.json` : path, yaml: isYaml ? path : `${start}.yaml` };
}

/** Finds the document of the routes as they are now; the same object while no other service is added. */
export function createDocumentFinder(
  routes: ServedRoutes,
  options: OpenApiOptions,
  settings: RestSettings,
): () => OpenApiDocument {
  const form = toServerForm(settings);
  let last: { readonly served: readonly Service[]; readonly document: OpenApiDocument } | undefined;
  return () => {
    const { bindings, services: served } = routes.current();
    if (last?.served !== served)
      last = { served, document: buildDocument(bindings, { ...options, ...form, served }) };
    return last.document;
  };
}
