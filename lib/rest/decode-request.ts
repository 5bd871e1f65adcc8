import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import type { HttpRequest } from "../http/http-message.js";
import { readBody } from "../http/read-body.js";
import type { Binding } from "../http-rule/binding.js";
import type { RouteMatch } from "../http-rule/router.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { createCaptureBinder } from "./bind-captures.js";
import { createQueryBinder } from "./bind-query.js";
import { createBindableField } from "./bindable-field.js";
import { collectBoundFields } from "./bound-fields.js";
import { createHttpBodyForm, isHttpBody } from "./http-body.js";
import { readJsonText } from "./read-json-text.js";

export interface RequestDecoderOptions {
  readonly codecs: JsonCodecs;
  readonly representation: Representation;
  readonly bodyLimit: number;
  readonly unknownQueryParameters: "ignore" | "reject";
  readonly ignoredQueryParameters: ReadonlySet<string>;
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
  return (match, request) => {
    const message = readMessage(request);
    return message instanceof Promise
      ? message.then((read) => finish(read, match, request))
      : finish(message, match, request);
  };
}

/** What is left to do when the body has been read. */
export function createFinisher(
  binding: Binding,
  options: RequestDecoderOptions,
): (message: Message, match: RouteMatch, request: HttpRequest) => Message {
  const { codecs, representation } = options;
  const bindCaptures = createCaptureBinder(binding, codecs, representation);
  const bindQuery =
    binding.body === "*"
      ? undefined
      : createQueryBinder(binding.method.requestType, { ...options, bound: collectBoundFields(binding) });
  return (message, match, request) => {
    bindCaptures(message, match.captures);
    if (bindQuery !== undefined && request.query !== "") bindQuery(message, request.query);
    return message;
  };
}

type BodyReader = (request: HttpRequest) => Message | Promise<Message>;

function createBodyReader(binding: Binding, options: RequestDecoderOptions): BodyReader {
  const { body, method } = binding;
  const { create } = options.codecs.message(method.requestType);
  if (body === undefined) return () => create();
  if (body !== "*") return createFieldReader(body, create, options);
  if (isHttpBody(method.requestType)) return createHttpBodyReader(method.requestType, options);
  const { decode } = options.codecs.message(method.requestType);
  return createTextReader(options, (text) => (text === "" ? create() : decode(text)));
}

function createFieldReader(
  field: protobuf.Field,
  create: () => Message,
  options: RequestDecoderOptions,
): BodyReader {
  const { codec, set, type, createMessage } = createBindableField(
    field,
    options.codecs,
    options.representation,
  );
  if (type !== undefined && isHttpBody(type)) {
    const read = createHttpBodyReader(type, options);
    return async (request) => {
      const message = create();
      set(message, await read(request));
      return message;
    };
  }
  return createTextReader(options, (text) => {
    const message = create();
    if (text !== "") set(message, codec.decode(text));
    // No body is a message without fields, but no number and no text.
    else if (type !== undefined) set(message, createMessage());
    return message;
  });
}

function createTextReader(
  { bodyLimit }: RequestDecoderOptions,
  decode: (text: string) => Message,
): BodyReader {
  return (request) => {
    const text = readJsonText(request, bodyLimit);
    return typeof text === "string" ? decode(text) : text.then(decode);
  };
}

function createHttpBodyReader(type: protobuf.Type, options: RequestDecoderOptions): BodyReader {
  const { create } = options.codecs.message(type);
  const { write } = createHttpBodyForm(type, options.representation);
  return async (request) => {
    const data = await readRawBody(request, options.bodyLimit);
    return write(create(), request.headers["content-type"] ?? "", data);
  };
}

async function readRawBody(request: HttpRequest, limit: number): Promise<Buffer> {
  const { parsedBody } = request;
  if (parsedBody === undefined) return readBody(request, limit);
  if (parsedBody instanceof Uint8Array) return Buffer.from(parsedBody);
  return Buffer.from(typeof parsedBody === "string" ? parsedBody : JSON.stringify(parsedBody));
}
