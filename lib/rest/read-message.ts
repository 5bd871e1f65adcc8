import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import type { HttpRequest } from "../http/http-message.js";
import { readBytes } from "../http/parsed-body.js";
import type { Binding } from "../http-rule/binding.js";
import { isHttpBody } from "../schema/well-known.js";
import { createQueryBinder, type QueryBinderOptions } from "./bind-query.js";
import { createBindableField } from "./bindable-field.js";
import { createHttpBodyForm } from "./http-body.js";
import { readFormText } from "./read-form-text.js";
import { type JsonTextOptions, readJsonText } from "./read-json-text.js";

/** A form is read as a query is. */
export interface BodyReaderOptions extends JsonTextOptions, Omit<QueryBinderOptions, "bound"> {}

/**
 * Reads the part of a request message that is in the HTTP body.
 *
 * @param finish sets the rest, told the JSON text of the body; it is given here and not waited for, because each wait is
 *   a part of the cost of a call that can be seen.
 */
export type BodyReader = (
  request: HttpRequest,
  finish: (message: Message, text: string) => Message,
) => Message | Promise<Message>;

export function createBodyReader(binding: Binding, options: BodyReaderOptions): BodyReader {
  const { body, method } = binding;
  const { create } = options.codecs.message(method.requestType);
  if (body === undefined) return (_, finish) => finish(create(), "");
  if (body !== "*") return createFieldReader(body, create, options);
  if (isHttpBody(method.requestType)) {
    const read = createHttpBodyReader(method.requestType, options);
    return async (request, finish) => finish(await read(request), "");
  }
  return createWholeReader(binding, options);
}

/** The whole message, as JSON or as a form, which is read as a query would be; the path is written over it. */
function createWholeReader(binding: Binding, options: BodyReaderOptions): BodyReader {
  const { requestType } = binding.method;
  const { create, decode } = options.codecs.message(requestType);
  const bindForm = createQueryBinder(requestType, { ...options, bound: new Map() });
  return (request, finish) => {
    const form = readFormText(request, options.bodyLimit);
    if (form === undefined) {
      return readJsonText(request, options, (text) => finish(text === "" ? create() : decode(text), text));
    }
    return form.then((text) => {
      const message = create();
      bindForm(message, text);
      return finish(message, "");
    });
  };
}

function createFieldReader(
  field: protobuf.Field,
  create: () => Message,
  options: BodyReaderOptions,
): BodyReader {
  const { codec, set, type, createMessage } = createBindableField(field, options);
  if (type !== undefined && isHttpBody(type)) {
    const read = createHttpBodyReader(type, options);
    return async (request, finish) => {
      const message = create();
      set(message, await read(request));
      return finish(message, "");
    };
  }
  return (request, finish) =>
    readJsonText(request, options, (text) => {
      const message = create();
      if (text !== "") set(message, codec.decode(text));
      // No body is a message without fields, but no number and no text.
      else if (type !== undefined) set(message, createMessage());
      return finish(message, text);
    });
}

function createHttpBodyReader(
  type: protobuf.Type,
  options: BodyReaderOptions,
): (request: HttpRequest) => Promise<Message> {
  const { create } = options.codecs.message(type);
  const { write } = createHttpBodyForm(type, options.representation);
  return async (request) => {
    const data = await readBytes(request, options.bodyLimit);
    return write(create(), request.headers["content-type"] ?? "", data);
  };
}
