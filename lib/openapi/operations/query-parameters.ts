import protobuf from "protobufjs";
import type { Binding } from "../../http-rule/binding.js";
import { type BoundFields, collectBoundFields } from "../../http-rule/bound-fields.js";
import { findOneof } from "../../schema/find-oneof.js";
import { annotateProperty } from "../annotations/annotate-property.js";
import { joinParagraphs } from "../comments.js";
import { compact } from "../compact.js";
import type { DocumentContext } from "../context.js";
import type { JsonSchema, Parameter } from "../document.js";
import { fieldBehaviors } from "../schemas/field-behavior.js";
import { describeField, isDeprecated, visibleFields, wireName } from "../schemas/fields.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import { textInUrl } from "../schemas/scalar-schemas.js";
import { queryForm } from "../schemas/well-known-schemas.js";

/**
 * The query parameters of an operation: every field that neither path nor body sets.
 *
 *     pageSize, filter.author, labels[key]=value
 *
 * Fields of nested messages have dotted names. Left out is what a query cannot hold: a type within itself, lists
 * and maps of messages. With the whole message as the body there are none.
 */
export function queryParameters(
  binding: Binding,
  schemas: MessageSchemas,
  context: DocumentContext,
): Parameter[] {
  if (binding.body === "*") return [];
  const { switches, annotations, isRequired, visibility } = context;
  const infersMask = context.infersUpdateMask && binding.httpMethod === "PATCH" && binding.body !== undefined;

  function parametersOf(
    type: protobuf.Type,
    above: readonly protobuf.Field[],
    taken: BoundFields,
  ): Parameter[] {
    return visibleFields(type, visibility).flatMap((field) => {
      const below = taken.get(field);
      if (below === "bound" || fieldBehaviors(field).has("OUTPUT_ONLY")) return [];
      const { resolvedType } = field;
      const form = resolvedType === null ? "text" : queryForm(resolvedType);
      if (form === "text") return textParameter(field, above);
      if (form === "json") return jsonParameter(field, above);
      if (form === "none" || !(resolvedType instanceof protobuf.Type) || isBeyondQuery(field, above))
        return [];
      return parametersOf(resolvedType, [...above, field], below ?? new Map());
    });
  }

  /** A field whose values are text without quotes. */
  function textParameter(field: protobuf.Field, above: readonly protobuf.Field[]): Parameter {
    return { ...describe(field, above), ...valueSchema(field, textInUrl(schemas.element(field, "request"))) };
  }

  /** A field whose values are JSON within the query. */
  function jsonParameter(field: protobuf.Field, above: readonly protobuf.Field[]): Parameter {
    if (field.map || field.repeated) {
      return {
        ...describe(field, above),
        ...valueSchema(field, { type: "string", description: "JSON text." }),
      };
    }
    const content = { "application/json": { schema: schemas.element(field, "request") } };
    return { ...describe(field, above), content };
  }

  function valueSchema(field: protobuf.Field, element: JsonSchema): Partial<Parameter> {
    const { description, deprecated, readOnly, writeOnly, ...annotation } = annotations.property(field);
    if (field.map) {
      const schema = annotateProperty({ type: "object", additionalProperties: element }, annotation);
      return { style: "deepObject", explode: true, schema };
    }
    if (!field.repeated) return { schema: annotateProperty(element, annotation) };
    const schema = annotateProperty({ type: "array", items: element }, annotation);
    return { style: "form", explode: true, schema };
  }

  function describe(field: protobuf.Field, above: readonly protobuf.Field[]) {
    const path = [...above, field];
    const annotation = annotations.property(field);
    const isInferred = infersMask && above.length === 0 && isFieldMask(field);
    return compact({
      name: nameOf(path),
      in: "query" as const,
      description: joinParagraphs(annotation.description ?? describeField(field), excludes(field, above)),
      required: (path.every(isRequired) && !isInferred) || undefined,
      deprecated: isDeprecated(field) ?? annotation.deprecated,
    });
  }

  /** What a parameter must not stand beside. */
  function excludes(field: protobuf.Field, above: readonly protobuf.Field[]): string | undefined {
    const others =
      findOneof(field)?.fieldsArray.filter((other) => other !== field && visibility.shows(other)) ?? [];
    if (others.length === 0) return undefined;
    const names = others.map((other) => `\`${nameOf([...above, other])}\``);
    return `Not together with ${names.join(", ")}.`;
  }

  function nameOf(path: readonly protobuf.Field[]): string {
    return path.map((step) => wireName(step, switches)).join(".");
  }

  return parametersOf(binding.method.requestType, [], collectBoundFields(binding));
}

/** Whether the message in a field is a list, a map, or of a type that it stands in. */
function isBeyondQuery(field: protobuf.Field, above: readonly protobuf.Field[]): boolean {
  return field.repeated || field.map || [...above, field].some((step) => step.parent === field.resolvedType);
}

function isFieldMask(field: protobuf.Field): boolean {
  return field.resolvedType?.fullName === ".google.protobuf.FieldMask";
}
