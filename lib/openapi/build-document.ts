import protobuf from "protobufjs";
import type { Binding } from "../http-rule/binding.js";
import type { JsonSwitches } from "../json/codec.js";
import { ConfigError, type ConfigFault, type Report } from "../schema/config-error.js";
import { isRecord } from "../schema/record.js";
import type { Service } from "../schema/schema.js";
import type { Annotations } from "./annotations/annotations.js";
import { createAnnotations } from "./annotations/create-annotations.js";
import { checkDocument, type FindMethod } from "./check-document.js";
import { cleanComment, joinParagraphs } from "./comments.js";
import { compact } from "./compact.js";
import type { DocumentContext } from "./context.js";
import type { OpenApiDocument, Server, Tag } from "./document.js";
import { defaultInfo } from "./info.js";
import { checkConnectSwitches, connectBindings, describeConnectExchange } from "./operations/connect.js";
import { type ErrorForm, isErrorForm } from "./operations/error-content.js";
import { withExamples } from "./operations/examples.js";
import { describeExchange, describeOperation } from "./operations/operation.js";
import { createOperationNames } from "./operations/operation-names.js";
import { isStreamForm, type StreamForm } from "./operations/responses.js";
import { checkOpenApiOptions, type OpenApiOptions, type OptionRule, resolveVersion } from "./options.js";
import { overlay } from "./overlay.js";
import { layOutPaths } from "./paths/lay-out-paths.js";
import { pathItems } from "./paths/path-items.js";
import { createMessageSchemas } from "./schemas/message-schemas.js";
import { createIsRequired } from "./schemas/required-fields.js";
import { createResources } from "./schemas/resources.js";
import { reportUnknownServices, selectBindings } from "./select-bindings.js";
import { loosen } from "./versions/loosen.js";
import { toVersion30 } from "./versions/version-30.js";
import { createVisibility, type Visibility } from "./visibility.js";

/** How the server that a document is about reads and writes. */
export interface ServerForm {
  /** How JSON is written; nothing but ProtoJSON's own rules unless given. */
  readonly json?: JsonSwitches | undefined;
  /** `"status"` unless given. */
  readonly errors?: ErrorForm | undefined;
  /** `"ndjson"` unless given. */
  readonly streamFormat?: StreamForm | undefined;
  /** Whether the failures of streams stand in an object, under `error`, even before the first message. */
  readonly wrapsStreamErrors?: boolean | undefined;
  /** Whether a PATCH gets its update mask from what the body sets. */
  readonly inferUpdateMask?: boolean | undefined;
  /** The services that are served, with methods that no binding has: Connect reaches all of them. */
  readonly served?: readonly Service[] | undefined;
  /** Whether requests of Connect have to name the version of the protocol. */
  readonly requireConnectProtocolHeader?: boolean | undefined;
}

/** What the document shows, and what it is about. */
export interface DocumentOptions extends OpenApiOptions, ServerForm {}

/** The servers of a document when neither options nor annotations nor the base document name any: this very list. */
export const defaultServers: readonly Server[] = [{ url: "/" }];

/**
 * Describe bindings as an OpenAPI document: every rule an operation, every message that they lead to a schema.
 *
 *     const document = buildDocument(bindings, { info: { title: "Library" }, json: { emitDefaults: true } });
 *     document.paths["/v1/shelves/{shelf}/books/{book}"]?.get?.operationId    // "Library_GetBook"
 *
 * The same bindings and options give the same document, member by member in the same order.
 *
 * @throws ConfigError with everything that is wrong with the options and with the annotations.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function buildDocument(bindings: readonly Binding[], options: DocumentOptions = {}): OpenApiDocument {
  const faults = checkOpenApiOptions(options, { others: formRules });
  if (options.connect) faults.push(...checkConnectSwitches(options.json ?? {}));
  if (faults.length > 0) throw new ConfigError(faults);
  const report = (fault: ConfigFault) => void faults.push(fault);
  const visibility = createVisibility(options.visibility ?? []);
  const connect = options.connect ? connectBindings(options.served ?? [], report) : [];
  const all = [...bindings, ...connect];
  reportUnknownServices(
    all.map(({ method }) => method.service),
    options.services ?? [],
    report,
  );
  const select = (some: readonly Binding[]) => selectBindings(some, options.services, visibility);
  const shown = { rest: select(bindings), connect: select(connect) };
  const { document: described, methodOf } = describe(shown, options, { report, visibility });
  if (faults.length > 0) throw new ConfigError(faults);
  const suited = options.lenient ? loosen(described, options.json ?? {}) : described;
  const versioned = resolveVersion(options) === "3.0" ? toVersion30(suited) : suited;
  const { info, servers, security, securitySchemes } = options;
  const chosen = { info, servers, security, components: securitySchemes && { securitySchemes } };
  const document = overlay(overlay(versioned, options.base ?? {}), chosen);
  checkDocument(document, methodOf, report);
  if (faults.length > 0) throw new ConfigError(faults);
  return document;
}

interface Shown {
  readonly rest: readonly Binding[];
  readonly connect: readonly Binding[];
}

interface Audience {
  readonly visibility: Visibility;
  readonly report: Report;
}

interface Described {
  readonly document: OpenApiDocument;
  readonly methodOf: FindMethod;
}

/** What the protos alone say, as a document of version 3.1. */
function describe(
  { rest, connect }: Shown,
  options: DocumentOptions,
  { visibility, report }: Audience,
): Described {
  const { json: switches = {}, inferUpdateMask: infersUpdateMask = false } = options;
  const { requireConnectProtocolHeader: isVersionRequired = false } = options;
  const services = [...new Set([...rest, ...connect].map(({ method }) => method.service))];
  const roots = [...new Set(services.map(({ reflection }) => reflection.root))];
  const annotations = createAnnotations((fullName) => {
    const name = fullName.startsWith(".") ? fullName : `.${fullName}`;
    const type = roots.map((root) => root.lookup(name)).find((found) => found instanceof protobuf.Type);
    // A reference to nothing is told with its place, when there is a document.
    if (type === undefined) return { $ref: `#/components/schemas/${fullName}` };
    return visibility.shows(type) ? schemas.message(type, "response") : undefined;
  });
  const resources = createResources(roots);
  const isRequired = createIsRequired(annotations);
  const context: DocumentContext = {
    switches,
    visibility,
    resources,
    annotations,
    isRequired,
    infersUpdateMask,
  };
  const schemas = createMessageSchemas(context);
  const forms = {
    errors: options.errors ?? "status",
    streams: options.streamFormat ?? "ndjson",
    wrapsStreamErrors: options.wrapsStreamErrors ?? false,
  };
  const parts = { schemas, forms, context, names: createOperationNames(services, annotations, report) };
  // Before anything is said of failures, so that a message of the API's own may be called `Status`.
  const exchanges = [
    ...layOutPaths(withoutPathsOf(connect, rest), context).map((one) => describeExchange(one, parts)),
    ...layOutPaths(connect, context).map((one) => describeConnectExchange(one, schemas, isVersionRequired)),
  ];
  const operations = exchanges.map((exchange) => ({
    ...exchange.placement,
    operation: describeOperation(exchange, parts),
  }));
  const tags = [...new Set(services.map(parts.names.tagOf))].map((name) =>
    describeTag(
      name,
      services.filter((service) => parts.names.tagOf(service) === name),
      annotations,
    ),
  );
  const components = { schemas: schemas.components() };
  const exemplified = operations.map(({ operation, ...place }) => ({
    ...place,
    operation: withExamples(operation, components.schemas),
  }));
  const document: OpenApiDocument = {
    openapi: "3.1.0",
    info: defaultInfo(services),
    servers: defaultServers,
    // No requirement, said aloud: linters take silence for an oversight.
    security: [],
    tags,
    paths: pathItems(exemplified),
    components,
  };
  const methods = new Map(
    operations.map(({ path, httpMethod, binding }) => [`${httpMethod} ${path}`, binding.method]),
  );
  return {
    document: services.reduce((below, service) => overlay(below, annotations.document(service)), document),
    methodOf: (path, httpMethod) => methods.get(`${httpMethod.toLowerCase()} ${path}`),
  };
}

/** Connect answers JSON at its paths before REST does. */
function withoutPathsOf(connect: readonly Binding[], rest: readonly Binding[]): Binding[] {
  const keyOf = ({ httpMethod, template }: Binding) => `${httpMethod} ${template.text}`;
  const taken = new Set(connect.map(keyOf));
  return rest.filter((binding) => !taken.has(keyOf(binding)));
}

/** The tag of a service, or of several that annotations put together. */
function describeTag(name: string, services: readonly Service[], annotations: Annotations): Tag {
  const comments = services.map(({ comment }) => cleanComment(comment));
  const tag: Tag = compact({ name, description: joinParagraphs(...comments) });
  return services.reduce((below, service) => overlay(below, annotations.tag(service)), tag);
}

const formRules: Readonly<Record<keyof ServerForm, OptionRule>> = {
  json: { wants: "an object of switches", accepts: isRecord },
  errors: { wants: '"status", "google", "problem" or { contentType, schema }', accepts: isErrorForm },
  streamFormat: { wants: '"ndjson", "sse", "array" or "result-error"', accepts: isStreamForm },
  wrapsStreamErrors: { wants: "true or false", accepts: (value) => typeof value === "boolean" },
  inferUpdateMask: { wants: "true or false", accepts: (value) => typeof value === "boolean" },
  served: { wants: "an array of services", accepts: Array.isArray },
  requireConnectProtocolHeader: { wants: "true or false", accepts: (value) => typeof value === "boolean" },
};
