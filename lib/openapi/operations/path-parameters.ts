import type protobuf from "protobufjs";
import type { BoundVariable } from "../../http-rule/binding.js";
import { annotateProperty } from "../annotations/annotate-property.js";
import { cleanComment, joinParagraphs } from "../comments.js";
import { compact } from "../compact.js";
import type { DocumentContext } from "../context.js";
import type { JsonSchema, Parameter } from "../document.js";
import type { PathParameter } from "../paths/lay-out-paths.js";
import { fieldOf, variableName } from "../paths/name-wildcards.js";
import { isDeprecated } from "../schemas/fields.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import { textInUrl } from "../schemas/scalar-schemas.js";
import { withoutEmpty } from "../schemas/string-format.js";
import { liftDescription } from "./lift-description.js";

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
    liftDescription(
      compact({
        name: parameter.name,
        in: "path" as const,
        description: describe(parameter, context),
        required: true,
        deprecated: isWhole(parameter) ? isDeprecated(fieldOf(parameter.variable)) : undefined,
        schema: schemaOf(parameter, schemas, context),
      }),
    ),
  );
}

/** Whether the segment is all of a field, and not one among others. */
function isWhole(
  parameter: PathParameter,
): parameter is PathParameter & { readonly variable: BoundVariable } {
  return parameter.variable !== undefined && !parameter.isDeep && parameter.within === undefined;
}

function schemaOf(
  parameter: PathParameter,
  schemas: MessageSchemas,
  { annotations }: DocumentContext,
): JsonSchema {
  if (!isWhole(parameter)) return { type: "string" };
  const field = fieldOf(parameter.variable);
  const { description, deprecated, readOnly, writeOnly, ...annotation } = annotations.property(field);
  const schema = withoutEmpty(textInUrl(schemas.element(field, "request")));
  if (schema.pattern?.includes("/") !== true) return annotateProperty(schema, annotation);
  // The pattern of a resource is about names of many segments.
  const { pattern: _, examples: __, ...own } = schema;
  return annotateProperty(own, annotation);
}

function describe(
  { name, variable, isDeep, within }: PathParameter,
  context: DocumentContext,
): string | undefined {
  const field = variable && fieldOf(variable);
  return joinParagraphs(
    variable && within && `The \`${name}\` in \`${variableName(variable, context)}\`: \`${within}\`.`,
    isDeep ? "Any number of segments, with slashes between them." : undefined,
    field && (context.annotations.property(field).description ?? describeInput(field)),
  );
}

/** Whatever is said of it elsewhere, here it is the client that gives it. */
function describeInput(field: protobuf.Field): string | undefined {
  return cleanComment(field.comment?.replace(/^\s*Output only\.\s*/i, ""));
}
