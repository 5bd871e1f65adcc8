import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { codes, RpcError } from "../call/rpc-error.js";
import type { SchemaFile } from "../schema/schema.js";
import type { ClientCallOptions } from "./client-call-options.js";
import type { ConnectionOptions } from "./connect.js";
import { createClient } from "./create-client.js";
import { loadReflection, type ReflectionProtocol } from "./reflection-protocol.js";

export interface ReflectOptions extends ConnectionOptions {
  /** What the server asks of those who want to know. */
  readonly metadata?: ClientCallOptions["metadata"];
  /** Milliseconds for each of its answers. */
  readonly timeout?: number | undefined;
}

/** What a server tells of itself. */
export interface ReflectedServices {
  /** Full names, without those of reflection itself. */
  readonly names: readonly string[];
  /** A serialized `google.protobuf.FileDescriptorSet` with everything that they are made of. */
  readonly descriptorSet: Uint8Array;
}

/**
 * Ask a server for its services, by `grpc.reflection.v1` or else by `v1alpha`.
 *
 *     const { descriptorSet } = await reflectServices("localhost:50051");
 *     const services = await loadServices(descriptorSet);
 *
 * @throws RpcError UNIMPLEMENTED if the server has no reflection, UNAVAILABLE if it cannot be reached, or what it says.
 */
export async function reflectServices(
  target: string,
  options: ReflectOptions = {},
): Promise<ReflectedServices> {
  try {
    return await readServices(loadReflection("v1"), target, options);
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== codes.UNIMPLEMENTED) throw error;
  }
  return readServices(loadReflection("v1alpha"), target, options);
}

async function readServices(
  { services, serviceName }: ReflectionProtocol,
  target: string,
  { metadata, timeout, ...options }: ReflectOptions,
): Promise<ReflectedServices> {
  const client = createClient(services.definition(serviceName), target, options);
  const ask: Ask = async (requests) => {
    const responses: ReflectionResponse[] = [];
    for await (const response of client.serverReflectionInfo(requests, { metadata, timeout }))
      responses.push(response);
    return responses;
  };
  try {
    const [list] = await ask([{ listServices: "*" }]);
    const listed = list?.listServicesResponse?.service ?? [];
    const names = listed.map(({ name }) => name).filter((name) => !name.startsWith("grpc.reflection."));
    return { names, descriptorSet: joinFiles(await readFiles(names, ask)) };
  } finally {
    client.close();
  }
}

type Ask = (requests: readonly ReflectionRequest[]) => Promise<readonly ReflectionResponse[]>;

type ReflectionRequest =
  | { readonly listServices: string }
  | { readonly fileContainingSymbol: string }
  | { readonly fileByFilename: string };

interface ReflectionResponse {
  readonly listServicesResponse: { readonly service: readonly { readonly name: string }[] } | null;
  readonly fileDescriptorResponse: { readonly fileDescriptorProto: readonly Uint8Array[] } | null;
  readonly errorResponse: { readonly errorCode: number; readonly errorMessage: string } | null;
}

/** The files that declare services, with all that they import. */
async function readFiles(names: readonly string[], ask: Ask): Promise<readonly SchemaFile[]> {
  const files = new Map<string, SchemaFile>();
  const imports = new Set<string>();
  const asked = new Set<string>();
  const responses = await ask(names.map((name) => ({ fileContainingSymbol: name })));
  for (const [i, name] of names.entries()) {
    const { errorResponse } = responses[i] ?? {};
    if (errorResponse) {
      const { errorCode, errorMessage } = errorResponse;
      throw new RpcError(errorCode, `no descriptor of ${name}: ${errorMessage}`);
    }
  }
  collect(responses);
  // Many servers send the imports along, others wait to be asked. One that they do not have may be known here.
  for (let missing = findMissing(); missing.length > 0; missing = findMissing()) {
    for (const name of missing) asked.add(name);
    collect(await ask(missing.map((name) => ({ fileByFilename: name }))));
  }
  return [...files.values()];

  function collect(received: readonly ReflectionResponse[]): void {
    for (const bytes of received.flatMap((one) => one.fileDescriptorResponse?.fileDescriptorProto ?? [])) {
      const file = descriptor.FileDescriptorProto.decode(bytes) as descriptor.IFileDescriptorProto;
      const dependencies: readonly string[] = file.dependency ?? [];
      files.set(file.name ?? "", { name: file.name ?? "", bytes });
      for (const name of dependencies) imports.add(name);
    }
  }

  function findMissing(): readonly string[] {
    return [...imports].filter((name) => !files.has(name) && !asked.has(name));
  }
}

/** Field 1 of a `FileDescriptorSet`, for each file. */
function joinFiles(files: readonly SchemaFile[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const { bytes } of files) writer.uint32((1 << 3) | 2).bytes(bytes);
  return writer.finish();
}
