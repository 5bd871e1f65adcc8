import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Binding } from "../../lib/http-rule/binding.js";
import { compileBindings } from "../../lib/http-rule/compile-binding.js";
import { buildDocument, type DocumentOptions } from "../../lib/openapi/build-document.js";
import type {
  Content,
  JsonSchema,
  OpenApiDocument,
  Operation,
  Parameter,
} from "../../lib/openapi/document.js";
import { mapMembers } from "../../lib/openapi/versions/map-schemas.js";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import type { Service } from "../../lib/schema/schema.js";

const preamble = `
  syntax = "proto3";
  package test.v1;
  import "google/api/annotations.proto";
  import "google/api/field_behavior.proto";
  import "google/api/field_info.proto";
  import "google/api/httpbody.proto";
  import "google/api/resource.proto";
  import "google/api/visibility.proto";
  import "google/protobuf/any.proto";
  import "google/protobuf/duration.proto";
  import "google/protobuf/empty.proto";
  import "google/protobuf/field_mask.proto";
  import "google/protobuf/struct.proto";
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto";
  import "google/rpc/status.proto";
`;

/** Load files of the package `test.v1`; one that begins with `syntax` is taken as it is. */
export function loadSources(sources: readonly string[]): readonly Service[] {
  const folder = mkdtempSync(join(tmpdir(), "openapi-"));
  try {
    const files = sources.map((source, i) => {
      const file = join(folder, `test${i}.proto`);
      writeFileSync(file, source.trimStart().startsWith("syntax") ? source : preamble + source);
      return file;
    });
    return loadSchemaSync(files).services;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compile the rules of files; a fault fails the spec. */
export function bindingsOf(...sources: string[]): Binding[] {
  return compileBindings(loadSources(sources), ({ message }: ConfigFault) => assert.fail(message));
}

export function describeSource(source: string, options: DocumentOptions = {}): OpenApiDocument {
  return buildDocument(bindingsOf(source), options);
}

/**
 * Describe a method with one rule.
 *
 *     describeMethod(`get: "/v1/{name}"`, `message Request { string name = 1; } message Response {}`)
 */
export function describeMethod(
  rule: string,
  messages: string,
  options: DocumentOptions = {},
): OpenApiDocument {
  return describeSource(
    `${messages} service Service { rpc Call(Request) returns (Response) { option (google.api.http) = { ${rule} }; } }`,
    options,
  );
}

/** The operation with an id; a document without it fails the spec. */
export function operationOf(document: OpenApiDocument, operationId = "Service_Call"): Operation {
  const operations: unknown[] = Object.values(document.paths).flatMap((item) => Object.values(item));
  const found = operations.find((one): one is Operation => (one as Operation).operationId === operationId);
  assert.ok(found, `no operation ${operationId}`);
  return found;
}

/** A named schema; a document without it fails the spec. */
export function schemaOf(document: OpenApiDocument, name: string): JsonSchema {
  const schema = document.components?.schemas?.[name];
  assert.ok(schema, `no schema ${name}`);
  return schema;
}

/** The schemas of the properties of a message. */
export function propertiesOf(document: OpenApiDocument, name: string): Readonly<Record<string, JsonSchema>> {
  return schemaOf(document, name).properties ?? {};
}

export function parametersOf(document: OpenApiDocument, place: Parameter["in"]): Parameter[] {
  return (operationOf(document).parameters ?? []).filter((parameter) => parameter.in === place);
}

/** The same content without its examples. */
export function schemasIn(content: Content | undefined): Content | undefined {
  return content && mapMembers(content, ({ example: _, examples: __, ...media }) => media);
}
