import type {
  ServerInterceptingCallInterface,
  ServerInterceptor,
  ServerMethodDefinition,
} from "@grpc/grpc-js";
import type { Method } from "../schema/schema.js";
import type { Handler } from "./handler.js";
import { HandlerListener } from "./handler-listener.js";
import type { Message } from "./message.js";
import type { MessageForm } from "./message-form.js";
import { codes, RpcError } from "./rpc-error.js";
import type { ServerCall } from "./server-call.js";
import { WireCall } from "./wire-call.js";

/** A method with the form of the messages that interceptors see. */
export interface InterceptedMethod {
  readonly method: Method;
  readonly messages: MessageForm;
}

/**
 * Put grpc-js's server interceptors around a handler. They run as they do on a `grpc.Server`, whichever protocol a
 * call comes by: the first one is next to the wire, the last one next to the handler.
 *
 * @see https://github.com/grpc/proposal/blob/master/L112-node-server-interceptors.md
 */
export function interceptWithGrpc(
  intercepted: InterceptedMethod,
  interceptors: readonly ServerInterceptor[],
  handler: Handler,
): Handler {
  if (interceptors.length === 0) return handler;
  const definition = describeMethod(intercepted);
  const open = (requests: AsyncIterator<Message>, call: ServerCall) => {
    const wire = new WireCall(call, requests);
    wire.attempt(() => {
      const chain = interceptors.reduce<ServerInterceptingCallInterface>(
        (outer, interceptor) => interceptor(definition, outer),
        wire,
      );
      chain.start(new HandlerListener({ chain, wire, handler, call }));
    });
    return wire.responses;
  };
  const { kind } = handler;
  switch (kind) {
    case "unary":
      return { kind, handle: (request, call) => readAnswer(open(once(request), call)) };
    case "client-streaming":
      return {
        kind,
        handle: (requests, call) => readAnswer(open(requests[Symbol.asyncIterator](), call)),
      };
    case "server-streaming":
      return { kind, handle: (request, call) => open(once(request), call) };
    case "duplex-streaming":
      return { kind, handle: (requests, call) => open(requests[Symbol.asyncIterator](), call) };
  }
}

function describeMethod({
  method: { path, isStreamingRequest, isStreamingResponse },
  messages,
}: InterceptedMethod): ServerMethodDefinition<Message, Message> {
  return {
    path,
    requestStream: isStreamingRequest,
    responseStream: isStreamingResponse,
    requestDeserialize: (bytes) => messages.deserializeRequest(bytes),
    responseSerialize: (message) => Buffer.from(messages.serializeResponse(message)),
  };
}

async function* once(request: Message): AsyncGenerator<Message> {
  yield request;
}

/** A call with one response has succeeded when its status has come after the message. */
async function readAnswer(responses: AsyncIterator<Message>): Promise<Message> {
  const { done, value } = await responses.next();
  if (done === true) throw new RpcError(codes.INTERNAL, "an interceptor sent the status without a message");
  await responses.next();
  return value;
}
