import {
  create,
  createFileRegistry,
  type DescMethodStreaming,
  type DescMethodUnary,
  type DescService,
  type Message as EsMessage,
  type FileRegistry,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { Metadata } from "@grpc/grpc-js";
import { type ErrorDetail, type Message, RpcError } from "../../lib/index.js";
import { describeFiles } from "../../lib/schema/describe-files.js";
import type { Services } from "../../lib/services.js";
import type { RestCallOptions } from "./rest-client.js";

type Input = Message | AsyncIterable<Message>;

/**
 * The methods of a service through a transport of connect-es, as `createClient` has them: with messages in the
 * services' form, whose bytes are common ground.
 */
export function createConnectClient(services: Services, service: string, transport: Transport) {
  const definition = services.definition(service);
  const { methods } = findService(service, services);
  const entries = methods.map((method) => {
    const { requestSerialize, responseDeserialize } = definition[method.name]!;
    const write = (message: Message) => fromBinary(method.input, requestSerialize(message));
    const read = (message: EsMessage) => responseDeserialize(Buffer.from(toBinary(method.output, message)));
    // The kind of a method tells which of the two it is.
    const call = (input: Input, options: RestCallOptions = {}) => {
      if (method.methodKind === "unary") return callUnary(method as DescMethodUnary, input, options);
      const answers = callStream(method as DescMethodStreaming, input, options);
      return method.methodKind === "client_streaming" ? only(answers) : answers;
    };

    async function callUnary(unary: DescMethodUnary, message: Message, options: RestCallOptions) {
      const { signal, timeout, onMetadata, onTrailers } = options;
      try {
        const answer = await transport.unary(unary, signal, timeout, toHeaders(options), write(message));
        onMetadata?.(toMetadata(answer.header));
        onTrailers?.(toMetadata(answer.trailer));
        return read(answer.message);
      } catch (error) {
        throw toRpcError(error, services);
      }
    }

    async function* callStream(
      stream: DescMethodStreaming,
      messages: Input,
      options: RestCallOptions,
    ): AsyncGenerator<Message> {
      const { timeout, onMetadata, onTrailers } = options;
      const leaving = new AbortController();
      const signal = AbortSignal.any([
        leaving.signal,
        ...(options.signal === undefined ? [] : [options.signal]),
      ]);
      async function* requests() {
        if (!(Symbol.asyncIterator in messages)) yield write(messages);
        else for await (const message of messages as AsyncIterable<Message>) yield write(message);
      }
      try {
        const answer = await transport.stream(stream, signal, timeout, toHeaders(options), requests());
        onMetadata?.(toMetadata(answer.header));
        for await (const message of answer.message) yield read(message);
        onTrailers?.(toMetadata(answer.trailer));
      } catch (error) {
        throw toRpcError(error, services);
      } finally {
        leaving.abort();
      }
    }

    return [method.localName, call] as const;
  });
  return Object.fromEntries(entries);
}

async function only(answers: AsyncIterable<Message>): Promise<Message> {
  let last: Message | undefined;
  for await (const answer of answers) last = answer;
  if (last === undefined) throw new RpcError(13, "the server answered nothing");
  return last;
}

/** A service is the same in every spec that has one of its name. */
const known = new Map<string, DescService>();

function findService(name: string, services: Services): DescService {
  const service = known.get(name) ?? createTypeRegistry(services).getService(name);
  if (service === undefined) throw new Error(`there is no service ${name}`);
  known.set(name, service);
  return service;
}

/** All that was loaded, for the messages that an Any holds, too. */
function createTypeRegistry(services: Services): FileRegistry {
  const files = new Map(
    describeFiles(services.schema).map(({ bytes }) => {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      return [file.name, file];
    }),
  );
  // A registry wants files after those that they import.
  const sorted = new Set<FileDescriptorProto>();
  const add = (name: string) => {
    const file = files.get(name);
    if (file === undefined || sorted.has(file)) return;
    for (const imported of file.dependency) add(imported);
    sorted.add(file);
  };
  for (const name of files.keys()) add(name);
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...sorted] }));
}

function toHeaders({ metadata = {} }: RestCallOptions): Headers {
  const texts = Object.entries(metadata).map(([name, value]): [string, string] => [
    name,
    typeof value === "string" ? value : value.toString("base64"),
  ]);
  return new Headers(texts);
}

/** Everything but what HTTP and the protocols have put there. */
function toMetadata(headers: Headers): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of headers) {
    if (/^(accept|content-|date$|connect|keep-alive$|transfer-|vary$|x-powered|x-accel|grpc-)/.test(name))
      continue;
    metadata.add(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
  }
  return metadata;
}

function toRpcError(error: unknown, services: Services): RpcError {
  const { code, rawMessage, details, metadata } = ConnectError.from(error);
  const decoded = details.flatMap((detail): ErrorDetail[] =>
    "type" in detail
      ? [
          JSON.parse(
            services.codecs.encodeDetail({
              typeUrl: `type.googleapis.com/${detail.type}`,
              value: detail.value,
            }),
          ),
        ]
      : [],
  );
  return new RpcError(code, rawMessage, { details: decoded, metadata: toMetadata(metadata), cause: error });
}
