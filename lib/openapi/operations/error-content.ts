import { STATUS_CODES } from "node:http";
import { codes } from "../../call/rpc-error.js";
import { httpStatusOf } from "../../http/http-status.js";
import { isRecord } from "../../schema/record.js";
import { compact } from "../compact.js";
import type { Content, JsonSchema } from "../document.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import { mapMembers } from "../versions/map-schemas.js";
import type { CodeName } from "./error-comments.js";

/**
 * How failures are written: as `google.rpc.Status`, as `{"error": ...}` like the servers of Google, as problem details
 * (RFC 9457), as Connect writes them, or in a form of one's own.
 */
export type ErrorForm =
  | keyof typeof namedForms
  | { readonly contentType: string; readonly schema: JsonSchema };

const namedForms = {
  status: {
    contentType: "application/json",
    component: "google.rpc.Status",
    example: ({ code, message }: Failure) => ({ code, message, details: [] }),
  },
  google: {
    contentType: "application/json",
    component: "error",
    example: ({ name, httpStatus, message }: Failure) => ({
      error: { code: httpStatus, message, status: name, details: [] },
    }),
  },
  problem: {
    contentType: "application/problem+json",
    component: "problem",
    example: ({ name, httpStatus, message }: Failure) => ({
      type: "about:blank",
      title: STATUS_CODES[httpStatus] ?? name,
      status: httpStatus,
      detail: message,
      code: name,
      details: [],
    }),
  },
  connect: {
    contentType: "application/json",
    component: "connect error",
    example: ({ name, message }: Failure) => ({
      code: name === "CANCELLED" ? "canceled" : name.toLowerCase(),
      message,
    }),
  },
} as const;

export function isErrorForm(value: unknown): value is ErrorForm {
  if (!isRecord(value)) return typeof value === "string" && Object.hasOwn(namedForms, value);
  return typeof value.contentType === "string" && isRecord(value.schema);
}

/**
 * The content of a failure, with an example of each code that is known to come.
 *
 *     { "application/json": { schema, examples: { NOT_FOUND: { value: { code: 5, message: "not found", details: [] } } } } }
 */
export function errorContent(form: ErrorForm, schemas: MessageSchemas, names: Iterable<CodeName>): Content {
  if (typeof form === "object") return { [form.contentType]: { schema: form.schema } };
  const { contentType, component, example } = namedForms[form];
  const schema = schemas.known(component);
  const examples = [...names].map((name) => [name, { value: example(failureOf(name)) }]);
  return {
    [contentType]: examples.length === 0 ? { schema } : { schema, examples: Object.fromEntries(examples) },
  };
}

/** How a failure is written within a stream, where it stands under `error` in any case. */
export function errorItem(form: ErrorForm, schemas: MessageSchemas): JsonSchema {
  if (typeof form === "object") return form.schema;
  return form === "google" ? {} : schemas.known(namedForms[form].component);
}

/** The same within an object, under `error`. */
export function wrappedContent(content: Content): Content {
  const wrap = (error: unknown) => ({ error });
  return mapMembers(content, ({ schema = {}, examples }) =>
    compact({
      schema: { type: "object", properties: { error: schema } },
      examples: examples && mapMembers(examples, (example) => ({ value: wrap(Object(example).value) })),
    }),
  );
}

interface Failure {
  readonly name: CodeName;
  readonly code: number;
  readonly httpStatus: number;
  readonly message: string;
}

function failureOf(name: CodeName): Failure {
  const code = codes[name];
  return { name, code, httpStatus: httpStatusOf(code), message: name.toLowerCase().replaceAll("_", " ") };
}
