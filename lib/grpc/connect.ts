import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials as credentialsOf,
  type Interceptor as GrpcInterceptor,
} from "@grpc/grpc-js";
import { ConfigError } from "../schema/config-error.js";
import { readSocketPath } from "./unix-socket.js";

/** How a server is reached. */
export interface ConnectionOptions {
  /** TLS; without it the connection is plain. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Message sizes, keepalive, load balancing and the like, as grpc-js names them. */
  readonly channelOptions?: ChannelOptions | undefined;
}

/**
 * Make a connection to a server; it is opened for the first call.
 *
 *     connect("dns:///greeter:50051", {}, [])
 *
 * @throws ConfigError for a target that no server can have.
 */
export function connect(
  target: string,
  options: ConnectionOptions,
  interceptors: readonly GrpcInterceptor[] = [],
): Client {
  checkTarget(target);
  const path = readSocketPath(target);
  return new Client(
    path === undefined ? target : `unix:${path}`,
    options.credentials ?? credentialsOf.createInsecure(),
    { ...options.channelOptions, interceptors: [...interceptors] },
  );
}

function checkTarget(target: unknown): void {
  if (typeof target !== "string" || target === "" || target === "unix:") {
    const message = 'the target of a client is "host:port", "dns:///host:port" or "unix:path"';
    throw new ConfigError([{ message: `${message}, not ${JSON.stringify(target)}` }]);
  }
  const [, scheme, server] = /^(https?|grpcs?):\/\/([^/]*)/i.exec(target) ?? [];
  if (scheme === undefined) return;
  const credentials = /s$/i.test(scheme) ? " and credentials" : "";
  throw new ConfigError([{ message: `the target "${target}" is a URL: give "${server}"${credentials}` }]);
}
