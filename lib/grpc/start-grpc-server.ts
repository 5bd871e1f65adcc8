import { type ChannelOptions, Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import type { ServerCall } from "../call/server-call.js";
import type { Service } from "../schema/schema.js";
import { serviceDefinition } from "../schema/service-definition.js";
import type { Services } from "../services.js";
import { createGrpcHandler } from "./grpc-handler.js";
import { createStatusWriter } from "./grpc-status.js";
import { clearSocketPath, readSocketPath, removeSocket, setSocketMode } from "./unix-socket.js";

export interface GrpcServerOptions {
  /** Where to listen: `"0.0.0.0:50051"`, `"localhost:0"`, `"unix:/run/greeter.sock"`, or several of them. */
  readonly address: string | readonly string[];
  /** TLS for the TCP addresses; without it they are plain. */
  readonly credentials?: ServerCredentials | undefined;
  /** Permissions of Unix sockets: `0o600`, only the same user, unless given. */
  readonly socketMode?: number | undefined;
  /** Milliseconds that `shutdown` waits for calls to end before it cancels them: 10,000 unless given. */
  readonly gracePeriod?: number | undefined;
  /** Show callers what an unexpected exception says. For development. */
  readonly detailedErrors?: boolean | undefined;
  /** Hears of every failure whose text the caller is not shown; written to `console.error` unless given. */
  readonly onError?: ((error: unknown, call: ServerCall) => void) | undefined;
  /** Message sizes, keepalive, connection age and the like, as grpc-js names them. */
  readonly channelOptions?: ChannelOptions | undefined;
}

export interface GrpcServer extends AsyncDisposable {
  readonly server: Server;
  /** What clients can dial, in the order of the addresses asked for: `"127.0.0.1:50051"`, `"unix:/run/x.sock"`. */
  readonly addresses: readonly string[];
  /** Take no new calls, wait for those in flight, cancel what is left after the grace period. */
  shutdown(): Promise<void>;
}

/**
 * Serve services over native gRPC, with the handlers and interceptors that REST runs.
 *
 *     const { addresses, shutdown } = await startGrpcServer(services, {
 *       address: ["127.0.0.1:0", "unix:/tmp/greeter.sock"],
 *     });
 *     addresses   // ["127.0.0.1:41203", "unix:/tmp/greeter.sock"]
 *
 * The file of a Unix socket that a crashed server left is replaced; one that a server listens on is not.
 *
 * @throws Error when an address cannot be listened on.
 */
export async function startGrpcServer(services: Services, options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Server(options.channelOptions);
  const writeStatus = createStatusWriter({
    codecs: services.codecs,
    detailedErrors: options.detailedErrors ?? false,
    onError: options.onError ?? ((error, call) => console.error(`${call.method.fullName} failed:`, error)),
  });
  for (const service of services.schema.services) {
    const handlers = service.methods.map((method) => [
      method.name,
      createGrpcHandler(services.endpoint(method.path), writeStatus),
    ]);
    server.addService(createBytesDefinition(service, services), Object.fromEntries(handlers));
  }
  const credentials = options.credentials ?? ServerCredentials.createInsecure();
  const sockets: string[] = [];
  const addresses: string[] = [];
  try {
    for (const address of [options.address].flat()) {
      const path = readSocketPath(address);
      if (path === undefined) addresses.push(dialable(address, await bind(server, address, credentials)));
      else {
        await clearSocketPath(path);
        await bind(server, `unix:${path}`, ServerCredentials.createInsecure());
        sockets.push(path);
        await setSocketMode(path, options.socketMode ?? 0o600);
        addresses.push(`unix:${path}`);
      }
    }
  } catch (error) {
    server.forceShutdown();
    await Promise.all(sockets.map(removeSocket));
    throw error;
  }

  let stopping: Promise<void> | undefined;
  function shutdown(): Promise<void> {
    stopping ??= drain(server, options.gracePeriod ?? 10_000).then(async () => {
      await Promise.all(sockets.map(removeSocket));
    });
    return stopping;
  }
  return { server, addresses, shutdown, [Symbol.asyncDispose]: shutdown };
}

/** Messages stay bytes in grpc-js; the endpoint that takes them knows their form. */
function createBytesDefinition(service: Service, { representation }: Services): ServiceDefinition {
  const methods = Object.entries(serviceDefinition(service, representation)).map(([name, method]) => [
    name,
    {
      ...method,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
    },
  ]);
  return Object.fromEntries(methods);
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }));
    });
  });
}

/** The address with the port that was bound; an address that stands for all is dialled at the loopback. */
function dialable(address: string, port: number): string {
  const host = address.replace(/^dns:(\/\/\/)?/, "").replace(/:\d+$/, "");
  if (host === "0.0.0.0") return `127.0.0.1:${port}`;
  return host === "[::]" ? `[::1]:${port}` : `${host}:${port}`;
}

function drain(server: Server, gracePeriod: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), gracePeriod);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
