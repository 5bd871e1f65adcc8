import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { createTextDecoder, parseContentType } from "../http/content-type.js";
import type { HttpRequest } from "../http/http-message.js";
import { openBody } from "../http/read-body.js";
import type { Binding } from "../http-rule/binding.js";
import type { RouteMatch } from "../http-rule/router.js";
import { createBindableField } from "./bindable-field.js";
import { createFinisher, type RequestDecoderOptions } from "./decode-request.js";
import { createHttpBodyForm, isHttpBody } from "./http-body.js";
import { checkJsonType } from "./read-json-text.js";
import { createJsonSplitter } from "./split-json.js";

/** A request → the messages of a client-streaming or duplex call, read as the handler asks for them. */
export type MessagesDecoder = (match: RouteMatch, request: HttpRequest) => AsyncIterable<Message>;

/**
 * Compile the reading of a stream of requests: JSON values one after another, or the elements of a JSON array;
 * for an HttpBody, the pieces of the body as they arrive.
 *
 *     POST /v1/shelves/1/books:import   {"title":"Emma"}⏎{"title":"Persuasion"}
 *
 * What path and query bind is set in every message: a name that was routed holds for all of them.
 */
export function createMessagesDecoder(binding: Binding, options: RequestDecoderOptions): MessagesDecoder {
  const finish = createFinisher(binding, options);
  const finished = (message: Message, match: RouteMatch, request: HttpRequest): Message => {
    finish(message, match, request);
    return message;
  };
  const { body, method } = binding;
  const { create, decode } = options.codecs.message(method.requestType);
  if (body === undefined) {
    return async function* (match, request) {
      yield finished(create(), match, request);
    };
  }
  if (body === "*") {
    if (isHttpBody(method.requestType)) return readPieces(method.requestType, (piece) => piece);
    return readTexts(decode);
  }
  const { codec, set, type } = createBindableField(body, options);
  const wrap = (value: unknown): Message => {
    const message = create();
    set(message, value);
    return message;
  };
  if (type !== undefined && isHttpBody(type)) return readPieces(type, wrap);
  return readTexts((text) => wrap(codec.decode(text)));

  function readTexts(decodeOne: (text: string) => Message): MessagesDecoder {
    return async function* (match, request) {
      for await (const text of splitBody(request, options)) {
        yield finished(decodeOne(text), match, request);
      }
    };
  }

  function readPieces(bodyType: protobuf.Type, wrapPiece: (piece: Message) => Message): MessagesDecoder {
    const { create: createPiece } = options.codecs.message(bodyType);
    const { write } = createHttpBodyForm(bodyType, options.representation);
    return async function* (match, request) {
      const contentType = request.headers["content-type"] ?? "";
      let isEmpty = true;
      for await (const data of readChunks(request)) {
        isEmpty = false;
        yield finished(wrapPiece(write(createPiece(), contentType, data)), match, request);
      }
      // The path still names what an empty upload is for.
      if (isEmpty)
        yield finished(wrapPiece(write(createPiece(), contentType, Buffer.alloc(0))), match, request);
    };
  }
}

async function* splitBody(request: HttpRequest, options: RequestDecoderOptions): AsyncIterable<string> {
  const { parsedBody } = request;
  if (parsedBody !== undefined && typeof parsedBody !== "string" && !(parsedBody instanceof Uint8Array)) {
    for (const one of Array.isArray(parsedBody) ? parsedBody : [parsedBody]) yield JSON.stringify(one);
    return;
  }
  checkJsonType(request, options);
  const { charset } = parseContentType(request.headers["content-type"] ?? "");
  const decoder = createTextDecoder(charset);
  const splitter = createJsonSplitter(options.bodyLimit);
  try {
    for await (const chunk of readChunks(request))
      yield* splitter.push(decoder.decode(chunk, { stream: true }));
    yield* splitter.push(decoder.decode());
  } catch (cause) {
    if (cause instanceof RpcError) throw cause;
    throw new RpcError(codes.INVALID_ARGUMENT, `the request body is not valid ${charset} text`, { cause });
  }
  yield* splitter.end();
}

async function* readChunks(request: HttpRequest): AsyncIterable<Buffer> {
  const { parsedBody } = request;
  if (parsedBody !== undefined) {
    const bytes = parsedBody instanceof Uint8Array ? parsedBody : String(parsedBody);
    yield Buffer.from(bytes as string);
    return;
  }
  const body = openBody(request);
  try {
    // A handler that has heard enough must not close the connection before it is answered.
    yield* body.iterator({ destroyOnReturn: false });
  } catch (cause) {
    if (cause instanceof RpcError) throw cause;
    throw body === request.body
      ? new RpcError(codes.CANCELLED, "the client went away before its request was complete", { cause })
      : new RpcError(codes.INVALID_ARGUMENT, "the request body does not match its content encoding", {
          cause,
        });
  }
}
