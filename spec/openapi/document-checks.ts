import assert from "node:assert/strict";
import "@hyperjump/json-schema/openapi-3-0";
import { type Validator, validate } from "@hyperjump/json-schema/openapi-3-1";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import type { OpenApiDocument, Operation } from "../../lib/openapi/document.js";
import type { Service } from "../../lib/schema/schema.js";

/** The official JSON schemas of OpenAPI; that of 3.1 checks the schemas of a document by their dialect as well. */
const officialSchemas: Readonly<Record<string, Promise<Validator>>> = {
  "3.0": validate("https://spec.openapis.org/oas/3.0/schema"),
  "3.1": validate("https://spec.openapis.org/oas/3.1/schema-base"),
};

/** The places of a document that the official schema refuses. */
export async function findViolations(document: OpenApiDocument): Promise<string[]> {
  const check = await officialSchemas[document.openapi.slice(0, 3)];
  assert.ok(check, `no schema for version ${document.openapi}`);
  // As readers get it, without members that are undefined.
  const output = check(JSON.parse(JSON.stringify(document)), "BASIC");
  if (output.valid) return [];
  const violations = (output.errors ?? []).map(
    (error) => `${error.instanceLocation}: ${error.absoluteKeywordLocation}`,
  );
  assert.notEqual(violations.length, 0);
  return violations;
}

/** What the recommended rules of Redocly's linter say, with the place: `"operation-summary #/paths/..."`. */
export async function lint(document: OpenApiDocument): Promise<string[]> {
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer ?? ""}`);
}

export interface PlacedOperation {
  readonly path: string;
  readonly httpMethod: string;
  readonly operation: Operation;
}

export function operationsOf(document: OpenApiDocument): PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([httpMethod, operation]) => ({
      path,
      httpMethod,
      operation: operation as Operation,
    })),
  );
}

/** References to components that are not there. */
export function danglingReferences(document: OpenApiDocument): string[] {
  return [...referencesIn(document)].filter(
    (name) => !Object.hasOwn(document.components?.schemas ?? {}, name),
  );
}

/** Components that nothing refers to. */
export function unusedSchemas(document: OpenApiDocument): string[] {
  const used = referencesIn(document);
  return Object.keys(document.components?.schemas ?? {}).filter((name) => !used.has(name));
}

function referencesIn(document: OpenApiDocument): ReadonlySet<string> {
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
  return new Set([...references].map(([, name = ""]) => name));
}

/** The HTTP method and template of every rule, sorted, as the protos have them. */
export function rulesOf(services: readonly Service[]): string[] {
  const rules = services.flatMap(({ methods }) => methods).flatMap(({ rules }) => rules);
  return rules.map(({ httpMethod, template }) => `${httpMethod.toLowerCase()} ${template}`).sort();
}

/** The same of every operation. */
export function rulesIn(document: OpenApiDocument): string[] {
  return operationsOf(document)
    .map(({ httpMethod, operation }) => `${httpMethod} ${operation["x-google-http-path"]}`)
    .sort();
}
