import protobuf from "protobufjs";
import { readOption } from "../../schema/read-option.js";
import { isRecord, toList } from "../../schema/record.js";

/** The resource names that an API knows, from its `google.api.resource` annotations. */
export interface Resources {
  /**
   * The patterns that the value of a field follows; none when nothing says so.
   *
   *     resources.patternsOf(nameOfBook)   // ["shelves/{shelf}/books/{book}"]
   */
  patternsOf(field: protobuf.Field): readonly string[];
}

/**
 * Collect the resources that the messages and files of the roots declare.
 *
 * A field follows a pattern when it refers to a resource, or when it is the name field of one.
 *
 * @see https://google.aip.dev/4231
 */
export function createResources(roots: readonly protobuf.Root[]): Resources {
  const patterns = new Map<string, readonly string[]>();
  for (const resource of roots.flatMap(findResources)) {
    if (typeof resource.type === "string") patterns.set(resource.type, patternsIn(resource));
  }
  return {
    patternsOf(field) {
      const [reference] = readOption(field, "google.api.resource_reference").filter(isRecord);
      if (reference?.type !== undefined) return patterns.get(String(reference.type)) ?? [];
      const child = reference?.child_type ?? reference?.childType;
      if (child !== undefined) return [...new Set((patterns.get(String(child)) ?? []).flatMap(parentOf))];
      return patternsOfName(field);
    },
  };
}

function findResources(namespace: protobuf.NamespaceBase): Readonly<Record<string, unknown>>[] {
  const own = [
    ...readOption(namespace, "google.api.resource"),
    ...readOption(namespace, "google.api.resource_definition"),
  ].filter(isRecord);
  const nested = namespace.nestedArray.filter((object) => object instanceof protobuf.Namespace);
  return [...own, ...nested.flatMap(findResources)];
}

function patternsIn(resource: Readonly<Record<string, unknown>>): readonly string[] {
  return toList(resource.pattern).filter(
    (pattern) => typeof pattern === "string" && pattern !== "*",
  ) as string[];
}

function patternsOfName(field: protobuf.Field): readonly string[] {
  if (field.parent === null || field.type !== "string") return [];
  const [resource] = readOption(field.parent, "google.api.resource").filter(isRecord);
  if (resource === undefined) return [];
  const nameField = resource.name_field ?? resource.nameField ?? "name";
  return field.protoName === nameField ? patternsIn(resource) : [];
}

/** `"shelves/{shelf}"` of `"shelves/{shelf}/books/{book}"`; none for a top-level collection. */
function parentOf(pattern: string): string[] {
  const parent = /^(.*\})\/[^{}]+(?:\/\{[^{}]+\})?$/.exec(pattern)?.[1];
  return parent === undefined ? [] : [parent];
}

/**
 * A regular expression for values that follow one of the patterns; a field that is not set holds no text.
 *
 *     matcherOf(["shelves/{shelf}"])   // "^(shelves/[^/]+)?$"
 */
export function matcherOf(patterns: readonly string[]): string {
  const alternatives = patterns.map((pattern) =>
    pattern
      .split(/(\{[^{}]+\})/)
      .map((part) => (part.startsWith("{") ? (part.includes("=**") ? ".+" : "[^/]+") : escapePattern(part)))
      .join(""),
  );
  return `^(${alternatives.join("|")})?$`;
}

/**
 * A value that follows a pattern.
 *
 *     exampleOfPattern("shelves/{shelf}/books/{book_id}")    // "shelves/my-shelf/books/my-book-id"
 */
export function exampleOfPattern(pattern: string): string {
  return pattern.replace(/\{(\w+)[^{}]*\}/g, (_, name: string) => `my-${name.replaceAll("_", "-")}`);
}

/** Only what JSON Schema's dialect of regular expressions gives a meaning to. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
