import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import http2 from "node:http2";
import { type AddressInfo, connect, type Socket } from "node:net";
import express from "express";
import { afterEach, describe, it } from "vitest";
import { createTranscoder, listen, type Services, transcodingRouter } from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";
import { openResources, untilReleased } from "./open-resources.js";

// At each stage of a call its client leaves; nothing may be left of the call then.

const rounds = 50;

interface Running extends AsyncIterable<object> {
  readonly request: object;
  readonly signal: AbortSignal;
}

/** Handlers that tell how far they have come, and never end by themselves. */
async function createWaiting(): Promise<{ services: Services; stages: EventEmitter; running: () => number }> {
  const services = await loadEcho();
  const stages = new EventEmitter().setMaxListeners(0);
  let running = 0;
  const untilAborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
  async function hold({ signal }: Running): Promise<object> {
    running++;
    stages.emit("begun");
    await untilAborted(signal);
    running--;
    return {};
  }
  services.add("http.v1.Echo", { whole: hold, query: hold });
  services.add("http.v1.Streams", {
    async *watch({ signal }: Running) {
      running++;
      try {
        yield { text: "first" };
        await untilAborted(signal);
      } finally {
        running--;
      }
    },
    async collect(call: Running) {
      running++;
      try {
        for await (const _ of call) stages.emit("begun");
        return {};
      } finally {
        running--;
      }
    },
    async *chat(call: Running) {
      running++;
      try {
        for await (const request of call) yield request;
      } finally {
        running--;
      }
    },
  });
  return { services, stages, running: () => running };
}

type Host = (services: Services) => Promise<{ port: number; stop(): Promise<unknown> }>;

const hosts: Readonly<Record<string, Host>> = {
  "node:http": (services) => serve(createServer(createTranscoder(services) as RequestListener)),
  Express: (services) => serve(createServer(express().use(transcodingRouter(services)) as RequestListener)),
  "one port": async (services) => {
    const { address, shutdown } = await listen(services, { host: "127.0.0.1", gracePeriod: 0 });
    return { port: (address as AddressInfo).port, stop: shutdown };
  },
};

async function serve(server: Server) {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const head = (line: string, length: string) =>
  `${line} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

/** What a client sends, and what it waits for before it leaves. */
const stages: readonly {
  readonly name: string;
  readonly sends: string;
  readonly until: "sent" | "begun" | "data";
}[] = [
  { name: "within the request line", sends: "POST /v1/who", until: "sent" },
  { name: "before the body", sends: head("POST /v1/whole", "Content-Length: 10"), until: "sent" },
  { name: "within the body", sends: `${head("POST /v1/whole", "Content-Length: 10")}{"te`, until: "sent" },
  {
    name: "within a chunk",
    sends: `${head("POST /v1/whole", "Transfer-Encoding: chunked")}5\r\n{"t`,
    until: "sent",
  },
  { name: "while the handler works", sends: head("GET /v1/query", "Content-Length: 0"), until: "begun" },
  {
    name: "within a stream of responses",
    sends: head("GET /v1/watch/a", "Content-Length: 0"),
    until: "data",
  },
  {
    name: "within a stream of requests",
    sends: `${head("POST /v1/collect/a", "Content-Length: 100")}{}\n`,
    until: "begun",
  },
  {
    name: "within a conversation",
    sends: `${head("POST /v1/chat/a", "Content-Length: 100")}{}\n`,
    until: "data",
  },
];

describe("a client that leaves", () => {
  let release: (() => Promise<unknown>) | undefined;
  afterEach(() => release?.());

  for (const [hostName, start] of Object.entries(hosts)) {
    for (const { name, sends, until } of stages) {
      it(`${name} leaves nothing behind in ${hostName}`, async () => {
        const { services, stages: progress, running } = await createWaiting();
        const host = await start(services);
        release = host.stop;
        // The first call compiles its codecs.
        await leaveOnce(host.port, sends, until, progress);
        while (running() > 0) await turn();
        const before = openResources();
        for (let i = 0; i < rounds; i++) await leaveOnce(host.port, sends, until, progress);
        while (running() > 0) await turn();
        await untilReleased(before);
      });
    }
  }

  for (const path of ["/v1/query", "/v1/watch/a"]) {
    it(`by resetting its stream of ${path} over HTTP/2 leaves nothing behind`, async () => {
      const { services, stages: progress, running } = await createWaiting();
      const host = await hosts["one port"]!(services);
      release = host.stop;
      const session = http2.connect(`http://127.0.0.1:${host.port}`);
      await once(session, "connect");
      const before = openResources();
      for (let i = 0; i < rounds; i++) {
        const begun = once(progress, "begun");
        const stream = session.request({ ":path": path });
        stream.on("error", () => {});
        await (path === "/v1/query" ? begun : once(stream, "data"));
        stream.close(http2.constants.NGHTTP2_CANCEL);
        await once(stream, "close");
      }
      while (running() > 0) await turn();
      await untilReleased(before);
      session.destroy();
    });
  }
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function leaveOnce(port: number, sends: string, until: string, progress: EventEmitter): Promise<void> {
  const socket: Socket = connect(port, "127.0.0.1");
  const begun = until === "begun" ? once(progress, "begun") : undefined;
  await once(socket, "connect");
  await new Promise((resolve) => socket.write(sends, resolve));
  if (until === "begun") await begun;
  if (until === "data") await once(socket, "data");
  if (until === "sent") await turn();
  socket.destroy();
  await once(socket, "close");
}

describe("listeners and timers of a request", () => {
  it("go with it, on a connection that is kept", async () => {
    const services = await loadEcho();
    services.add("http.v1.Echo", { getPath: async ({ request }: Running) => request });
    const sockets: Socket[] = [];
    const server = createServer(createTranscoder(services, { defaultTimeout: 60_000 }));
    server.on("connection", (socket) => sockets.push(socket));
    const { port, stop } = await serve(server);
    const socket = connect(port, "127.0.0.1");
    const counts: number[] = [];
    for (let i = 0; i < 30; i++) {
      socket.write("GET /v1/path/a HTTP/1.1\r\nHost: a\r\n\r\n");
      await once(socket, "data");
      await turn();
      const [own] = sockets;
      counts.push(own!.eventNames().reduce((sum, name) => sum + own!.listenerCount(name), 0));
    }
    assert.equal(counts.at(-1), counts[5]);
    const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    assert(timers < 10, `${timers} timers`);
    socket.destroy();
    await stop();
  });
});
