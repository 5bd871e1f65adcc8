import type { Message } from "../call/message.js";
import type { HttpRequest } from "../http/http-message.js";
import type { Binding } from "../http-rule/binding.js";
import { collectBoundFields } from "../http-rule/bound-fields.js";
import type { RouteMatch } from "../http-rule/router.js";
import { type CaptureBinderOptions, createCaptureBinder } from "./bind-captures.js";
import { createQueryBinder, createQueryRefusal } from "./bind-query.js";
import { createMaskInference, type MaskInferenceOptions } from "./infer-update-mask.js";
import { type BodyReaderOptions, createBodyReader } from "./read-message.js";

export interface RequestDecoderOptions extends BodyReaderOptions, CaptureBinderOptions, MaskInferenceOptions {
  readonly inferUpdateMask: boolean;
}

/** Path, query and body of a request → its message; at once when there is no body to wait for. */
export type RequestDecoder = (match: RouteMatch, request: HttpRequest) => Message | Promise<Message>;

/**
 * Compile the reading of a unary request.
 *
 *     PATCH /v1/shelves/1/books/2?update_mask=title   {"title":"Emma"}
 *     // { book: { name: "shelves/1/books/2", title: "Emma", ... }, updateMask: { paths: ["title"] } }
 *
 * The body is read first, then the path over it, then the query beside both.
 */
export function createRequestDecoder(binding: Binding, options: RequestDecoderOptions): RequestDecoder {
  const readMessage = createBodyReader(binding, options);
  const finish = createFinisher(binding, options);
  const inferMask = options.inferUpdateMask ? createMaskInference(binding, options) : undefined;
  return (match, request) =>
    readMessage(request, (message, text) => {
      finish(message, match, request);
      inferMask?.(message, text);
      return message;
    });
}

/** Sets what path and query have to say in a message that has been read from the body. */
export type Finisher = (message: Message, match: RouteMatch, request: HttpRequest) => void;

export function createFinisher(binding: Binding, options: RequestDecoderOptions): Finisher {
  const bindCaptures = createCaptureBinder(binding, options);
  if (binding.body === "*") {
    const refuseQuery = createQueryRefusal(options);
    return (message, match, request) => {
      bindCaptures(message, match.captures);
      if (request.query !== "") refuseQuery(request.query);
    };
  }
  const bound = collectBoundFields(binding);
  const bindQuery = createQueryBinder(binding.method.requestType, { ...options, bound });
  return (message, match, request) => {
    bindCaptures(message, match.captures);
    if (request.query !== "") bindQuery(message, request.query);
  };
}
