import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import {
  createTranscoder,
  loadServices,
  type ServiceImplementation,
  type Services,
  type TranscodingOptions,
} from "../../lib/index.js";
import { behaviourProto } from "../behaviour/each-protocol.js";

const lookupProto = new URL("../cases/proto/lookup/v1/lookup.proto", import.meta.url).pathname;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface RpcServer {
  readonly url: string;
  readonly services: Services;
  /** What callers were not told. */
  readonly faults: unknown[];
  /** POST to a method. */
  post(
    method: string,
    contentType: string,
    body: Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

/** Serve behaviour.v1.Notes in every protocol, until the spec is over. */
export function serveNotes(
  implementation: ServiceImplementation,
  options?: TranscodingOptions,
): Promise<RpcServer> {
  return serve("behaviour.v1.Notes", behaviourProto, { implementation, options });
}

/** The same for lookup.v1.Lookup, which has methods that may be called by GET. */
export function serveLookup(
  implementation: ServiceImplementation,
  options?: TranscodingOptions,
): Promise<RpcServer> {
  return serve("lookup.v1.Lookup", lookupProto, { implementation, options });
}

async function serve(
  name: string,
  source: string,
  {
    implementation,
    options,
  }: { readonly implementation: ServiceImplementation; readonly options: TranscodingOptions | undefined },
): Promise<RpcServer> {
  const services = (await loadServices(source)).add(name, implementation);
  return serveServices(services, name, options);
}

/** The same for a service that has been loaded in whichever way. */
export async function serveServices(
  services: Services,
  name: string,
  options?: TranscodingOptions,
): Promise<RpcServer> {
  const faults: unknown[] = [];
  const onError = (error: unknown) => faults.push(error);
  const server = http.createServer(createTranscoder(services, { protocols: "all", onError, ...options }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    services,
    faults,
    async post(method, contentType, body, headers) {
      const response = await fetch(`${url}/${name}/${method}`, {
        method: "POST",
        body,
        headers: { ...headers, "content-type": contentType },
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, headers: response.headers, body: bytes };
    },
  };
}
