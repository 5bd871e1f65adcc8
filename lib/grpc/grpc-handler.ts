import type {
  Metadata,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedHandleCall,
} from "@grpc/grpc-js";
import type { Endpoint } from "../call/endpoint.js";
import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  Handler,
  ServerStreamingHandler,
  UnaryHandler,
} from "../call/handler.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { ServerCall } from "../call/server-call.js";
import type { WriteStatus } from "../rpc/grpc-status.js";
import { createBinaryCoding, emptyRequest, type MessageCoding } from "../rpc/message-coding.js";
import { withoutTransport } from "../rpc/transport-metadata.js";
import { type GrpcCall, GrpcDoor } from "./grpc-door.js";

/** Messages pass grpc-js as bytes: what they are made of is the endpoint's business. */
type Bytes = Buffer;

export interface GrpcHandlerOptions {
  readonly writeStatus: WriteStatus;
  /** Hears of what goes wrong after a call was answered. */
  readonly onError: (error: unknown, call: ServerCall) => void;
}

/** The grpc-js handler of an endpoint: the same handlers and interceptors that REST runs. */
export function createGrpcHandler(endpoint: Endpoint, options: GrpcHandlerOptions): UntypedHandleCall {
  switch (endpoint.method.kind) {
    case "unary":
      return createUnary(endpoint, options) as UntypedHandleCall;
    case "client-streaming":
      return createClientStreaming(endpoint, options) as UntypedHandleCall;
    case "server-streaming":
      return createServerStreaming(endpoint, options) as UntypedHandleCall;
    case "duplex-streaming":
      return createDuplexStreaming(endpoint, options) as UntypedHandleCall;
  }
}

function createUnary(endpoint: Endpoint, options: GrpcHandlerOptions) {
  const coding = createBinaryCoding(endpoint);
  return (grpcCall: ServerUnaryCall<Bytes, Bytes>, callback: sendUnaryData<Bytes>): void => {
    const call = openCall(endpoint, grpcCall, options);
    const { handler, request } = readRequest(endpoint, coding, grpcCall.request);
    const { handle } = handler as { handle: UnaryHandler };
    sendAnswer(endpoint, call, () => handle(request, call), { ...options, callback });
  };
}

function createClientStreaming(endpoint: Endpoint, options: GrpcHandlerOptions) {
  const coding = createBinaryCoding(endpoint);
  return (grpcCall: ServerReadableStream<Bytes, Bytes>, callback: sendUnaryData<Bytes>): void => {
    const call = openCall(endpoint, grpcCall, options);
    const { handle } = endpoint.handler as { handle: ClientStreamingHandler };
    const answer = () => handle(readRequests(coding, grpcCall, call), call);
    sendAnswer(endpoint, call, answer, { ...options, callback });
  };
}

function createServerStreaming(endpoint: Endpoint, options: GrpcHandlerOptions) {
  const coding = createBinaryCoding(endpoint);
  return (grpcCall: ServerWritableStream<Bytes, Bytes>): void => {
    const call = openCall(endpoint, grpcCall, options);
    const { handler, request } = readRequest(endpoint, coding, grpcCall.request);
    const { handle } = handler as { handle: ServerStreamingHandler };
    void sendResponses(endpoint, call, () => handle(request, call), { ...options, grpcCall });
  };
}

function createDuplexStreaming(endpoint: Endpoint, options: GrpcHandlerOptions) {
  const coding = createBinaryCoding(endpoint);
  return (grpcCall: ServerDuplexStream<Bytes, Bytes>): void => {
    const call = openCall(endpoint, grpcCall, options);
    const { handle } = endpoint.handler as { handle: DuplexStreamingHandler };
    const respond = () => handle(readRequests(coding, grpcCall, call), call);
    void sendResponses(endpoint, call, respond, { ...options, grpcCall });
  };
}

function openCall(
  { method }: Endpoint,
  grpcCall: GrpcCall,
  { onError }: Pick<GrpcHandlerOptions, "onError">,
): ServerCall {
  const call = new ServerCall(method, new GrpcDoor(grpcCall, onError), Number(grpcCall.getDeadline()));
  grpcCall.on("cancelled", () => call.cancel(new RpcError(codes.CANCELLED, "the client went away")));
  // grpc-js has a timer, too, but tells of it only when what was written before it has been sent: never, if the
  // client does not read.
  if (call.deadline !== Number.POSITIVE_INFINITY) {
    call.startTimer(() => new RpcError(codes.DEADLINE_EXCEEDED, "the deadline was exceeded"));
  }
  return call;
}

/** A request that cannot be read is a call that fails, as it is for REST: interceptors count and log it. */
function readRequest(
  endpoint: Endpoint,
  coding: MessageCoding,
  bytes: Bytes,
): { handler: Handler; request: Message } {
  try {
    return { handler: endpoint.handler, request: coding.decode(bytes) };
  } catch (error) {
    return { handler: endpoint.failingHandler(error), request: emptyRequest(endpoint) };
  }
}

async function* readRequests(
  coding: MessageCoding,
  grpcCall: ServerReadableStream<Bytes, Bytes>,
  call: ServerCall,
): AsyncIterable<Message> {
  try {
    // Destroying the stream would end the call before it is answered.
    for await (const bytes of grpcCall.iterator({ destroyOnReturn: false }) as AsyncIterable<Bytes>) {
      yield coding.decode(bytes);
    }
  } catch (error) {
    throw call.cancellation ?? error;
  }
}

function sendAnswer(
  { messages }: Endpoint,
  call: ServerCall,
  answer: () => Promise<Message>,
  {
    callback,
    writeStatus,
  }: Pick<GrpcHandlerOptions, "writeStatus"> & { readonly callback: sendUnaryData<Bytes> },
): void {
  call
    .untilCancelled(async () => Buffer.from(messages.serializeResponse(await answer())))
    .then(
      (bytes) => {
        call.finish();
        callback(null, bytes, readTrailers(call));
      },
      (error) => {
        call.finish();
        callback(writeStatus(error, call));
      },
    );
}

function readTrailers({ trailersIfAny }: ServerCall): Metadata | undefined {
  return trailersIfAny && withoutTransport(trailersIfAny);
}

type ResponseStream = ServerWritableStream<Bytes, Bytes> | ServerDuplexStream<Bytes, Bytes>;

async function sendResponses(
  { messages }: Endpoint,
  call: ServerCall,
  respond: () => AsyncIterable<Message>,
  { grpcCall, writeStatus }: Pick<GrpcHandlerOptions, "writeStatus"> & { readonly grpcCall: ResponseStream },
): Promise<void> {
  let iterator: AsyncIterator<Message> | undefined;
  try {
    iterator = respond()[Symbol.asyncIterator]();
    const opened = iterator;
    for (;;) {
      const result = await call.untilCancelled(() => opened.next());
      if (result.done === true) break;
      const isWritable = grpcCall.write(Buffer.from(messages.serializeResponse(result.value)));
      if (!isWritable) await call.untilCancelled(() => untilDrained(grpcCall));
    }
    call.finish();
    grpcCall.end(readTrailers(call));
  } catch (error) {
    call.finish();
    grpcCall.emit("error", writeStatus(error, call));
    // What a producer throws while it is being closed has nobody left to read it.
    iterator?.return?.().then(undefined, () => {});
  }
}

function untilDrained(grpcCall: ResponseStream): Promise<void> {
  return new Promise((resolve) => grpcCall.once("drain", resolve));
}
