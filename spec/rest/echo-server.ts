import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import {
  createTranscoder,
  type HandlerCall,
  type LoadOptions,
  loadServices,
  type Message,
  type Services,
  type TranscodingOptions,
} from "../../lib/index.js";
import { type Answer, type OpenAnswer, open, type Sending, send } from "./http-client.js";

export type EchoHandler = (
  call: HandlerCall,
  callback: (error: unknown, response?: Message) => void,
) => unknown;

export interface EchoSetup {
  /** Given to the transcoder; JSON leaves defaults out unless `json` is given, so that answers show what was set. */
  readonly options?: TranscodingOptions;
  /** The services that are implemented: all of them, unless given. */
  readonly serves?: readonly string[];
  /** Given to `loadServices`. */
  readonly loading?: LoadOptions;
  /** Called with the services before the transcoder is made. */
  readonly prepare?: (services: Services) => void;
  /** Puts the transcoder where it is to run; as it is, unless given. */
  readonly mount?: (transcoder: RequestListener, services: Services) => RequestListener;
}

/** A server of http/v1/http.proto, each of whose methods answers its request. */
export interface EchoServer {
  readonly port: number;
  /** Answer in place of the echo, until the next `reset`. */
  readonly handlers: Record<string, EchoHandler>;
  /** What the handlers have been given. */
  readonly requests: Message[];
  /** What `onError` has heard of. */
  readonly faults: unknown[];
  reset(): void;
  send(sending: Sending): Promise<Answer>;
  open(sending: Sending): Promise<OpenAnswer>;
  get(path: string, headers?: Sending["headers"]): Promise<Answer>;
  /** POST a body: text as it is, anything else as JSON. */
  post(path: string, body: unknown, headers?: Sending["headers"]): Promise<Answer>;
  stop(): Promise<void>;
}

const protoDir = fileURLToPath(new URL("../cases/proto", import.meta.url));

export async function loadEcho(options: LoadOptions = {}): Promise<Services> {
  return loadServices("http/v1/http.proto", { includeDirs: [protoDir], ...options });
}

export async function startEcho(setup: EchoSetup = {}): Promise<EchoServer> {
  const services = await loadEcho(setup.loading);
  const handlers: Record<string, EchoHandler> = {};
  const requests: Message[] = [];
  const faults: unknown[] = [];
  for (const name of setup.serves ?? ["http.v1.Echo", "http.v1.Streams"]) {
    services.add(name, createImplementation(services.definition(name), handlers, requests));
  }
  setup.prepare?.(services);
  const transcoder = createTranscoder(services, {
    json: { emitDefaults: false },
    onError: (error) => faults.push(error),
    ...setup.options,
  });
  const server = createServer(setup.mount?.(transcoder, services) ?? transcoder);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    handlers,
    requests,
    faults,
    reset() {
      for (const name of Object.keys(handlers)) delete handlers[name];
      requests.length = 0;
      faults.length = 0;
    },
    send: (sending) => send(port, sending),
    open: (sending) => open(port, sending),
    get: (path, headers = {}) => send(port, { path, headers }),
    post: (path, body, headers = { "content-type": "application/json" }) =>
      send(port, {
        httpMethod: "POST",
        path,
        headers,
        body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function createImplementation(
  definition: ReturnType<Services["definition"]>,
  handlers: Record<string, EchoHandler>,
  requests: Message[],
): Record<string, EchoHandler> {
  return Object.fromEntries(
    Object.entries(definition).map(([name, { responseStream }]) => [
      name,
      (call: HandlerCall, callback: Parameters<EchoHandler>[1]) => {
        if (call.request !== undefined) requests.push(call.request);
        const handler = handlers[name];
        if (handler !== undefined) return handler(call, callback);
        return responseStream ? [call.request] : Promise.resolve(call.request);
      },
    ]),
  );
}

/** Start a server before the specs of a block and stop it after them; `echo()` is the server. */
export function useEcho(setup: EchoSetup = {}): () => EchoServer {
  let server: EchoServer;
  beforeAll(async () => {
    server = await startEcho(setup);
  });
  afterAll(() => server.stop());
  return () => server;
}
