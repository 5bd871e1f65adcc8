import type protobuf from "protobufjs";
import type { Binding, BoundVariable } from "../../http-rule/binding.js";
import type { DocumentContext } from "../context.js";
import { createNamePool, singularOf, toIdentifier } from "../names.js";
import { wireName } from "../schemas/fields.js";

/** One `*` or `**` of a template, which becomes a parameter. */
export interface Wildcard {
  /** Among the segments of the template. */
  readonly index: number;
  readonly isDeep: boolean;
  /** The variable that captures it, alone or with other segments. */
  readonly variable: BoundVariable | undefined;
}

export function findWildcards({ template, variables }: Binding): Wildcard[] {
  return template.segments.flatMap((segment, index) => {
    if (segment.kind === "literal") return [];
    const variable = variables.find(({ start, end }) => start <= index && index < end);
    return [{ index, isDeep: segment.kind === "deep-wildcard", variable }];
  });
}

/**
 * Name the wildcards of a template: identifiers, none twice.
 *
 *     /v1/greeter/{name}                       // name
 *     /v1/{parent=shelves/*}/books/{book_id}   // shelf, bookId
 *     /v1/{name=trees/**}                      // path
 *
 * A variable of one segment gives its own name. Of the others, the pattern of the resource has the word, or the
 * literal before the wildcard.
 */
export function nameWildcards(
  wildcards: readonly Wildcard[],
  binding: Binding,
  context: DocumentContext,
): string[] {
  const pool = createNamePool();
  return wildcards.map((wildcard) => pool.take(nameWildcard(wildcard, binding, context) ?? "segment"));
}

function nameWildcard(wildcard: Wildcard, binding: Binding, context: DocumentContext): string | undefined {
  const { index, isDeep, variable } = wildcard;
  const { segments } = binding.template;
  const chosen = variable && context.annotations.pathName(fieldOf(variable));
  const ownName = variable && toIdentifier(chosen ?? variableName(variable, context));
  if (variable && variable.end - variable.start === 1) return ownName;
  const word = variable && wordOfPattern(index, variable, binding, context);
  if (word !== undefined) return toIdentifier(word.replaceAll("_", "-"));
  if (isDeep) return "path";
  // What stands before the variable is no word for a part of it.
  const before = index === variable?.start ? undefined : segments[index - 1];
  const collection = before?.kind === "literal" ? toIdentifier(before.value) : undefined;
  return collection === undefined ? ownName : singularOf(collection);
}

/**
 * The name of a variable in JSON.
 *
 *     {book.shelf_id}    // "book.shelfId"
 */
export function variableName(variable: BoundVariable, context: DocumentContext): string {
  return variable.fields.map((field) => wireName(field, context.switches)).join(".");
}

/** The field that a variable sets. */
export function fieldOf({ fields }: BoundVariable): protobuf.Field {
  return fields.at(-1) ?? fields[0];
}

/** `"book"` for the second wildcard, when the resource says `shelves/{shelf}/books/{book}`. */
function wordOfPattern(
  index: number,
  variable: BoundVariable,
  binding: Binding,
  context: DocumentContext,
): string | undefined {
  const segments = binding.template.segments.slice(variable.start, variable.end);
  const pattern = context.resources
    .patternsOf(fieldOf(variable))
    .map((text) => text.split("/"))
    .find((parts) => {
      const fits = (part: string | undefined, i: number) => {
        const segment = segments[i];
        return segment?.kind === "literal" ? part === segment.value : /^\{\w+\}$/.test(part ?? "");
      };
      return parts.length === segments.length && parts.every(fits);
    });
  return pattern?.[index - variable.start]?.slice(1, -1);
}
