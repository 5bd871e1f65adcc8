import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials as credentialsOf,
  type Interceptor as GrpcInterceptor,
} from "@grpc/grpc-js";
import { ConfigError } from "../schema/config-error.js";
import { findTargetFault } from "./find-target-fault.js";
import { type LimitConnecting, limitConnecting } from "./limit-connecting.js";
import { readSocketPath } from "./unix-socket.js";

/** How a server is reached. */
export interface ConnectionOptions {
  /** TLS; without it the connection is plain. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Message sizes, keepalive, load balancing and the like, as grpc-js names them. */
  readonly channelOptions?: ChannelOptions | undefined;
  /** Milliseconds until calls that wait for a connection are UNAVAILABLE: 20,000 unless given. */
  readonly connectTimeout?: number | undefined;
}

export interface Connection {
  readonly client: Client;
  /** To be told of every call, which otherwise might wait for a connection for ever. */
  readonly limitConnecting: LimitConnecting;
}

/**
 * Make a connection to a server; it is opened for the first call.
 *
 *     const { client } = connect("dns:///greeter:50051", {}, []);
 *
 * @throws ConfigError for a target that no server can have, and for a time that is none.
 */
export function connect(
  target: string,
  options: ConnectionOptions,
  interceptors: readonly GrpcInterceptor[] = [],
): Connection {
  const { connectTimeout = 20_000 } = options;
  const faults = [findTargetFault(target), findTimeoutFault(connectTimeout)];
  const messages = faults.filter((fault) => fault !== undefined);
  if (messages.length > 0) throw new ConfigError(messages.map((message) => ({ message })));
  const path = readSocketPath(target);
  const client = new Client(
    path === undefined ? target : `unix:${path}`,
    options.credentials ?? credentialsOf.createInsecure(),
    { ...options.channelOptions, interceptors: [...interceptors] },
  );
  return { client, limitConnecting: limitConnecting(client.getChannel(), target, connectTimeout) };
}

function findTimeoutFault(timeout: number): string | undefined {
  if (typeof timeout === "number" && timeout > 0) return undefined;
  return `option "connectTimeout" takes milliseconds, more than 0, not ${JSON.stringify(timeout)}`;
}
