import type protobuf from "protobufjs";
import { createTurns } from "../call/create-turns.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { createTextDecoder, parseContentType } from "../http/content-type.js";
import type { HttpRequest } from "../http/http-message.js";
import { printParsed, readChunks } from "../http/parsed-body.js";
import type { Binding } from "../http-rule/binding.js";
import type { RouteMatch } from "../http-rule/router.js";
import { isHttpBody } from "../schema/well-known.js";
import { createBindableField } from "./bindable-field.js";
import { blameBody } from "./blame-body.js";
import { createFinisher, type RequestDecoderOptions } from "./decode-request.js";
import { createHttpBodyForm } from "./http-body.js";
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
  const { body, method } = binding;
  const finish = createFinisher(binding, options);
  const { create } = options.codecs.message(method.requestType);
  const readTexts = (request: HttpRequest) => splitBody(request, options);
  if (body === undefined) return decodeParts(readNothing, create);
  if (body === "*") {
    return isHttpBody(method.requestType)
      ? decodeParts(readUpload, createPieceWriter(method.requestType, options))
      : decodeParts(readTexts, options.codecs.message(method.requestType).decode);
  }
  const { codec, set, type } = createBindableField(body, options);
  const wrap = (value: unknown): Message => {
    const message = create();
    set(message, value);
    return message;
  };
  if (type === undefined || !isHttpBody(type))
    return decodeParts(readTexts, (text) => wrap(codec.decode(text)));
  const writePiece = createPieceWriter(type, options);
  return decodeParts(readUpload, (data, request) => wrap(writePiece(data, request)));

  /** Each part of the body makes one message. */
  function decodeParts<Part>(
    read: (request: HttpRequest) => AsyncIterable<Part>,
    toMessage: (part: Part, request: HttpRequest) => Message,
  ): MessagesDecoder {
    return async function* (match, request) {
      const nextTurn = createTurns();
      try {
        for await (const part of read(request)) {
          const message = toMessage(part, request);
          finish(message, match, request);
          yield message;
          const turn = nextTurn();
          if (turn !== undefined) await turn;
        }
      } catch (error) {
        throw blameBody(error, binding);
      }
    };
  }
}

/** Where the rule has no body, path and query make one message. */
async function* readNothing(): AsyncIterable<undefined> {
  yield undefined;
}

/** The pieces of an upload; of one that is empty, an empty piece: the path still names what it is for. */
async function* readUpload(request: HttpRequest): AsyncIterable<Buffer> {
  let isEmpty = true;
  for await (const piece of readChunks(request)) {
    isEmpty = false;
    yield piece;
  }
  if (isEmpty) yield Buffer.alloc(0);
}

function createPieceWriter(
  type: protobuf.Type,
  { codecs, representation }: RequestDecoderOptions,
): (data: Buffer, request: HttpRequest) => Message {
  const { create } = codecs.message(type);
  const { write } = createHttpBodyForm(type, representation);
  return (data, { headers }) => write(create(), headers["content-type"] ?? "", data);
}

async function* splitBody(request: HttpRequest, options: RequestDecoderOptions): AsyncIterable<string> {
  const { parsedBody } = request;
  if (typeof parsedBody === "object" && !(parsedBody instanceof Uint8Array)) {
    for (const one of Array.isArray(parsedBody) ? parsedBody : [parsedBody]) yield printParsed(one);
    return;
  }
  checkJsonType(request, options);
  const splitter = createJsonSplitter(options.bodyLimit);
  for await (const text of readText(request)) yield* splitter.push(text);
  yield* splitter.end();
}

async function* readText(request: HttpRequest): AsyncIterable<string> {
  const { parsedBody } = request;
  if (typeof parsedBody === "string") {
    yield parsedBody;
    return;
  }
  const { charset } = parseContentType(request.headers["content-type"] ?? "");
  const decoder = createTextDecoder(charset);
  const decode = (chunk?: Buffer): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new RpcError(codes.INVALID_ARGUMENT, `the request body is not valid ${charset} text`, { cause });
    }
  };
  for await (const chunk of readChunks(request)) yield decode(chunk);
  yield decode();
}
