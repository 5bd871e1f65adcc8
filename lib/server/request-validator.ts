import { parse as parseQuery } from "node:querystring";
import { codes, RpcError } from "../call/rpc-error.js";
import type { HttpRequest } from "../http/http-message.js";
import type { Binding } from "../http-rule/binding.js";
import type { OpenApiDocument } from "../openapi/document.js";
import { isUpload } from "../openapi/operations/content.js";
import type { RestSettings, ValidateRequest } from "../rest/options.js";
import { isForm } from "../rest/read-form-text.js";
import { readJsonText } from "../rest/read-json-text.js";
import { type CanonicalForm, createCanonicalForm } from "./canonical-request.js";
import {
  anyContentType,
  type CheckedRequest,
  isValidatorError,
  loadOpenApiValidator,
  type Validate,
  type ValidatorError,
} from "./openapi-validator.js";

/**
 * Check what the document says of parameters and JSON bodies, with express-openapi-validator. Both are put into one form
 * first, so that limits hold whichever way a client writes. The bodies of uploads and
 * of streams are not read for it, and forms are not checked at all.
 *
 * @param findDocument finds the document of the routes as they are now: one of all that the server reads.
 * @throws ConfigError when express-openapi-validator is not installed.
 */
export function createRequestValidator(
  findDocument: () => OpenApiDocument,
  settings: RestSettings,
): ValidateRequest {
  const createValidate = loadOpenApiValidator();
  const canonical = createCanonicalForm(settings.json);
  let last: { readonly document: OpenApiDocument; readonly validate: Validate } | undefined;
  const findValidate = (): Validate => {
    const document = findDocument();
    if (last?.document !== document) last = { document, validate: createValidate(document) };
    return last.validate;
  };
  async function findFault(
    binding: Binding,
    request: HttpRequest,
    sent: SentBody,
  ): Promise<RpcError | undefined> {
    try {
      await findValidate()(toChecked(binding, request, sent, canonical));
      return undefined;
    } catch (error) {
      if (isValidatorError(error)) return toRpcError(error, binding);
      throw error;
    }
  }

  return async (binding, request) => {
    if (isForm(request)) return { request, fault: undefined };
    const contentType = contentTypeOf(binding);
    if (contentType !== "application/json")
      return { request, fault: await findFault(binding, request, { contentType, body: undefined }) };
    const text = await readJsonText(request, settings, (text) => text);
    const body = parseJson(text);
    // What is no JSON is the decoder's to refuse.
    const fault = body === notJson ? undefined : await findFault(binding, request, { contentType, body });
    return { request: withParsedBody(request, text), fault };
  };
}

interface SentBody {
  readonly contentType: string | undefined;
  readonly body: unknown;
}

/** How the validator is to take the body; of what it is not told, it knows that anything goes. */
function contentTypeOf(binding: Binding): string | undefined {
  if (binding.body === undefined) return undefined;
  if (isUpload(binding)) return anyContentType;
  return binding.method.isStreamingRequest ? "application/x-ndjson" : "application/json";
}

const notJson = Symbol("not JSON");

function parseJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

function toChecked(
  binding: Binding,
  request: HttpRequest,
  sent: SentBody,
  canonical: CanonicalForm,
): CheckedRequest {
  const { path } = request;
  const { httpMethod, method, body } = binding;
  const query = canonical.query(method.requestType, request.query);
  return {
    // A HEAD is a GET here, and a POST may stand for another method.
    method: httpMethod === "*" ? request.httpMethod : httpMethod,
    url: query === "" ? path : `${path}?${query}`,
    headers: { ...request.headers, "content-type": sent.contentType },
    query: { ...parseQuery(query) },
    body:
      body === undefined || sent.body === undefined
        ? sent.body
        : body === "*"
          ? canonical.message(method.requestType, sent.body)
          : canonical.field(body, sent.body),
  };
}

/** The same request with its body as it was read. */
function withParsedBody(request: HttpRequest, parsedBody: string): HttpRequest {
  const { httpMethod, path, query, headers, body } = request;
  return {
    httpMethod,
    path,
    query,
    headers,
    body,
    parsedBody,
    getPeer: () => request.getPeer(),
    getAuthContext: () => request.getAuthContext(),
    onAbort: (listener) => request.onAbort(listener),
    get context() {
      return request.context;
    },
  };
}

function toRpcError({ errors }: ValidatorError, binding: Binding): RpcError {
  const fieldViolations = withoutAlternatives(errors).map(({ path, message }) => ({
    field: fieldAt(path, binding),
    description: message,
  }));
  const message = fieldViolations.map(({ field, description }) => `${field}: ${description}`).join("; ");
  const details = [{ "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations }];
  return new RpcError(codes.INVALID_ARGUMENT, message, { details });
}

/** Of several schemas, one of which is null, what matters is why the others do not fit. */
function withoutAlternatives(errors: ValidatorError["errors"]): ValidatorError["errors"] {
  const others = errors.filter(({ message }) => !/^must (?:be null$|match a schema in anyOf)/.test(message));
  return others.length === 0 ? errors : others;
}

/**
 * The field that a place in the request belongs to.
 *
 *     fieldAt("/body/author/name", binding)    // "book.author.name", if the body is the field `book`
 *     fieldAt("/query/pageSize", binding)      // "pageSize"
 */
function fieldAt(path: string, { body }: Binding): string {
  const [place, ...names] = path
    .split("/")
    .slice(1)
    .map((name) => name.replace(/~1/g, "/").replace(/~0/g, "~"));
  if (place !== "body" || body === undefined) return names.join(".");
  const above = body === "*" ? [] : [body.protoName];
  return [...above, ...names].join(".") || "*";
}
