import type { Endpoint } from "../../call/endpoint.js";
import type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  Handler,
  ServerStreamingHandler,
  UnaryHandler,
} from "../../call/handler.js";
import type { Message } from "../../call/message.js";
import { codes, RpcError } from "../../call/rpc-error.js";
import type { ServerCall } from "../../call/server-call.js";
import { type GrpcHandlerOptions, readOne, readRequest } from "../grpc-handler.js";
import type { GrpcStream } from "./grpc-stream.js";
import type { RequestReader } from "./request-reader.js";

/** Everything that serving one call takes. */
export interface ServedCall {
  readonly endpoint: Endpoint;
  readonly call: ServerCall;
  readonly requests: RequestReader;
  readonly responses: GrpcStream;
  readonly writeStatus: GrpcHandlerOptions["writeStatus"];
}

/** Run the handler of a call between its requests and its responses. Whatever fails is the status of the call. */
export async function serveCall(served: ServedCall): Promise<void> {
  const { call, endpoint, responses, writeStatus } = served;
  try {
    switch (endpoint.method.kind) {
      case "unary": {
        const { handler, request } = await readSingle(served);
        await sendAnswer(served, () => (handler as { handle: UnaryHandler }).handle(request, call));
        break;
      }
      case "client-streaming": {
        const { handle } = endpoint.handler as { handle: ClientStreamingHandler };
        await sendAnswer(served, () => handle(readAll(served), call));
        break;
      }
      case "server-streaming": {
        const { handler, request } = await readSingle(served);
        await sendStream(served, () => (handler as { handle: ServerStreamingHandler }).handle(request, call));
        break;
      }
      case "duplex-streaming": {
        const { handle } = endpoint.handler as { handle: DuplexStreamingHandler };
        await sendStream(served, () => handle(readAll(served), call));
        break;
      }
    }
    call.finish();
    responses.end(call.trailersIfAny);
  } catch (error) {
    call.finish();
    responses.fail(writeStatus(error, call));
  }
}

interface Single {
  readonly handler: Handler;
  readonly request: Message;
}

/** A request that cannot be read is a call that fails, so that interceptors count and log it. */
async function readSingle({ call, endpoint, requests }: ServedCall): Promise<Single> {
  try {
    return readRequest(endpoint, await call.untilCancelled(() => readOnly(requests)));
  } catch (error) {
    if (call.cancelled) throw error;
    return {
      handler: endpoint.failingHandler(error),
      request: endpoint.messages.deserializeRequest(Buffer.alloc(0)),
    };
  }
}

/** @see https://github.com/grpc/grpc/blob/v1.66.0/doc/statuscodes.md for the code of a wrong number of requests */
async function readOnly(requests: RequestReader): Promise<Buffer> {
  const request = await requests.next();
  if (request === undefined) throw new RpcError(codes.UNIMPLEMENTED, "the request has no message");
  if ((await requests.next()) !== undefined) {
    throw new RpcError(codes.UNIMPLEMENTED, "the request has more than one message");
  }
  return request;
}

async function* readAll({ call, endpoint, requests }: ServedCall): AsyncIterable<Message> {
  for (;;) {
    const bytes = await call.untilCancelled(() => requests.next());
    if (bytes === undefined) return;
    yield readOne(endpoint, bytes);
  }
}

async function sendAnswer(served: ServedCall, answer: () => Promise<Message>): Promise<void> {
  const { call, endpoint, responses } = served;
  const message = await call.untilCancelled(answer);
  const written = responses.write(endpoint.messages.serializeResponse(message));
  if (typeof written !== "boolean") await written;
}

async function sendStream(served: ServedCall, respond: () => AsyncIterable<Message>): Promise<void> {
  const { call, endpoint, responses } = served;
  const iterator = respond()[Symbol.asyncIterator]();
  try {
    for (;;) {
      const result = await call.untilCancelled(() => iterator.next());
      if (result.done === true) return;
      const written = responses.write(endpoint.messages.serializeResponse(result.value));
      const isWritable = typeof written === "boolean" ? written : await written;
      if (!isWritable) await call.untilCancelled(() => responses.untilDrained());
    }
  } catch (error) {
    // What a producer throws while it is being closed has nobody left to read it.
    iterator.return?.().then(undefined, () => {});
    throw error;
  }
}
