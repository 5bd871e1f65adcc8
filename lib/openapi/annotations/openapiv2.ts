import type protobuf from "protobufjs";
import { readOption } from "../../schema/read-option.js";
import { isRecord, toList } from "../../schema/record.js";
import type { Service } from "../../schema/schema.js";
import { compact } from "../compact.js";
import type { JsonSchema, SecurityScheme } from "../document.js";
import { overlay } from "../overlay.js";
import type { Annotations, DocumentPart, ReferToMessage } from "./annotations.js";
import { asIs, entries, keywordShapes, list, message, type Shape } from "./shapes.js";
import { upgradeSchema } from "./upgrade-schema.js";

/**
 * The options of grpc-gateway's `protoc-gen-openapiv2`, as far as OpenAPI 3 has a place for what they say.
 *
 *     option (grpc.gateway.protoc_gen_openapiv2.options.openapiv2_operation) = { operation_id: "greet" };
 *
 * @see https://github.com/grpc-ecosystem/grpc-gateway/blob/v2.27.3/protoc-gen-openapiv2/options/openapiv2.proto
 */
export function readOpenApiV2(refer: ReferToMessage): Annotations {
  const schema: Shape = (value) => (isRecord(value) ? jsonSchema(value, refer) : undefined);
  const response = withExtensions(message({ description: asIs }));
  const responses = entries("key", (value) => {
    if (!isRecord(value)) return {};
    const content = responseContent(value, schema);
    return {
      ...response(value),
      ...headersOf(value),
      ...(content === undefined ? {} : { content }),
    };
  });
  const operation = withExtensions(
    message({
      tags: list(asIs),
      summary: asIs,
      description: asIs,
      external_docs: externalDocs,
      operation_id: asIs,
      deprecated: asIs,
      security: list(requirement),
      responses,
      parameters: (value) => (isRecord(value) ? toList(value.headers).map(headerParameter) : undefined),
    }),
  );
  /** Responses of a file are responses of each of its operations. */
  const sharedResponses = (service: Service) =>
    message({ responses })(read(service.reflection.parent, "openapiv2_swagger"));

  return {
    document: (service) => readDocument(read(service.reflection.parent, "openapiv2_swagger")),
    tag: (service) => tag(read(service.reflection, "openapiv2_tag")),
    operation: (method) =>
      overlay(sharedResponses(method.service), operation(read(method.reflection, "openapiv2_operation"))),
    contentTypes(method) {
      const { consumes, produces } = read(method.reflection, "openapiv2_operation");
      return { consumes: toList(consumes).map(String), produces: toList(produces).map(String) };
    },
    message(type) {
      const { json_schema: json, ...beside } = read(type, "openapiv2_schema");
      return jsonSchema({ ...beside, ...(isRecord(json) ? json : {}) }, refer);
    },
    property: (field) => jsonSchema(read(field, "openapiv2_field"), refer),
    enumeration: (type) => jsonSchema(read(type, "openapiv2_enum"), refer),
    pathName(field) {
      const { field_configuration: configuration } = read(field, "openapiv2_field");
      const name = isRecord(configuration) ? configuration.path_param_name : undefined;
      return typeof name === "string" ? name : undefined;
    },
  };
}

type Members = Readonly<Record<string, unknown>>;

/** All that one option says, be it given in one piece or member by member. */
function read(object: protobuf.ReflectionObject | null, name: string): Members {
  if (object === null) return {};
  const values = readOption(object, `grpc.gateway.protoc_gen_openapiv2.options.${name}`).filter(isRecord);
  return values.reduce<Members>((below, above) => overlay(below, above), {});
}

const externalDocs = message({ description: asIs, url: asIs });

const tag = withExtensions(message({ name: asIs, description: asIs, external_docs: externalDocs }));

const info = withExtensions(
  message({
    title: asIs,
    description: asIs,
    version: asIs,
    terms_of_service: asIs,
    contact: message({ name: asIs, url: asIs, email: asIs }),
    license: message({ name: asIs, url: asIs }),
  }),
);

const requirement: Shape = (value) =>
  entries("key", (scopes) => (isRecord(scopes) ? toList(scopes.scope) : []))(
    isRecord(value) ? value.security_requirement : undefined,
  );

function readDocument(swagger: Members): DocumentPart {
  const described = withExtensions(
    message({ info, external_docs: externalDocs, tags: list(tag), security: list(requirement) }),
  )(swagger);
  const definitions = isRecord(swagger.security_definitions)
    ? swagger.security_definitions.security
    : undefined;
  const servers = serversOf(swagger);
  const securitySchemes = entries("key", securityScheme)(definitions) as Readonly<
    Record<string, SecurityScheme>
  >;
  return compact({
    ...described,
    servers: servers.length === 0 ? undefined : servers,
    components: definitions === undefined ? undefined : { securitySchemes },
  });
}

/** `https://example.com/v1`; nothing without a host, since the paths of rules are whole. */
function serversOf({ host, base_path: path, schemes }: Members): { url: string }[] {
  if (typeof host !== "string" || host === "") return [];
  const names = toList(schemes).length === 0 ? ["HTTPS"] : toList(schemes);
  return names.map((name) => ({ url: `${String(name).toLowerCase()}://${host}${path ?? ""}` }));
}

function securityScheme(value: unknown): Members {
  if (!isRecord(value)) return {};
  const described = withExtensions(message({ description: asIs }))(value);
  if (value.type === "TYPE_BASIC") return { type: "http", scheme: "basic", ...described };
  if (value.type === "TYPE_API_KEY") {
    return {
      type: "apiKey",
      in: value.in === "IN_QUERY" ? "query" : "header",
      name: value.name,
      ...described,
    };
  }
  const flow = {
    ...message({ authorization_url: asIs, token_url: asIs })(value),
    scopes: scopesOf(value.scopes),
  };
  return { type: "oauth2", flows: { [flowNames.get(value.flow) ?? "implicit"]: flow }, ...described };
}

function scopesOf(scopes: unknown): Members {
  return entries("key", asIs)(isRecord(scopes) ? scopes.scope : undefined);
}

const flowNames = new Map<unknown, string>([
  ["FLOW_IMPLICIT", "implicit"],
  ["FLOW_PASSWORD", "password"],
  ["FLOW_APPLICATION", "clientCredentials"],
  ["FLOW_ACCESS_CODE", "authorizationCode"],
]);

function responseContent({ schema, examples }: Members, shape: Shape): Members | undefined {
  const described = isRecord(schema) ? shape(schema.json_schema ?? {}) : undefined;
  const given = entries("key", (example) => ({ example: parseJson(example) }))(examples);
  const types = Object.keys(given).length === 0 ? { "application/json": {} } : given;
  if (described === undefined && types !== given) return undefined;
  return Object.fromEntries(
    Object.entries(types).map(([type, example]) => [
      type,
      { ...(described === undefined ? {} : { schema: described }), ...(isRecord(example) ? example : {}) },
    ]),
  );
}

function headersOf({ headers }: Members): Members {
  if (headers === undefined) return {};
  return { headers: entries("key", (header) => describedValue(isRecord(header) ? header : {}))(headers) };
}

function headerParameter(value: unknown): Members {
  const header = isRecord(value) ? value : {};
  return {
    name: header.name,
    in: "header",
    ...(header.required === true ? { required: true } : {}),
    ...describedValue(header),
  };
}

function describedValue({ description, type, format, pattern, default: preset }: Members): Members {
  const schema = {
    type: typeof type === "string" ? type.toLowerCase() : "string",
    ...(format === undefined ? {} : { format }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(preset === undefined ? {} : { default: parseJson(preset) }),
  };
  return { ...(description === undefined ? {} : { description }), schema };
}

const keywords = withExtensions(
  message({
    ...keywordShapes,
    default: parseJson,
    example: parseJson,
    enum: list(asIs),
    external_docs: externalDocs,
    type: (value) => {
      const types = toList(value).map((type) => String(type).toLowerCase());
      return types.length === 1 ? types[0] : types;
    },
  }),
);

/** The keywords of a schema; a reference stands for all of them but the description. */
function jsonSchema(value: Members, refer: ReferToMessage): JsonSchema {
  const { ref, field_configuration: configuration } = value;
  const schema = upgradeSchema(keywords(value));
  const isDeprecated = isRecord(configuration) && configuration.deprecated === true;
  const target = typeof ref === "string" ? refer(ref.replace(/^\./, "")) : undefined;
  return { ...schema, ...(isDeprecated ? { deprecated: true } : {}), ...target };
}

/** Values are given as the text of JSON; what is none is meant as text, as are digits that a number would not keep. */
function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "number" && String(value) !== text ? text : value;
  } catch {
    return text;
  }
}

/** A shape with the `extensions` of its message, which are a map of `google.protobuf.Value`. */
function withExtensions(shape: (value: unknown) => Members): (value: unknown) => Members {
  return (value) => {
    const extensions = entries("key", readValue)(isRecord(value) ? value.extensions : undefined);
    const allowed = Object.entries(extensions).filter(([name]) => name.startsWith("x-"));
    return { ...shape(value), ...Object.fromEntries(allowed) };
  };
}

function readValue(value: unknown): unknown {
  if (!isRecord(value)) return null;
  const {
    string_value: text,
    number_value: number,
    bool_value: flag,
    struct_value: struct,
    list_value: items,
  } = value;
  if (isRecord(struct)) return entries("key", readValue)(struct.fields);
  if (isRecord(items)) return toList(items.values).map(readValue);
  return text ?? number ?? flag ?? null;
}
