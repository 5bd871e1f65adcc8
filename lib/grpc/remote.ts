import type { Implementation } from "../call/endpoint.js";
import type { Message } from "../call/message.js";
import type { MessageForm } from "../call/message-form.js";
import type { ServerCall } from "../call/server-call.js";
import type { JsonCodecs } from "../json/codec.js";
import { withoutTransport } from "../rpc/transport-metadata.js";
import type { Representation } from "../schema/representation.js";
import type { Method } from "../schema/schema.js";
import { createSerializer } from "../schema/serializer.js";
import { type CalledMethod, createCaller, type OutgoingCall } from "./call-server.js";
import { type ConnectionOptions, connect } from "./connect.js";
import { createErrorReader } from "./read-service-error.js";
import { toBuffer } from "./to-buffer.js";

/** A server that calls are forwarded to. */
export interface Remote {
  /** What serves a method there: with messages as handlers see them, and with bytes passed on as they are. */
  implement(method: Method, messages: MessageForm): { implementation: Implementation; bare: Implementation };
  close(): void;
}

export interface RemoteContext {
  readonly codecs: JsonCodecs;
  readonly representation: Representation;
}

/**
 * Reach a server; the connection is opened for the first call.
 *
 * Metadata, deadline and cancellation of a call go there; response metadata, messages, trailers and the status with its
 * details come back. Neither side is read faster than the other takes it.
 */
export function createRemote(
  target: string,
  options: ConnectionOptions,
  { codecs, representation }: RemoteContext,
): Remote {
  const connection = connect(target, options);
  const readError = createErrorReader(target, () => codecs);
  return {
    implement(method, messages) {
      const called = describeMethod(method, representation);
      const implementation = { handler: createCaller(connection, called, readError, forward), messages };
      const asBytes = { ...called, requestSerialize: toBuffer, responseDeserialize: passOn };
      const bare = { handler: createCaller(connection, asBytes, readError, forward), messages: bytesForm };
      return { implementation, bare };
    },
    close: () => connection.client.close(),
  };
}

/** Messages that are their own bytes. */
const bytesForm: MessageForm = {
  deserializeRequest: passOn,
  serializeResponse: toBuffer,
  isForeign: true,
};

function passOn(bytes: Uint8Array): Message {
  return bytes;
}

/** Serializers are compiled for their first message: a large API has thousands that are never used. */
function describeMethod(method: Method, representation: Representation): CalledMethod {
  const { path, isStreamingRequest, isStreamingResponse, requestType, responseType } = method;
  let request: ReturnType<typeof createSerializer> | undefined;
  let response: ReturnType<typeof createSerializer> | undefined;
  return {
    path,
    requestStream: isStreamingRequest,
    responseStream: isStreamingResponse,
    requestSerialize(message) {
      request ??= createSerializer(requestType, representation);
      return request.serialize(message);
    },
    responseDeserialize(bytes) {
      response ??= createSerializer(responseType, representation);
      return response.deserialize(bytes);
    },
  };
}

/** What there is to send for a call: all of it but its request. */
function forward(call: ServerCall): OutgoingCall {
  return {
    metadata: withoutTransport(call.metadata),
    deadline: call.deadline,
    onMetadata: (metadata) => call.sendMetadata(metadata),
    onTrailers: (trailers) => call.trailers.merge(trailers),
    findCancellation: () => call.cancellation,
    onCancel(listener) {
      call.onCancel(listener);
      return () => call.forgetCancel(listener);
    },
  };
}
