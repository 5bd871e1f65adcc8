import { createServer, type Server as NetServer } from "node:net";
import { type ChannelOptions, Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import type { Service } from "../schema/schema.js";
import { serviceDefinition } from "../schema/service-definition.js";
import type { Services } from "../services.js";
import { createGrpcHandler, type GrpcHandlerOptions } from "./grpc-handler.js";
import { createHandlerOptions, type FaultOptions } from "./handler-options.js";
import type { Health } from "./health.js";
import { type BuiltInOptions, withBuiltInServices } from "./served-services.js";
import { listenOnSocket, printSocketAddress, readSocketPath } from "./unix-socket.js";

export interface GrpcServerOptions extends BuiltInOptions, FaultOptions {
  /**
   * Where to listen: `"0.0.0.0:50051"`, `"localhost:0"`, `"unix:/run/greeter.sock"`, `"unix-abstract:greeter"` (Linux),
   * or several of them.
   */
  readonly address: string | readonly string[];
  /** TLS for the TCP addresses, as `ServerCredentials.createSsl` makes it; without it they are plain. */
  readonly credentials?: ServerCredentials | undefined;
  /** Permissions of Unix sockets: `0o600`, only the same user, unless given. */
  readonly socketMode?: number | undefined;
  /** Milliseconds that `shutdown` waits for calls to end before it cancels them: 10,000 unless given. */
  readonly gracePeriod?: number | undefined;
  /** Message sizes, keepalive, connection age and the like, as grpc-js names them. */
  readonly channelOptions?: ChannelOptions | undefined;
}

export interface GrpcServer extends AsyncDisposable {
  readonly server: Server;
  /** What clients can dial, in the order of the addresses asked for: `"127.0.0.1:50051"`, `"unix:/run/x.sock"`. */
  readonly addresses: readonly string[];
  /** What probes and load balancers are told. */
  readonly health: Health;
  /**
   * Tell probes that nothing is served any more, take no new calls, wait for those in flight, and cancel what is left
   * after the grace period.
   */
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
 * The file of a Unix socket that a crashed server left is replaced; one that a server listens on is not. Reflection
 * and health are served beside the services; interceptors do not see their calls.
 *
 * @throws Error when an address cannot be listened on; then none is.
 */
export async function startGrpcServer(services: Services, options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Server(options.channelOptions);
  const served = withBuiltInServices(services, options);
  for (const each of served.all) addServices(server, each, createHandlerOptions(each, options));
  const sockets = createSocketListener(server, options.socketMode ?? 0o600);
  const credentials = options.credentials ?? ServerCredentials.createInsecure();
  const addresses: string[] = [];
  try {
    for (const address of [options.address].flat()) {
      const path = readSocketPath(address);
      if (path === undefined) addresses.push(dialable(address, await bind(server, address, credentials)));
      else {
        await sockets.listen(path);
        addresses.push(printSocketAddress(path));
      }
    }
  } catch (error) {
    await Promise.all([sockets.close(), drain(server, 0)]);
    throw error;
  }

  let stopping: Promise<void> | undefined;
  function shutdown(): Promise<void> {
    stopping ??= stop();
    return stopping;
  }

  async function stop(): Promise<void> {
    served.stop();
    // The sockets go first: whoever finds the file expects a server behind it.
    await Promise.all([sockets.close(), drain(server, options.gracePeriod ?? 10_000)]);
  }

  return { server, addresses, health: served.health, shutdown, [Symbol.asyncDispose]: shutdown };
}

function addServices(server: Server, services: Services, options: GrpcHandlerOptions): void {
  for (const service of services.schema.services) {
    const handlers = service.methods.map((method) => [
      method.name,
      createGrpcHandler(services.endpoint(method.path), options),
    ]);
    server.addService(createBytesDefinition(service, services), Object.fromEntries(handlers));
  }
}

/** grpc-js cuts long paths and knows no permissions: it is given the connections, not the sockets. */
function createSocketListener(server: Server, mode: number) {
  const listening: { readonly socketServer: NetServer; readonly release: () => Promise<void> }[] = [];
  return {
    async listen(path: string): Promise<void> {
      const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
      const socketServer = createServer((socket) => injector.injectConnection(socket));
      listening.push({ socketServer, release: await listenOnSocket(socketServer, path, mode) });
    },
    async close(): Promise<void> {
      for (const { socketServer, release } of listening) {
        socketServer.close();
        await release();
      }
    },
  };
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
