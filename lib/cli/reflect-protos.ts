import { codes, RpcError } from "../call/rpc-error.js";
import { type ReflectedServices, type ReflectOptions, reflectServices } from "../grpc/reflect-services.js";
import type { LoadOptions } from "../schema/load-schema.js";
import { loadServices } from "../services.js";
import type { LoadedProtos } from "./load-protos.js";

/**
 * Load the services of a running server, as it tells them.
 *
 * @throws Error that says what to do when it does not.
 */
export async function reflectProtos(
  target: string,
  options: ReflectOptions,
  load: LoadOptions,
): Promise<LoadedProtos> {
  const { names, descriptorSet } = await reflect(target, options);
  if (names.length === 0) throw new Error(`${target} has no services`);
  const services = await loadServices(descriptorSet, load);
  return { services, own: services.schema.services.filter(({ fullName }) => names.includes(fullName)) };
}

async function reflect(target: string, options: ReflectOptions): Promise<ReflectedServices> {
  try {
    return await reflectServices(target, { timeout: 10_000, ...options });
  } catch (cause) {
    if (!(cause instanceof RpcError)) throw cause;
    throw new Error(explain(cause, target, options.credentials !== undefined), { cause });
  }
}

function explain({ code, message }: RpcError, target: string, isTls: boolean): string {
  switch (code) {
    case codes.UNIMPLEMENTED:
      return `${target} has no server reflection: name its .proto files, or a descriptor set`;
    case codes.DEADLINE_EXCEEDED:
      return `${target} does not answer`;
    case codes.UNAUTHENTICATED:
    case codes.PERMISSION_DENIED:
      return `${target} does not tell its services: ${message}; --reflect-header 'authorization: …' sends it a token`;
    case codes.UNAVAILABLE:
      return isTls || !isOddServer.test(message) ? message : `${message}; if it speaks TLS, add --tls`;
    default:
      return `${target} does not tell its services: ${message}`;
  }
}

/** grpc-js's words for a server that is there, but speaks no plain HTTP/2. */
const isOddServer = /Failed to connect|Connection dropped|Protocol error|ECONNRESET/;
