import type { Content, JsonSchema, MediaType, Operation, Parameter, Response } from "../document.js";
import { createExample, type Side } from "../schemas/create-example.js";
import { mapMembers } from "../versions/map-schemas.js";

type Schemas = Readonly<Record<string, JsonSchema>>;

/**
 * Give the bodies of an operation and of its success an example each, unless they have one, and parameters that are JSON
 * if they are required: pages fill those in.
 */
export function withExamples(operation: Operation, schemas: Schemas): Operation {
  const { parameters, requestBody, responses } = operation;
  const exemplify = (content: Content, side: Side) =>
    mapMembers(content, (media) => withExample(media, side, schemas));
  const exemplifyParameter = (parameter: Parameter): Parameter =>
    parameter.required && parameter.content !== undefined
      ? { ...parameter, content: exemplify(parameter.content, "request") }
      : parameter;
  const withResponses = {
    ...operation,
    ...(parameters === undefined ? {} : { parameters: parameters.map(exemplifyParameter) }),
    responses: mapMembers(
      responses,
      (response, status): Response =>
        response.content === undefined || !status.startsWith("2")
          ? response
          : { ...response, content: exemplify(response.content, "response") },
    ),
  };
  // A reference, which annotations may have put there, has no content.
  if (requestBody?.content === undefined) return withResponses;
  const content = exemplify(requestBody.content, "request");
  return { ...withResponses, requestBody: { ...requestBody, content } };
}

function withExample(media: MediaType, side: Side, schemas: Schemas): MediaType {
  if (media.schema === undefined || media.example !== undefined || media.examples !== undefined) return media;
  const example = createExample(media.schema, { side, schemas });
  return example === undefined ? media : { ...media, example };
}
