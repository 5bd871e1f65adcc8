import type { Report } from "../schema/config-error.js";
import { isRecord } from "../schema/record.js";
import type { Method } from "../schema/schema.js";
import { didYouMean } from "../schema/suggest-name.js";
import type { OpenApiDocument } from "./document.js";

/** Finds the method that an operation describes; a base document has others. */
export type FindMethod = (path: string, httpMethod: string) => Method | undefined;

/**
 * Report what makes a document invalid although each part of it is well: references to nothing, links without a URL,
 * schemes that nobody defines, paths and operation ids that are there twice.
 *
 * It comes of annotations, of options, and of a base document.
 */
export function checkDocument(document: OpenApiDocument, methodOf: FindMethod, report: Report): void {
  const schemes = new Set(Object.keys(document.components?.securitySchemes ?? {}));
  const ids = new Map<string, string>();
  for (const { path, httpMethod, operation } of operationsOf(document)) {
    const name = `${httpMethod.toUpperCase()} ${path}`;
    const method = methodOf(path, httpMethod);
    const tell = (message: string) =>
      report(
        method === undefined
          ? { message: `openapi: ${name}: ${message}` }
          : { file: method.service.file, method: method.fullName, message },
      );
    findFaults(operation, document, tell);
    findUnknownSchemes(operation.security, schemes, tell);
    const { operationId: id } = operation;
    if (typeof id !== "string") continue;
    const other = ids.get(id);
    if (other !== undefined) tell(`the operation id "${id}" is that of ${other} as well`);
    ids.set(id, name);
  }
  const { paths, components = {}, ...others } = document;
  for (const [kind, parts] of Object.entries(components)) {
    for (const [name, part] of Object.entries(isRecord(parts) ? parts : {}))
      findFaults(part, document, (message) =>
        report({ message: `openapi: components.${kind}.${name}: ${message}` }),
      );
  }
  const tell = (message: string) => report({ message: `openapi: ${message}` });
  findFaults(others, document, tell);
  findUnknownSchemes(document.security, schemes, tell);
  findEqualPaths(Object.keys(paths), tell);
}

type Tell = (message: string) => void;

interface FoundOperation {
  readonly path: string;
  readonly httpMethod: string;
  readonly operation: Readonly<Record<string, unknown>>;
}

function operationsOf({ paths }: OpenApiDocument): readonly FoundOperation[] {
  return Object.entries(paths).flatMap(([path, item]) => {
    const { "x-additionalOperations": additional, ...standard } = item as Readonly<Record<string, unknown>>;
    const members = Object.entries({ ...standard, ...(isRecord(additional) ? additional : {}) });
    return members.flatMap(([httpMethod, operation]) =>
      isRecord(operation) && "responses" in operation ? { path, httpMethod, operation } : [],
    );
  });
}

/** References to nothing, and links without a URL. */
function findFaults(part: unknown, document: OpenApiDocument, tell: Tell): void {
  if (Array.isArray(part)) for (const item of part) findFaults(item, document, tell);
  if (!isRecord(part)) return;
  const { $ref: reference, externalDocs: link } = part;
  if (typeof reference === "string" && reference.startsWith("#/") && !leadsSomewhere(reference, document))
    tell(`the reference "${reference}" leads to nothing in the document`);
  if (isRecord(link) && typeof link.url !== "string") tell("the external documentation has no URL");
  for (const [name, member] of Object.entries(part)) {
    if (values.has(name) || name.startsWith("x-")) continue;
    // What it holds has names of the API's own.
    if (byName.has(name) && isRecord(member)) findFaults(Object.values(member), document, tell);
    else findFaults(member, document, tell);
  }
}

/** Members that hold values of the API's own. */
const values: ReadonlySet<string> = new Set(["example", "examples", "default", "enum", "const"]);

const byName: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "headers"]);

/** A JSON pointer into the document. */
function leadsSomewhere(reference: string, document: OpenApiDocument): boolean {
  let target: unknown = document;
  for (const escaped of reference.slice(2).split("/")) {
    const name = decodeURIComponent(escaped).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof target !== "object" || target === null || !Object.hasOwn(target, name)) return false;
    target = (target as Readonly<Record<string, unknown>>)[name];
  }
  return true;
}

function findUnknownSchemes(requirements: unknown, schemes: ReadonlySet<string>, tell: Tell): void {
  if (!Array.isArray(requirements)) return;
  const names = new Set(requirements.filter(isRecord).flatMap((requirement) => Object.keys(requirement)));
  for (const name of names) {
    if (!schemes.has(name))
      tell(`no security scheme is called "${name}"${didYouMean(name, schemes) || ": define it"}`);
  }
}

function findEqualPaths(paths: readonly string[], tell: Tell): void {
  const shapes = new Map<string, string>();
  for (const path of paths) {
    const shape = path.replace(/\{[^}]*\}/g, "{}");
    const other = shapes.get(shape);
    if (other !== undefined) tell(`the path "${path}" is "${other}" with other names: write it like that`);
    else shapes.set(shape, path);
  }
}
