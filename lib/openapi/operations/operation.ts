import { cleanComment, splitComment, summarizeName } from "../comments.js";
import { compact } from "../compact.js";
import type { DocumentContext } from "../context.js";
import type { JsonSchema, Operation, Parameter, RequestBody } from "../document.js";
import { overlay } from "../overlay.js";
import type { Placement } from "../paths/lay-out-paths.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import { errorsNamedIn } from "./error-comments.js";
import { errorContent, errorItem, wrappedContent } from "./error-content.js";
import type { OperationNames } from "./operation-names.js";
import { pathParameters } from "./path-parameters.js";
import { queryParameters } from "./query-parameters.js";
import { requestBody } from "./request-body.js";
import {
  bytesResponse,
  completeResponses,
  errorResponses,
  type ResponseForms,
  responseItem,
  successResponse,
} from "./responses.js";

export interface OperationParts {
  readonly schemas: MessageSchemas;
  readonly forms: ResponseForms;
  readonly context: DocumentContext;
  readonly names: OperationNames;
}

/** What a binding takes and answers when all goes well. */
export interface Exchange {
  readonly placement: Placement;
  readonly protocol: "rest" | "connect";
  readonly parameters: readonly Parameter[];
  readonly requestBody: RequestBody | undefined;
  /** The schema of what it answers; `undefined` for bytes. */
  readonly item: JsonSchema | undefined;
}

export function describeExchange(placement: Placement, { schemas, context }: OperationParts): Exchange {
  const { binding } = placement;
  return {
    placement,
    protocol: "rest",
    parameters: [
      ...pathParameters(placement.parameters, schemas, context),
      ...queryParameters(binding, schemas, context),
    ],
    requestBody: requestBody(binding, schemas, context),
    item: responseItem(binding, schemas),
  };
}

/** Everything that a document says of one binding. */
export function describeOperation(
  exchange: Exchange,
  { schemas, context, forms, names }: OperationParts,
): Operation {
  const { placement, protocol, parameters, requestBody, item } = exchange;
  const { method, template } = placement.binding;
  const comment = cleanComment(method.comment);
  const named = errorsNamedIn(comment);
  const { operationId: annotatedId, ...annotation } = context.annotations.operation(method);
  const described: Operation = compact({
    tags: [names.tagOf(method.service)],
    summary: summarizeName(method.name),
    ...splitComment(comment),
    operationId:
      protocol === "rest" ? names.nextIdOf(method, annotatedId) : names.ownIdOf(method, placement.httpMethod),
    deprecated: method.isDeprecated || method.service.isDeprecated || undefined,
    "x-google-http-path": protocol === "rest" ? template.text : undefined,
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody,
    responses: {
      "200":
        item === undefined
          ? bytesResponse(context.annotations.contentTypes(method).produces)
          : successResponse(method, item, forms, () => errorItem(forms.errors, schemas)),
      ...errorResponses(named),
    },
  });
  const annotated = overlay(described, annotation);
  const form = protocol === "rest" ? forms.errors : "connect";
  const isWrapped = forms.wrapsStreamErrors && method.isStreamingResponse;
  const responses = completeResponses(annotated.responses, named, (codes) => {
    const content = errorContent(form, schemas, codes);
    return isWrapped ? wrappedContent(content) : content;
  });
  return { ...annotated, responses };
}
