import type protobuf from "protobufjs";
import type { Binding } from "../../http-rule/binding.js";
import { type BoundFields, collectBoundFields } from "../../http-rule/bound-fields.js";
import { cleanComment } from "../comments.js";
import { compact } from "../compact.js";
import type { DocumentContext } from "../context.js";
import type { Content, JsonSchema, RequestBody } from "../document.js";
import { visibleFields } from "../schemas/fields.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import { binaryContent, isUpload } from "./content.js";

/**
 * The body of an operation: the whole request without what its path sets, or one field of it.
 *
 * A method that takes a stream reads JSON messages one after another, or an array of them.
 */
export function requestBody(
  binding: Binding,
  schemas: MessageSchemas,
  context: DocumentContext,
): RequestBody | undefined {
  const { body } = binding;
  if (body === undefined) return undefined;
  const bound = collectBoundFields({ variables: binding.variables, body: undefined });
  return compact({
    description: body === "*" ? undefined : cleanComment(body.comment),
    // Said aloud: some validators ask for a content type otherwise, even where there is nothing that has one.
    required: isNeeded(binding, bound, context),
    content: isUpload(binding)
      ? binaryContent(context.annotations.contentTypes(binding.method).consumes)
      : body === "*"
        ? messageContent(binding, bound, schemas)
        : fieldContent(binding, body, bound, schemas),
  });
}

/** No body at all is a message with nothing set, or a stream of none: only a field that must be given asks for one. */
function isNeeded(
  binding: Binding,
  bound: BoundFields,
  { isRequired, visibility }: DocumentContext,
): boolean {
  const { body, method } = binding;
  if (body === undefined || isStream(binding)) return false;
  if (body !== "*") return isRequired(body);
  if (useOf(binding) === "patch") return false;
  return visibleFields(method.requestType, visibility).some(
    (field) => !bound.has(field) && isRequired(field),
  );
}

function messageContent(binding: Binding, bound: BoundFields, schemas: MessageSchemas): Content {
  const { requestType } = binding.method;
  return jsonContent(binding, schemas.messageWithout(requestType, useOf(binding), bound));
}

function fieldContent(
  binding: Binding,
  body: protobuf.Field,
  bound: BoundFields,
  schemas: MessageSchemas,
): Content {
  const below = bound.get(body);
  return jsonContent(binding, schemas.field(body, useOf(binding), below === "bound" ? undefined : below));
}

function useOf({ httpMethod }: Binding): "patch" | "request" {
  return httpMethod === "PATCH" ? "patch" : "request";
}

function jsonContent(binding: Binding, schema: JsonSchema): Content {
  if (!isStream(binding)) return { "application/json": { schema } };
  return {
    "application/x-ndjson": { schema },
    "application/json": { schema: { type: "array", items: schema } },
  };
}

function isStream({ method }: Binding): boolean {
  return method.isStreamingRequest;
}
