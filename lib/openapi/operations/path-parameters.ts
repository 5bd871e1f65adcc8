import { cleanComment, joinParagraphs } from "../comments.js";
import type { DocumentContext } from "../context.js";
import type { JsonSchema, Parameter } from "../document.js";
import type { PathParameter } from "../paths/lay-out-paths.js";
import { variableName } from "../paths/name-wildcards.js";
import { compact } from "../record.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";

/**
 * The parameters in the path of an operation.
 *
 *     /v1/shelves/{shelf}/books/{book}    // shelf and book, each a part of the field `name`
 */
export function pathParameters(
  parameters: readonly PathParameter[],
  schemas: MessageSchemas,
  context: DocumentContext,
): Parameter[] {
  return parameters.map((parameter) =>
    compact({
      name: parameter.name,
      in: "path" as const,
      description: describe(parameter, context),
      required: true,
      schema: schemaOf(parameter, schemas),
    }),
  );
}

/** A segment that is all of a field has the field's schema; one among others is text. */
function schemaOf({ variable, isDeep, within }: PathParameter, schemas: MessageSchemas): JsonSchema {
  if (variable === undefined || isDeep || within !== undefined) return { type: "string" };
  // The pattern of a resource is about names of many segments.
  const { pattern, ...schema } = schemas.element(variable.fields.at(-1) ?? variable.fields[0], "request");
  return pattern === undefined || pattern.includes("/") ? schema : { pattern, ...schema };
}

function describe(
  { name, variable, isDeep, within }: PathParameter,
  context: DocumentContext,
): string | undefined {
  return joinParagraphs(
    variable && within && `The \`${name}\` in \`${variableName(variable, context)}\`: \`${within}\`.`,
    isDeep ? "Any number of segments, with slashes between them." : undefined,
    cleanComment(variable?.fields.at(-1)?.comment),
  );
}
