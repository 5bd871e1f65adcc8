import http from "node:http";
import { Metadata } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { type ErrorDetail, RpcError } from "../../lib/call/rpc-error.js";
import type { Binding } from "../../lib/http-rule/binding.js";
import type { Message } from "../../lib/index.js";
import type { Services } from "../../lib/services.js";
import { printRequest } from "./print-request.js";

export interface RestCallOptions {
  readonly metadata?: Readonly<Record<string, string | Buffer>>;
  /** Milliseconds from now. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onMetadata?: (metadata: Metadata) => void;
  readonly onTrailers?: (trailers: Metadata) => void;
}

/** Calls the method of any binding over HTTP/1.1, as a native client would: with messages in the services' form. */
export interface RestClient {
  call(binding: Binding, input: Message | AsyncIterable<Message>, options?: RestCallOptions): unknown;
  close(): void;
}

/** @param address a port on 127.0.0.1, with the path that the routes are mounted at. */
export function createRestClient(services: Services, address: { port: number; mount?: string }): RestClient {
  const agent = new http.Agent({ keepAlive: true });

  function start(binding: Binding, input: Message | AsyncIterable<Message>, options: RestCallOptions) {
    const type = binding.method.requestType.fullName.slice(1);
    const isStream = Symbol.asyncIterator in input;
    const { encode } = services.json(type);
    const printed = printRequest(binding, JSON.parse(isStream ? "{}" : encode(input)));
    const request = http.request({
      agent,
      host: "127.0.0.1",
      port: address.port,
      method: printed.httpMethod,
      path: `${address.mount ?? ""}${printed.target}`,
      headers: {
        te: "trailers",
        ...(printed.body === undefined ? {} : { "content-type": "application/json" }),
        ...(options.timeout === undefined ? {} : { "grpc-timeout": `${options.timeout}m` }),
        ...Object.fromEntries(
          Object.entries(options.metadata ?? {}).map(([name, value]) => [
            name,
            typeof value === "string" ? value : value.toString("base64"),
          ]),
        ),
      },
    });
    const abort = () => request.destroy();
    options.signal?.addEventListener("abort", abort);
    request.once("close", () => options.signal?.removeEventListener("abort", abort));
    const response = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once("response", resolve);
      request.once("error", (cause) => reject(new RpcError(1, "the call was cancelled", { cause })));
    });
    if (isStream) void sendMessages(request, input as AsyncIterable<Message>, encode);
    else request.end(printed.body);
    return response;
  }

  async function open(response: http.IncomingMessage, options: RestCallOptions): Promise<void> {
    options.onMetadata?.(toMetadata(response.rawHeaders));
    if (response.statusCode === undefined || response.statusCode < 400) return;
    const text = await readText(response);
    throw toError(JSON.parse(text), toMetadata(response.rawHeaders));
  }

  async function callForOne(
    binding: Binding,
    input: Message | AsyncIterable<Message>,
    options: RestCallOptions,
  ): Promise<Message> {
    const response = await start(binding, input, options);
    await open(response, options);
    const text = await readText(response);
    options.onTrailers?.(toMetadata(response.rawTrailers));
    const { responseBody, method } = binding;
    const json = responseBody === undefined ? text : `{"${responseBody.jsonName}":${text}}`;
    return services.json(method.responseType.fullName.slice(1)).decode(json);
  }

  async function* callForMany(
    binding: Binding,
    input: Message | AsyncIterable<Message>,
    options: RestCallOptions,
  ): AsyncGenerator<Message> {
    const response = await start(binding, input, options);
    await open(response, options);
    const { decode } = services.json(binding.method.responseType.fullName.slice(1));
    try {
      for await (const line of readLines(response)) {
        if (line.startsWith('{"error":')) throw toError(JSON.parse(line).error, toMetadata([]));
        yield decode(line);
      }
      if (!response.complete) throw new RpcError(1, "the response was cut off");
      options.onTrailers?.(toMetadata(response.rawTrailers));
    } catch (cause) {
      throw options.signal?.aborted === true ? new RpcError(1, "the call was cancelled", { cause }) : cause;
    } finally {
      response.destroy();
    }
  }

  return {
    call(binding, input, options = {}) {
      const { kind } = binding.method;
      return kind === "unary" || kind === "client-streaming"
        ? callForOne(binding, input, options)
        : callForMany(binding, input, options);
    },
    close: () => agent.destroy(),
  };
}

async function sendMessages(
  request: http.ClientRequest,
  messages: AsyncIterable<Message>,
  encode: (message: Message) => string,
): Promise<void> {
  // A server may answer before it has read everything.
  request.on("error", () => {});
  request.flushHeaders();
  for await (const message of messages) {
    if (request.destroyed) return;
    if (!request.write(`${encode(message)}\n`)) await untilDrained(request);
  }
  request.end();
}

function untilDrained(request: http.ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      request.off("drain", done).off("close", done);
      resolve();
    };
    request.once("drain", done).once("close", done);
  });
}

/** The lines of a body, read no faster than they are asked for: readline would keep a thousand of them ready. */
async function* readLines(response: http.IncomingMessage): AsyncGenerator<string> {
  let begun = "";
  for await (const piece of response.setEncoding("utf8")) {
    const lines = (begun + piece).split("\n");
    begun = lines.pop() ?? "";
    yield* lines;
  }
  if (begun !== "") yield begun;
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function toError(
  status: { code: number; message: string; details: ErrorDetail[] },
  metadata: Metadata,
): RpcError {
  return new RpcError(status.code, status.message, { details: status.details, metadata });
}

/** Everything but what HTTP itself has put there. */
function toMetadata(raw: readonly string[]): Metadata {
  const metadata = new Metadata();
  for (let i = 0; i < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase();
    const value = String(raw[i + 1]);
    if (/^(content-|date$|connection$|keep-alive$|transfer-|trailer$|x-powered-by$|grpc-)/.test(name))
      continue;
    metadata.add(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
  }
  return metadata;
}

/** The main binding of a method, or the one that the annotation lists at `index`. */
export function bindingOf(services: Services, path: string, index = 0): Binding {
  const binding = services.bindings.find((one) => one.method.path === path && one.index === index);
  if (binding === undefined) throw new Error(`${path} has no binding ${index}`);
  return binding;
}

/** Is the field there for `body` or `response_body`, rather than a word such as `"*"`? */
export function isField(value: unknown): value is protobuf.Field {
  return value instanceof protobuf.Field;
}
