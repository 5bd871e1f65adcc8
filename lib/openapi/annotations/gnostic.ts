import type protobuf from "protobufjs";
import { parse as parseYaml } from "yaml";
import { readOption } from "../../schema/read-option.js";
import { isRecord, toList } from "../../schema/record.js";
import { overlay } from "../overlay.js";
import type { Annotations } from "./annotations.js";
import { asIs, entries, keywordShapes, list, message, type Shape } from "./shapes.js";
import { upgradeSchema } from "./upgrade-schema.js";

/**
 * The options of gnostic's `protoc-gen-openapi`.
 *
 *     option (openapi.v3.operation) = { summary: "Greets" };
 *
 * @see https://github.com/google/gnostic/blob/v0.7.1/openapiv3/OpenAPIv3.proto
 */
export const gnosticAnnotations: Omit<Annotations, "contentTypes"> = {
  document: (service) => document(read(service.reflection.parent, "document")),
  tag: () => ({}),
  operation: (method) => operation(read(method.reflection, "operation")),
  message: (type) => schema(read(type, "schema")),
  property: (field) => schema(read(field, "property")),
  enumeration: () => ({}),
  pathName: () => undefined,
};

type Members = Readonly<Record<string, unknown>>;

/** All that one option says, be it given in one piece or member by member. */
function read(object: protobuf.ReflectionObject | null, name: string): Members {
  if (object === null) return {};
  return readOption(object, `openapi.v3.${name}`).filter(isRecord).reduce<Members>(overlay, {});
}

/** `{ yaml: "..." }`; what is no YAML is meant as text. */
const any: Shape = (value) => {
  if (!isRecord(value) || typeof value.yaml !== "string") return undefined;
  try {
    return parseYaml(value.yaml);
  } catch {
    return value.yaml;
  }
};

/** Messages whose entries are `additional_properties`. */
function named(shape: Shape): Shape {
  return (value) => entries("name", shape)(isRecord(value) ? value.additional_properties : undefined);
}

/** `{ schema: S }` or `{ reference: { _ref: "#/components/..." } }` */
function orReference(name: string, shape: Shape): Shape {
  return (value) => {
    if (!isRecord(value)) return undefined;
    return isRecord(value.reference) ? { $ref: value.reference._ref } : shape(value[name]);
  };
}

/** A message with its fields and its `specification_extension`. */
function extensible(fields: Readonly<Record<string, Shape>>): (value: unknown) => Members {
  const shape = message(fields);
  return (value) => {
    const extensions = entries("name", any)(isRecord(value) ? value.specification_extension : undefined);
    const allowed = Object.entries(extensions).filter(([name]) => name.startsWith("x-"));
    return { ...shape(value), ...Object.fromEntries(allowed) };
  };
}

const externalDocs = extensible({ description: asIs, url: asIs });

const requirement = named((value) => (isRecord(value) ? toList(value.value) : []));

const server = extensible({
  url: asIs,
  description: asIs,
  variables: named(extensible({ enum: list(asIs), default: asIs, description: asIs })),
});

const keywords = extensible({
  ...keywordShapes,
  nullable: asIs,
  discriminator: extensible({ property_name: asIs, mapping: named(asIs) }),
  write_only: asIs,
  external_docs: externalDocs,
  example: any,
  deprecated: asIs,
  enum: list(any),
  type: asIs,
  all_of: list(schemaOrReference),
  one_of: list(schemaOrReference),
  any_of: list(schemaOrReference),
  not: schema,
  items: (value) => (isRecord(value) ? schemaOrReference(toList(value.schema_or_reference)[0]) : undefined),
  properties: named(schemaOrReference),
  additional_properties: (value) => {
    if (!isRecord(value)) return undefined;
    return value.boolean ?? schemaOrReference(value.schema_or_reference);
  },
  default: (value) => (isRecord(value) ? (value.string ?? value.number ?? value.boolean) : undefined),
});

function schema(value: unknown): Members {
  return upgradeSchema(keywords(value));
}

function schemaOrReference(value: unknown): unknown {
  return orReference("schema", schema)(value);
}

const examples = named(
  orReference("example", extensible({ summary: asIs, description: asIs, value: any, external_value: asIs })),
);

const content = named(extensible({ schema: schemaOrReference, example: any, examples }));

const parameterFields = {
  description: asIs,
  required: asIs,
  deprecated: asIs,
  style: asIs,
  explode: asIs,
  allow_reserved: asIs,
  schema: schemaOrReference,
  example: any,
  examples,
  content,
};

const headers = named(orReference("header", extensible(parameterFields)));

const parameter = orReference("parameter", extensible({ name: asIs, in: asIs, ...parameterFields }));

const requestBody = orReference("request_body", extensible({ description: asIs, required: asIs, content }));

const response = orReference("response", extensible({ description: asIs, headers, content }));

const responses: Shape = (value) => {
  if (!isRecord(value)) return undefined;
  const byStatus = entries("name", response)(value.response_or_reference);
  return value.default === undefined ? byStatus : { ...byStatus, default: response(value.default) };
};

const operation = extensible({
  tags: list(asIs),
  summary: asIs,
  description: asIs,
  external_docs: externalDocs,
  operation_id: asIs,
  parameters: list(parameter),
  request_body: requestBody,
  responses,
  deprecated: asIs,
  security: list(requirement),
  servers: list(server),
});

const flow = extensible({ authorization_url: asIs, token_url: asIs, refresh_url: asIs, scopes: named(asIs) });

const securityScheme = extensible({
  type: asIs,
  description: asIs,
  name: asIs,
  in: asIs,
  scheme: asIs,
  bearer_format: asIs,
  flows: extensible({ implicit: flow, password: flow, client_credentials: flow, authorization_code: flow }),
  open_id_connect_url: asIs,
});

const document = extensible({
  info: extensible({
    title: asIs,
    summary: asIs,
    description: asIs,
    version: asIs,
    terms_of_service: asIs,
    contact: extensible({ name: asIs, url: asIs, email: asIs }),
    license: extensible({ name: asIs, url: asIs }),
  }),
  servers: list(server),
  components: message({
    schemas: named(schemaOrReference),
    responses: named(response),
    parameters: named(parameter),
    request_bodies: named(requestBody),
    headers,
    examples,
    security_schemes: named(orReference("security_scheme", securityScheme)),
  }),
  security: list(requirement),
  tags: list(extensible({ name: asIs, description: asIs, external_docs: externalDocs })),
  external_docs: externalDocs,
});
