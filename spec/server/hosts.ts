import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { transcodingRouter } from "../../lib/express/transcoding-router.js";
import { createTranscoder } from "../../lib/server/create-transcoder.js";
import type { TranscodingOptions } from "../../lib/server/http-handler.js";
import { listen } from "../../lib/server/listen.js";
import type { Services } from "../../lib/services.js";

/** A server that is listening. */
export interface Host {
  readonly url: string;
  close(): Promise<unknown>;
}

/** Serve HTTP on a free port. */
export async function serve(listener: RequestListener): Promise<Host> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server has an AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => once(server.close(), "close") };
}

/** Every way to serve REST. */
export const hosts: Readonly<
  Record<string, (services: Services, options?: TranscodingOptions) => Promise<Host>>
> = {
  transcodingRouter: (services, options) => serve(express().use(transcodingRouter(services, options))),
  "transcodingRouter under a prefix": async (services, options) => {
    const host = await serve(express().use("/api", transcodingRouter(services, options)));
    return { ...host, url: `${host.url}/api` };
  },
  createTranscoder: (services, options) => serve(createTranscoder(services, options)),
  listen: async (services, options) => {
    const { address, shutdown } = await listen(services, { ...options, host: "127.0.0.1", port: 0 });
    return { url: `http://127.0.0.1:${(address as AddressInfo).port}`, close: shutdown };
  },
};
