import { setTimeout as sleep } from "node:timers/promises";
import { Metadata } from "@grpc/grpc-js";
import {
  getHttpContext,
  type HandlerCall,
  type Message,
  RpcError,
  type Services,
  status,
} from "../../lib/index.js";

// The service that the conformance suite of Connect calls; what it has to do is told in its service.proto. Requests
// say what they are to be answered.

interface Header {
  readonly name: string;
  readonly value: readonly string[];
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details: readonly Message[];
}

interface Definition {
  readonly responseHeaders: readonly Header[];
  readonly responseTrailers: readonly Header[];
  readonly responseDelayMs: number;
  readonly error?: Failure;
}

interface UnaryDefinition extends Definition {
  readonly responseData: Buffer | null;
}

interface StreamDefinition extends Definition {
  readonly responseData: readonly Buffer[];
}

/** The names of the suite's types are those of one package. */
const suite = "connectrpc.conformance.v1";

export function createConformanceService(services: Services) {
  const codes = services.schema.root.lookupEnum(`${suite}.Code`).values;

  function asAny(type: string, message: Message): Message {
    const { encode, toBinary } = services.json(`${suite}.${type}`);
    return { typeUrl: `type.googleapis.com/${suite}.${type}`, value: toBinary(encode(message)) };
  }

  async function answerOne(
    call: HandlerCall,
    requests: readonly Message[],
    definition: UnaryDefinition | null,
  ): Promise<Message> {
    const requestInfo = describe(call, requests);
    if (definition === null) return { payload: { requestInfo } };
    send(call, definition);
    await sleep(definition.responseDelayMs);
    if (definition.error) throw toError(definition.error, requestInfo);
    return { payload: { data: definition.responseData, requestInfo } };
  }

  function toError({ code, message, details }: Failure, requestInfo?: Message): RpcError {
    const all =
      requestInfo === undefined
        ? details
        : [...details, asAny("ConformancePayload.RequestInfo", requestInfo)];
    const { encode } = services.json("google.protobuf.Any");
    return new RpcError(codes[code] ?? status.UNKNOWN, message, {
      details: all.map((any) => JSON.parse(encode(any))),
    });
  }

  return {
    unary: (call: HandlerCall) =>
      answerOne(call, [asAny("UnaryRequest", call.request)], call.request.responseDefinition),

    idempotentUnary: (call: HandlerCall) =>
      answerOne(call, [asAny("IdempotentUnaryRequest", call.request)], call.request.responseDefinition),

    async clientStream(call: HandlerCall) {
      const requests: Message[] = [];
      let definition: UnaryDefinition | null | undefined;
      for await (const request of call) {
        definition ??= request.responseDefinition;
        requests.push(asAny("ClientStreamRequest", request));
      }
      return answerOne(call, requests, definition ?? null);
    },

    async *serverStream(call: HandlerCall) {
      const { responseDefinition } = call.request;
      yield* answerMany(call, [asAny("ServerStreamRequest", call.request)], responseDefinition);
    },

    async *bidiStream(call: HandlerCall) {
      const requests = call[Symbol.asyncIterator]();
      const first = await requests.next();
      if (first.done === true) return;
      const definition: StreamDefinition | null = first.value.responseDefinition;
      const heard = [asAny("BidiStreamRequest", first.value)];
      if (first.value.fullDuplex !== true) {
        for (let next = await requests.next(); next.done !== true; next = await requests.next())
          heard.push(asAny("BidiStreamRequest", next.value));
        yield* answerMany(call, heard, definition);
        return;
      }
      if (definition === null) return;
      send(call, definition);
      let isFirst = true;
      for (const data of definition.responseData) {
        await sleep(definition.responseDelayMs);
        const requestInfo = isFirst ? describe(call, heard) : { requests: [...heard] };
        yield { payload: { data, requestInfo } };
        isFirst = false;
        heard.length = 0;
        const next = await requests.next();
        if (next.done !== true) heard.push(asAny("BidiStreamRequest", next.value));
      }
      if (definition.error) throw toError(definition.error, isFirst ? describe(call, heard) : undefined);
    },
  };

  async function* answerMany(
    call: HandlerCall,
    requests: readonly Message[],
    definition: StreamDefinition | null,
  ) {
    if (definition === null) return;
    send(call, definition);
    let requestInfo: Message | undefined = describe(call, requests);
    for (const data of definition.responseData) {
      await sleep(definition.responseDelayMs);
      yield { payload: { data, requestInfo } };
      requestInfo = undefined;
    }
    if (definition.error) throw toError(definition.error, requestInfo);
  }
}

/** Response headers go at once, for clients that wait for them; trailers when the call ends. */
function send(call: HandlerCall, { responseHeaders, responseTrailers }: Definition): void {
  const headers = toMetadata(responseHeaders);
  if (Object.keys(headers.getMap()).length > 0) call.sendMetadata(headers);
  call.trailers.merge(toMetadata(responseTrailers));
}

function toMetadata(headers: readonly Header[]): Metadata {
  const metadata = new Metadata();
  for (const { name, value } of headers) {
    for (const one of value) metadata.add(name, name.endsWith("-bin") ? Buffer.from(one, "base64") : one);
  }
  return metadata;
}

/** The `RequestInfo` of a call. */
function describe(call: HandlerCall, requests: readonly Message[]): Message {
  const deadline = call.getDeadline();
  const query = findGetQuery(call);
  return {
    requestHeaders: Object.keys(call.metadata.getMap()).map((name) => ({
      name,
      value: call.metadata.get(name).map((one) => (typeof one === "string" ? one : one.toString("base64"))),
    })),
    ...(deadline === Number.POSITIVE_INFINITY
      ? {}
      : { timeoutMs: Math.max(0, Math.round(deadline - Date.now())) }),
    requests,
    ...(query === undefined
      ? {}
      : { connectGetInfo: { queryParams: [...query].map(([name, value]) => ({ name, value: [value] })) } }),
  };
}

function findGetQuery(call: HandlerCall): URLSearchParams | undefined {
  const { req } = getHttpContext(call) ?? {};
  return req?.method === "GET" ? new URL(req.url ?? "/", "http://host").searchParams : undefined;
}
