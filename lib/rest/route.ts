import type { Endpoint } from "../call/endpoint.js";
import type { Message } from "../call/message.js";
import type { MessageForm } from "../call/message-form.js";
import type { HttpRequest } from "../http/http-message.js";
import type { Binding } from "../http-rule/binding.js";
import type { RouteMatch } from "../http-rule/router.js";
import type { JsonCodecs, JsonSwitches } from "../json/codec.js";
import { wireRepresentation } from "../json/handler-form.js";
import { createSerializer } from "../schema/serializer.js";
import { createMessagesDecoder } from "./decode-messages.js";
import { createRequestDecoder } from "./decode-request.js";
import { createMessageEncoder, type MessageEncoder } from "./encode-message.js";
import type { RestSettings } from "./options.js";

/** Everything that is decided about a binding before its first request. */
export interface Route {
  readonly binding: Binding;
  readonly endpoint: Endpoint;
  readonly isStreamingResponse: boolean;
  /** What the handler takes: a message, or a stream of them. */
  decode(match: RouteMatch, request: HttpRequest): Input | Promise<Input>;
  /** The same for a request that could not be read. */
  emptyInput(): Input;
  readonly encoders: Encoders;
  /** The encoders of a request that asks for another form of JSON. */
  encodersWith(switches: JsonSwitches): Encoders;
}

type Input = Message | AsyncIterable<Message>;

export interface Encoders {
  readonly message: MessageEncoder;
  /** For the items of a stream, each of which is one line. */
  readonly item: MessageEncoder;
}

/**
 * Find the route of a binding. It is compiled for its first request, and once more when what serves its method has come
 * to take messages of another form.
 */
export function createRouteTable(
  findEndpoint: (path: string) => Endpoint,
  settings: RestSettings,
): (binding: Binding) => Route {
  const routes = new Map<Binding, { readonly route: Route; readonly messages: MessageForm }>();
  return (binding) => {
    const known = routes.get(binding);
    if (known !== undefined && known.messages === known.route.endpoint.messages) return known.route;
    const endpoint = findEndpoint(binding.method.path);
    const route = compileRoute(binding, endpoint, settings);
    routes.set(binding, { route, messages: endpoint.messages });
    return route;
  };
}

function compileRoute(binding: Binding, endpoint: Endpoint, settings: RestSettings): Route {
  const { isStreamingRequest, isStreamingResponse, requestType } = binding.method;
  // A handler in a form of its own, or in another server, is met with bytes; what they are made of is no handler's.
  const inForm = endpoint.messages.isForeign ? onWire(settings) : settings;
  const toHandler = createRequestConverter(binding, endpoint, inForm);
  const { create } = inForm.codecs.message(requestType);
  const encodersByCodecs = new Map<JsonCodecs, Encoders>();
  const encodersWith = (switches: JsonSwitches): Encoders => {
    const codecs = inForm.codecs.with(switches);
    const known = encodersByCodecs.get(codecs);
    if (known !== undefined) return known;
    const encoders = {
      message: createEncoder(binding, endpoint, { ...inForm, codecs }),
      item: createEncoder(binding, endpoint, { ...inForm, codecs: codecs.with({ pretty: false }) }),
    };
    encodersByCodecs.set(codecs, encoders);
    return encoders;
  };
  return {
    binding,
    endpoint,
    isStreamingResponse,
    decode: withValidation(isStreamingRequest ? decodeMessages() : decodeRequest(), settings),
    emptyInput: () => (isStreamingRequest ? emptyIterable : toHandler(create())),
    encoders: encodersWith({}),
    encodersWith,
  };

  function decodeRequest(): Route["decode"] {
    const decode = createRequestDecoder(binding, inForm);
    if (!endpoint.messages.isForeign) return decode;
    return (match, request) => {
      const message = decode(match, request);
      return message instanceof Promise ? message.then(toHandler) : toHandler(message);
    };
  }

  function decodeMessages(): Route["decode"] {
    const decode = createMessagesDecoder(binding, inForm);
    if (!endpoint.messages.isForeign) return decode;
    return async function* (match: RouteMatch, request: HttpRequest) {
      for await (const message of decode(match, request)) yield toHandler(message);
    };
  }
}

/** What cannot be decoded either is told as without validation. */
function withValidation(decode: Route["decode"], { validate }: RestSettings): Route["decode"] {
  if (validate === undefined) return decode;
  return async (match, sent) => {
    const { request, fault } = await validate(match.binding, sent);
    const input = await decode(match, request);
    if (fault !== undefined) throw fault;
    return input;
  };
}

/** The settings for messages that go from JSON to bytes and back: what is set in them, as the wire has it. */
function onWire(settings: RestSettings): RestSettings {
  return {
    ...settings,
    representation: wireRepresentation,
    codecs: settings.codecs.as(wireRepresentation),
  };
}

const emptyIterable: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

function createRequestConverter(
  { method }: Binding,
  { messages }: Endpoint,
  { representation }: RestSettings,
): (message: Message) => Message {
  if (!messages.isForeign) return (message) => message;
  const { serialize } = createSerializer(method.requestType, representation);
  return (message) => messages.deserializeRequest(serialize(message));
}

function createEncoder(
  binding: Binding,
  { messages }: Endpoint,
  { codecs, representation }: RestSettings,
): MessageEncoder {
  const encoder = createMessageEncoder(binding, codecs, representation);
  if (!messages.isForeign) return encoder;
  const { responseType } = binding.method;
  const decode = (message: Message): Message => responseType.decode(messages.serializeResponse(message));
  if (encoder.kind === "http-body")
    return { kind: "http-body", encode: (message) => encoder.encode(decode(message)) };
  return {
    kind: "json",
    encode: (message) => encoder.encode(decode(message)),
    encodeToSend: (message) => encoder.encodeToSend(decode(message)),
  };
}
