import { type ChannelOptions, Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import { checkOptionNames } from "../schema/check-option-names.js";
import { ConfigError } from "../schema/config-error.js";
import type { Service } from "../schema/schema.js";
import { serviceDefinition } from "../schema/service-definition.js";
import type { Services } from "../services.js";
import type { FaultOptions } from "./handler-options.js";
import type { Health } from "./health.js";
import { createActingHandlers, isInstrumented } from "./instrumented-call.js";
import { createListeners, type Listeners } from "./listeners.js";
import { readTime } from "./read-time.js";
import { collectMethods } from "./served-methods.js";
import { type BuiltInOptions, withBuiltInServices } from "./served-services.js";
import { createServingInterceptor } from "./serving-interceptor.js";
import { defaultKeepaliveTime } from "./wire/keep-connection.js";

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
 * @throws ConfigError for options that do not exist or do not fit.
 * @throws Error when an address cannot be listened on, and then none is.
 */
export async function startGrpcServer(services: Services, options: GrpcServerOptions): Promise<GrpcServer> {
  checkOptions(options);
  const gracePeriod = readTime("gracePeriod", options.gracePeriod ?? 10_000);
  const served = withBuiltInServices(services, options);
  const server = createServer(served.all, options);
  const listeners = createListeners(server, {
    credentials: options.credentials ?? ServerCredentials.createInsecure(),
    socketMode: options.socketMode ?? 0o600,
  });
  const addresses: string[] = [];
  try {
    for (const address of [options.address].flat()) addresses.push(await listeners.listen(address));
  } catch (error) {
    await Promise.all([listeners.close(), drain(server, listeners, 0)]);
    throw error;
  }

  let stopping: Promise<void> | undefined;
  function shutdown(): Promise<void> {
    stopping ??= stop();
    return stopping;
  }

  async function stop(): Promise<void> {
    served.stop();
    // Whoever finds the file of a socket expects a server behind it; one that cannot be removed must not keep connections.
    const [closed] = await Promise.allSettled([listeners.close(), drain(server, listeners, gracePeriod)]);
    if (closed.status === "rejected") throw closed.reason;
  }

  return { server, addresses, health: served.health, shutdown, [Symbol.asyncDispose]: shutdown };
}

function createServer(all: readonly Services[], options: GrpcServerOptions): Server {
  const isWatched = isInstrumented();
  const interceptor = createServingInterceptor(collectMethods(all, options), isWatched);
  const server = new Server({
    "grpc.keepalive_time_ms": defaultKeepaliveTime,
    ...options.channelOptions,
    interceptors: [interceptor],
  });
  for (const services of all) {
    for (const service of services.schema.services) {
      const definition = createBytesDefinition(service, services);
      // The interceptor takes the calls of all methods: handlers there are none, unless somebody watches them.
      server.addService(definition, isWatched ? createActingHandlers(definition) : {});
    }
  }
  return server;
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

/** Let the calls in flight end, and cut them off after the grace period. */
function drain(server: Server, listeners: Listeners, gracePeriod: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const cut = () => {
      server.forceShutdown();
      listeners.destroy();
    };
    const timer = gracePeriod === undefined ? undefined : setTimeout(cut, gracePeriod);
    server.tryShutdown(async () => {
      // grpc-js does not know of connections whose TLS handshake has not come to its end, and with node from version 24
      // on, whose servers close their sessions themselves, it waits for no calls.
      await listeners.drain();
      clearTimeout(timer);
      resolve();
    });
  });
}

function checkOptions(options: GrpcServerOptions): void {
  checkOptionNames(options, [
    "address",
    "credentials",
    "socketMode",
    "gracePeriod",
    "channelOptions",
    "reflection",
    "health",
    "detailedErrors",
    "onError",
  ]);
  const addresses = [options.address].flat();
  if (addresses.length > 0 && addresses.every((address) => typeof address === "string" && address !== ""))
    return;
  throw new ConfigError([
    { message: 'address: say where to listen, as in "127.0.0.1:50051" or "unix:/run/x.sock"' },
  ]);
}
