import type protobuf from "protobufjs";
import type { Binding } from "../../http-rule/binding.js";
import { findOneof } from "../../schema/find-oneof.js";
import { annotateProperty } from "../annotations/annotate-property.js";
import { joinParagraphs } from "../comments.js";
import { compact } from "../compact.js";
import type { DocumentContext } from "../context.js";
import type { JsonSchema, Parameter } from "../document.js";
import { describeField, isDeprecated, wireName } from "../schemas/fields.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import { textInUrl } from "../schemas/scalar-schemas.js";
import { liftDescription } from "./lift-description.js";
import { findQueryFields } from "./query-fields.js";

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

  return findQueryFields(binding, visibility).map(({ field, above, form }) =>
    liftDescription(form === "text" ? textParameter(field, above) : jsonParameter(field, above)),
  );
}

function isFieldMask(field: protobuf.Field): boolean {
  return field.resolvedType?.fullName === ".google.protobuf.FieldMask";
}
