import { inspect } from "node:util";
import type { CallsInFlight } from "../call/calls-in-flight.js";
import type { HttpHandler } from "../http/http-message.js";
import type { OpenApiDocument } from "../openapi/document.js";
import type { OpenApiOptions } from "../openapi/options.js";
import { type RestOptions, type RestSettings, resolveRestOptions } from "../rest/options.js";
import { createRestHandler } from "../rest/rest-handler.js";
import { ConfigError } from "../schema/config-error.js";
import { isRecord } from "../schema/record.js";
import type { Services } from "../services.js";
import { createDocumentPages } from "./document-pages.js";
import { type ProtocolOptions, resolveProtocols } from "./protocols.js";
import { createRequestValidator } from "./request-validator.js";
import { createRpcHandler } from "./rpc-handler.js";
import { createDocumentFinder } from "./served-documents.js";
import { createServedRoutes, type ServedRoutes, withoutRoutes } from "./served-routes.js";

/** The options of `transcodingRouter`, `createTranscoder` and `listen`. */
export interface TranscodingOptions extends RestOptions, ProtocolOptions {
  /**
   * What the OpenAPI document at `/openapi.json` says; several of them, each with a `path` of its own, for a document
   * for each kind of readers; `false` for none.
   */
  readonly openapi?: OpenApiOptions | readonly OpenApiOptions[] | false | undefined;
  /** Show the documents at `/docs`, with Swagger UI if `swagger-ui-dist` is installed. On unless switched off. */
  readonly docs?: boolean | undefined;
  /**
   * Check requests with express-openapi-validator, which has to be installed: what the document says of parameters and
   * JSON bodies, such as fields that are required, patterns and limits. Off unless given.
   */
  readonly validate?: boolean | undefined;
}

const hostOptions = ["protocols", "requireConnectProtocolHeader", "openapi", "docs", "validate"];

/** What a host adds to all others. */
interface HostAdditions {
  /** Services beside those of the application; they have no routes. */
  readonly builtIn?: readonly Services[];
  /** Where the calls are counted. */
  readonly inFlight?: CallsInFlight;
  /** The names of its own options, for suggestions. */
  readonly options?: readonly string[];
}

/** Compile the protocols over services, for whichever host. */
export function createHttpHandler(
  services: Services,
  options: TranscodingOptions,
  { builtIn = [], inFlight, options: ownOptions = [] }: HostAdditions = {},
): HttpHandler {
  const { protocols, requireConnectProtocolHeader, ...others } = options;
  const chosen = resolveProtocols({ protocols, requireConnectProtocolHeader });
  const hasRest = chosen.names.has("rest");
  // Documents are about REST, and about Connect if they are asked to be.
  const { openapi = hasRest ? {} : false, docs, validate = false, ...restOptions } = others;
  checkSwitches({ docs, validate });
  const resolved = resolveRestOptions(restOptions, services, [...hostOptions, ...ownOptions]);
  const settings = {
    ...resolved,
    inFlight,
    requireConnectProtocolHeader: chosen.requireConnectProtocolHeader,
  };
  if (!chosen.names.has("connect")) refuseConnectDocuments(openapi);
  const routes = hasRest
    ? createServedRoutes(services, options.unannotatedMethods ?? false)
    : withoutRoutes(services);
  const router = {
    match: (httpMethod: string, path: string) => routes.current().router.match(httpMethod, path),
    allowedMethods: (path: string) => routes.current().router.allowedMethods(path),
  };
  const findEndpoint = (path: string) => services.endpoint(path);
  const rest = createRestHandler(router, findEndpoint, {
    ...settings,
    validate: validate
      ? createRequestValidator(findValidated(routes, openapi, settings), settings)
      : undefined,
  });
  const rpc = createRpcHandler([services, ...builtIn], chosen, settings);
  const answerPage = createDocumentPages(routes, { openapi, docs }, settings);
  return {
    ...rest,
    handle: (request) =>
      answerPage(request) ?? rpc.handle(request) ?? rest.handle(request) ?? rpc.refuse(request),
  };
}

/** The first document, with everything in it, and of all that the server reads. */
function findValidated(
  routes: ServedRoutes,
  openapi: NonNullable<TranscodingOptions["openapi"]>,
  settings: RestSettings,
): () => OpenApiDocument {
  const [first = {}] = [openapi || {}].flat();
  // Limits are for numbers: JSON Schema has none for numbers that are text.
  const json = { ...settings.json, int64AsNumbers: true };
  return createDocumentFinder(
    routes,
    { ...first, services: undefined, connect: undefined, visibility: ["*"], lenient: true },
    { ...settings, json },
  );
}

function refuseConnectDocuments(openapi: NonNullable<TranscodingOptions["openapi"]>): void {
  if (![openapi || {}].flat().some((one) => isRecord(one) && one.connect === true)) return;
  const message = 'openapi: option "connect" describes Connect: option "protocols" has to have it';
  throw new ConfigError([{ message }]);
}

function checkSwitches(switches: Readonly<Record<string, unknown>>): void {
  const faults = Object.entries(switches)
    .filter(([, value]) => value !== undefined && typeof value !== "boolean")
    .map(([name, value]) => ({
      message: `option "${name}" takes true or false, not ${inspect(value, { depth: 0 })}`,
    }));
  if (faults.length > 0) throw new ConfigError(faults);
}
