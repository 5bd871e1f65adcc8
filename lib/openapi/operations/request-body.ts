import type protobuf from "protobufjs";
import type { Binding } from "../../http-rule/binding.js";
import { cleanComment } from "../comments.js";
import type { Content, JsonSchema, RequestBody } from "../document.js";
import { compact } from "../record.js";
import { type BoundFields, fieldsOfPath } from "../schemas/bound-fields.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import type { IsRequired } from "../schemas/required-fields.js";
import { binaryContent, isHttpBody } from "./content.js";

/**
 * The body of an operation: the whole request without what its path sets, or one field of it.
 *
 * A method that takes a stream reads JSON messages one after another, or an array of them.
 */
export function requestBody(
  binding: Binding,
  schemas: MessageSchemas,
  isRequired: IsRequired,
): RequestBody | undefined {
  const { body, method } = binding;
  if (body === undefined) return undefined;
  const bound = fieldsOfPath(binding);
  if (body !== "*") {
    const content = fieldContent(binding, body, bound, schemas);
    return compact({
      description: cleanComment(body.comment),
      required: isRequired(body) || undefined,
      content,
    });
  }
  const isNeeded = method.requestType.fieldsArray.some((field) => !bound.has(field) && isRequired(field));
  const content = messageContent(binding, bound, schemas);
  return compact({ required: (isNeeded && useOf(binding) !== "patch") || undefined, content });
}

function messageContent(binding: Binding, bound: BoundFields, schemas: MessageSchemas): Content {
  const { requestType } = binding.method;
  if (isHttpBody(requestType)) return binaryContent;
  return jsonContent(binding, schemas.messageWithout(requestType, useOf(binding), bound));
}

function fieldContent(
  binding: Binding,
  body: protobuf.Field,
  bound: BoundFields,
  schemas: MessageSchemas,
): Content {
  const isSingle = !body.repeated && !body.map;
  if (isSingle && body.resolvedType !== null && isHttpBody(body.resolvedType)) return binaryContent;
  const below = bound.get(body);
  return jsonContent(binding, schemas.field(body, useOf(binding), below === "whole" ? undefined : below));
}

function useOf({ httpMethod }: Binding): "patch" | "request" {
  return httpMethod === "PATCH" ? "patch" : "request";
}

function jsonContent({ method }: Binding, schema: JsonSchema): Content {
  const isStream = method.kind === "client-streaming" || method.kind === "duplex-streaming";
  if (!isStream) return { "application/json": { schema } };
  return {
    "application/x-ndjson": { schema },
    "application/json": { schema: { type: "array", items: schema } },
  };
}
