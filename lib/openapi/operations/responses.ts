import type { Binding } from "../../http-rule/binding.js";
import type { Method } from "../../schema/schema.js";
import type { Content, JsonSchema, Response } from "../document.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import { mapMembers } from "../versions/map-schemas.js";
import { binaryContent, isDownload } from "./content.js";
import type { CodeName, NamedErrors } from "./error-comments.js";
import type { ErrorForm } from "./error-content.js";

/** How streams of responses are written to clients that do not ask for server-sent events. */
export type StreamForm = "ndjson" | "sse" | "array" | "result-error";

export function isStreamForm(value: unknown): value is StreamForm {
  return typeof value === "string" && Object.hasOwn(streamContents, value);
}

export interface ResponseForms {
  readonly errors: ErrorForm;
  readonly streams: StreamForm;
  readonly wrapsStreamErrors: boolean;
}

/** What a call that succeeds answers, or each item of its stream; `undefined` for bytes. */
export function responseItem(binding: Binding, schemas: MessageSchemas): JsonSchema | undefined {
  const { method, responseBody } = binding;
  if (isDownload(binding)) return undefined;
  return responseBody
    ? schemas.field(responseBody, "response")
    : schemas.message(method.responseType, "response");
}

/**
 * The response of a call that succeeds: one message, one field of it, or a stream of them.
 *
 * @param errorItem how a failure is written within a stream.
 */
export function successResponse(
  method: Method,
  item: JsonSchema,
  forms: ResponseForms,
  errorItem: () => JsonSchema,
): Response {
  if (!method.isStreamingResponse)
    return { description: "OK", content: { "application/json": { schema: item } } };
  const { description, content } = streamContents[forms.streams](item, errorItem);
  return {
    description: `${description} A failure after the first message is the last item.`,
    content: { ...content, "text/event-stream": { schema: item } },
  };
}

/** The same of a call that answers bytes, which are of these content types if there are any. */
export function bytesResponse(types: readonly string[]): Response {
  return { description: "The bytes, with their content type.", content: binaryContent(types) };
}

/** The failures that the comment of a method speaks of, by HTTP status, and all others. */
export function errorResponses(named: ReadonlyMap<number, NamedErrors>): Record<string, Response> {
  const sorted = [...named].sort(([a], [b]) => a - b);
  return {
    ...Object.fromEntries(sorted.map(([status, { description }]) => [String(status), { description }])),
    default: { description: "The call failed." },
  };
}

/** Give responses what annotations may have left out: a description, and the form that failures are written in. */
export function completeResponses(
  responses: Readonly<Record<string, Partial<Response>>>,
  named: ReadonlyMap<number, NamedErrors>,
  errorContent: (codes: Iterable<CodeName>) => Content,
): Record<string, Response> {
  return mapMembers(responses, (response, status): Response => {
    // Where a reference leads, there is both; it has no other members than `$ref`.
    if ("$ref" in response) return response as Response;
    const described = { description: `The answer with status ${status}.`, ...response };
    const isFailure = /^[45]|^default$/.test(status);
    if (!isFailure || response.content !== undefined) return described;
    return { ...described, content: errorContent(named.get(Number(status))?.codes ?? []) };
  });
}

interface StreamContent {
  readonly description: string;
  readonly content: Content;
}

type StreamContentOf = (item: JsonSchema, errorItem: () => JsonSchema) => StreamContent;

const streamContents: Readonly<Record<StreamForm, StreamContentOf>> = {
  ndjson: (item) => ({
    description: "A stream of messages, one on each line.",
    content: { "application/x-ndjson": { schema: item } },
  }),
  sse: () => ({ description: "A stream of messages, one in each event.", content: {} }),
  array: (item) => ({
    description: "A stream of messages as one array.",
    content: { "application/json": { schema: { type: "array", items: item } } },
  }),
  "result-error": (result, errorItem) => ({
    description: "A stream of messages, each as `result` on a line of its own.",
    content: {
      "application/json": { schema: { type: "object", properties: { result, error: errorItem() } } },
    },
  }),
};
