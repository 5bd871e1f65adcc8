import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { Metadata } from "@grpc/grpc-js";
import { describe, it } from "vitest";
import { createClient, type Listening, listen, loadServices } from "../../lib/index.js";

const total = 10_000;
const concurrency = 200;
const proto = new URL("../../proto", import.meta.url).pathname;

/** A connection as its client knows it. */
interface ClientSide {
  readonly port: number | undefined;
  /** When it was connected. */
  readonly since: number;
}

/** A server on a port, and at the first signal another in its place: the old one finishes what it has begun. */
async function createRestarting() {
  let answered = 0;
  let isRestarting = false;
  let current: Listening;
  let restarted: Promise<void> | undefined;
  /** When the servers have accepted a connection, by the port of its client. */
  const accepted = new Map<number | undefined, number>();

  async function start(port: number): Promise<Listening> {
    const services = await loadServices("greet/v1/greet.proto", { includeDirs: [proto] });
    services.add("greet.v1.Greeter", {
      async sayHello({ request }: { request: { name: string } }) {
        // Some work, so that requests are in flight at any time.
        for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
        answered++;
        if (answered > total / 3) restart();
        return { message: `Hello ${request.name}` };
      },
    });
    const listening = await listen(services, {
      port,
      host: "127.0.0.1",
      openapi: false,
      gracePeriod: 200_000,
    });
    listening.server.prependListener("connection", ({ remotePort }: Socket) =>
      accepted.set(remotePort, performance.now()),
    );
    return listening;
  }

  /** The old server gives its port up when it has accepted whoever waits. */
  async function startWhenFree(port: number): Promise<Listening> {
    for (;;) {
      try {
        return await start(port);
      } catch (error) {
        if (((error as Error).cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
    }
  }

  function restart(): void {
    if (isRestarting) return;
    isRestarting = true;
    const old = current;
    const { port } = old.address as AddressInfo;
    const stopped = old.shutdown();
    restarted = (async () => {
      current = await startWhenFree(port);
      await stopped;
    })();
  }

  current = await start(0);
  const { port } = current.address as AddressInfo;
  return {
    port,
    /** A server has seen the connection; others waited in the system's queue when it was closed. */
    hasAccepted: ({ port: clientPort, since }: ClientSide) => (accepted.get(clientPort) ?? -1) >= since,
    async stop() {
      await restarted;
      await current.shutdown();
    },
    get wasRestarted() {
      return isRestarting;
    },
  };
}

/** Send all requests, so many at a time. */
async function sendAll(sendOne: (name: string) => Promise<string>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < total) {
      const name = `n${next++}`;
      assert.equal(await sendOne(name), `Hello ${name}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Try again only if no server was there: a request that one has taken is answered. */
async function untilTaken<T>(attempt: () => Promise<T | "not taken">): Promise<T> {
  for (;;) {
    const result = await attempt();
    if (result !== "not taken") return result;
  }
}

describe(`of ${total} requests around a restart none is cut off`, () => {
  it("over HTTP/1.1, a connection for each", async () => {
    const server = await createRestarting();
    await sendAll((name) =>
      untilTaken(async () => {
        const req = http.get({
          host: "127.0.0.1",
          port: server.port,
          path: `/v1/greeter/${name}`,
          agent: false,
        });
        let client: ClientSide = { port: undefined, since: Number.POSITIVE_INFINITY };
        req.once("socket", (socket) =>
          socket.once("connect", () => {
            client = { port: socket.localPort, since: performance.now() };
          }),
        );
        try {
          const [res] = (await once(req, "response")) as [http.IncomingMessage];
          return await readMessage(res);
        } catch (error) {
          if (server.hasAccepted(client)) throw error;
          return "not taken";
        }
      }),
    );
    assert(server.wasRestarted);
    await server.stop();
  });

  it("over HTTP/2, many on a connection", async () => {
    const server = await createRestarting();
    let session: Promise<http2.ClientHttp2Session> | undefined;
    const connect = async () => {
      const opened = http2.connect(`http://127.0.0.1:${server.port}`);
      const forget = () => {
        session = undefined;
      };
      opened.once("goaway", forget).once("close", forget).on("error", forget);
      await once(opened, "connect");
      return opened;
    };
    await sendAll((name) =>
      untilTaken(async () => {
        session ??= connect();
        const opened = await session.catch(() => undefined);
        if (opened === undefined || opened.closed || opened.destroyed) {
          session = undefined;
          return "not taken";
        }
        const stream = opened.request({ ":path": `/v1/greeter/${name}` });
        try {
          await once(stream, "response");
          return await readMessage(stream);
        } catch (error) {
          // So a stream ends that came after the server had said that it would take no more.
          const isRefused = stream.rstCode === http2.constants.NGHTTP2_REFUSED_STREAM;
          if (!isRefused && server.hasAccepted({ port: opened.socket?.localPort, since: 0 })) throw error;
          return "not taken";
        }
      }),
    );
    assert(server.wasRestarted);
    await (await session)?.close();
    await server.stop();
  });

  it("over native gRPC", async () => {
    const server = await createRestarting();
    const services = await loadServices("greet/v1/greet.proto", { includeDirs: [proto] });
    const greeter = createClient(services.definition("greet.v1.Greeter"), `127.0.0.1:${server.port}`, {
      channelOptions: { "grpc.initial_reconnect_backoff_ms": 20, "grpc.min_reconnect_backoff_ms": 20 },
    });
    await sendAll(async (name) => {
      const reply = (await greeter.sayHello!(
        { name },
        { metadata: new Metadata({ waitForReady: true }) },
      )) as { message: string };
      return reply.message;
    });
    assert(server.wasRestarted);
    greeter.close();
    await server.stop();
  });
});

async function readMessage(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()).message;
}
