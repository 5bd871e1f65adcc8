import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import type { ServiceDefinition } from "@grpc/grpc-js";
import express from "express";
import { describe, onTestFinished } from "vitest";
import {
  type AddOptions,
  createClient,
  createTranscoder,
  type LoadOptions,
  listen as listenOnOnePort,
  loadServices,
  type Message,
  type SchemaSource,
  type ServerInterceptorSource,
  type ServiceImplementation,
  type Services,
  startGrpcServer,
  type TranscodingOptions,
  transcodingRouter,
} from "../../lib/index.js";
import { createConnectClient } from "./connect-client.js";
import { bindingOf, createRestClient, type RestCallOptions } from "./rest-client.js";

/** The behaviour proto; other sources are given by `source`. */
export const behaviourProto = new URL("../cases/proto/behaviour/v1/behaviour.proto", import.meta.url)
  .pathname;

export interface ConnectOptions {
  readonly source?: SchemaSource;
  readonly load?: LoadOptions;
  /** `"behaviour.v1.Notes"` unless given. */
  readonly service?: string;
  /** The same, made elsewhere. */
  readonly definition?: ServiceDefinition;
  readonly implementation: ServiceImplementation;
  /** Global ones. */
  readonly interceptors?: readonly ServerInterceptorSource[];
  /** With interceptors of the service. */
  readonly add?: AddOptions;
  readonly rest?: TranscodingOptions;
}

export type CallOptions = RestCallOptions;

/** The methods of the service by their names with a small first letter, as `createClient` has them. */
export type Connection = Record<
  "send" | "collect" | "expand" | "chat" | "echo",
  // biome-ignore lint/suspicious/noExplicitAny: what a method takes and gives is the business of the spec
  (input: any, options?: CallOptions) => any
> & {
  /** What callers were not told. */
  readonly faults: unknown[];
};

export interface Connect {
  (options: ConnectOptions): Promise<Connection>;
  readonly protocol: Protocol;
}

export interface Protocol {
  readonly name: string;
  readonly callProtocol: "rest" | "grpc" | "grpc-web" | "connect";
  /** The handler is in another server. */
  readonly isRemote: boolean;
}

/**
 * Describe a promise that every protocol keeps: the specs are made once for each.
 *
 *     eachProtocol("a handler that throws", (connect) => {
 *       it("fails its call", async () => {
 *         const { send } = await connect({ implementation: { send() { throw new Error("secret"); } } });
 *         await assert.rejects(send({}), { code: status.UNKNOWN });
 *       });
 *     });
 *
 * What `connect` starts is stopped after the spec.
 */
export function eachProtocol(
  name: string,
  specify: (connect: Connect) => void,
  takes: (protocol: Protocol) => boolean = () => true,
): void {
  describe(name, () => {
    for (const { serve, ...protocol } of protocols.filter(takes)) {
      describe(`over ${protocol.name}`, () => {
        specify(Object.assign((options: ConnectOptions) => connect(options, serve), { protocol }));
      });
    }
  });
}

interface Served {
  readonly services: Services;
  readonly service: string;
  readonly rest: TranscodingOptions;
  readonly onError: (error: unknown) => void;
}

type Serve = (served: Served) => Promise<Connection | Omit<Connection, "faults">>;

async function connect(options: ConnectOptions, serve: Serve | "remote-rest" | "remote-grpc") {
  const faults: unknown[] = [];
  const onError = (error: unknown) => faults.push(error);
  const load = () => loadServices(options.source ?? behaviourProto, options.load);
  const service = options.service ?? "behaviour.v1.Notes";
  const rest = { onError, ...options.rest };
  const services = await load();
  if (typeof serve === "string") {
    const remote = await load();
    remote.add(options.definition ?? service, options.implementation);
    const { addresses } = await startBackend(remote, onError);
    services.addRemote(service, addresses[0] as string, options.add);
    onTestFinished(() => services.close());
  } else services.add(options.definition ?? service, options.implementation, options.add);
  services.use(...(options.interceptors ?? []));
  const front = serve === "remote-rest" ? serveRest : serve === "remote-grpc" ? serveGrpc : serve;
  return { ...(await front({ services, service, rest, onError })), faults } as Connection;
}

const serveRest: Serve = async ({ services, service, rest }) => {
  const port = await listen(http.createServer(createTranscoder(services, rest)));
  return connectRest(services, service, { port });
};

const serveExpress: Serve = async ({ services, service, rest }) => {
  const app = express();
  app.use("/api", transcodingRouter(services, rest));
  const port = await listen(http.createServer(app));
  return connectRest(services, service, { port, mount: "/api" });
};

const serveGrpc: Serve = async ({ services, service, onError }) => {
  const server = await startGrpcServer(services, { address: "127.0.0.1:0", gracePeriod: 100, onError });
  onTestFinished(() => server.shutdown());
  const client = createClient(services.definition(service), server.addresses[0] as string);
  onTestFinished(() => client.close());
  return client;
};

const serveOnePort: Serve = async ({ services, service, rest }) => {
  const server = await listenOnOnePort(services, { ...rest, host: "127.0.0.1", gracePeriod: 100 });
  onTestFinished(() => server.shutdown());
  const { port } = server.address as AddressInfo;
  const client = createClient(services.definition(service), `127.0.0.1:${port}`);
  onTestFinished(() => client.close());
  return client;
};

/** Compressed, the messages of a spec would not fill what is between the two ends. */
const uncompressed = { acceptCompression: [] };

const serveGrpcWeb: Serve = async ({ services, service, rest }) => {
  const app = express();
  app.use("/api", transcodingRouter(services, { ...rest, protocols: ["rest", "grpc-web"] }));
  const baseUrl = `http://127.0.0.1:${await listen(http.createServer(app))}/api`;
  const transport = createGrpcWebTransport({ baseUrl, httpVersion: "1.1", ...uncompressed });
  return connectThrough(transport, services, service);
};

const serveConnect: Serve = async ({ services, service, rest }) => {
  const options = { ...rest, protocols: "all", host: "127.0.0.1", gracePeriod: 100 } as const;
  const server = await listenOnOnePort(services, options);
  onTestFinished(() => server.shutdown());
  const baseUrl = `http://127.0.0.1:${(server.address as AddressInfo).port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  onTestFinished(() => sessionManager.abort());
  const transport = createConnectTransport({ baseUrl, httpVersion: "2", sessionManager, ...uncompressed });
  return connectThrough(transport, services, service);
};

function connectThrough(transport: Transport, services: Services, service: string): Connection {
  // The service has the methods that its spec calls.
  return createConnectClient(services, service, transport) as unknown as Connection;
}

async function startBackend(services: Services, onError: (error: unknown) => void) {
  const folder = mkdtempSync(join(tmpdir(), "behaviour-"));
  const address = `unix:${join(folder, "backend.sock")}`;
  const server = await startGrpcServer(services, { address, gracePeriod: 100, onError });
  onTestFinished(async () => {
    await server.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });
  return server;
}

async function listen(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function connectRest(
  services: Services,
  service: string,
  address: { port: number; mount?: string },
): Connection {
  const client = createRestClient(services, address);
  onTestFinished(() => client.close());
  const methods = services.schema.services.find(({ fullName }) => fullName === service)?.methods ?? [];
  const entries = Object.fromEntries(
    methods.map(({ name, path }) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      (input: Message | AsyncIterable<Message>, options?: CallOptions) =>
        client.call(bindingOf(services, path), input, options),
    ]),
  );
  // The service has the methods that its spec calls.
  return entries as unknown as Connection;
}

const protocols: readonly (Protocol & { readonly serve: Serve | "remote-rest" | "remote-grpc" })[] = [
  { name: "REST", callProtocol: "rest", isRemote: false, serve: serveRest },
  { name: "REST in Express", callProtocol: "rest", isRemote: false, serve: serveExpress },
  { name: "native gRPC", callProtocol: "grpc", isRemote: false, serve: serveGrpc },
  { name: "native gRPC on one port with REST", callProtocol: "grpc", isRemote: false, serve: serveOnePort },
  { name: "gRPC-Web in Express", callProtocol: "grpc-web", isRemote: false, serve: serveGrpcWeb },
  { name: "Connect on one port", callProtocol: "connect", isRemote: false, serve: serveConnect },
  { name: "REST to a remote server", callProtocol: "rest", isRemote: true, serve: "remote-rest" },
  { name: "native gRPC to a remote server", callProtocol: "grpc", isRemote: true, serve: "remote-grpc" },
];
