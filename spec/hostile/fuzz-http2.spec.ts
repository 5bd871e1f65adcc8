import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import express from "express";
import { it } from "vitest";
import { listen } from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";
import { send } from "../rest/http-client.js";
import { untilReleased } from "./open-resources.js";
import { Random } from "./random.js";
import { flag, frameType, openRawHttp2, printFrame, printRequest, printSettings } from "./raw-http2.js";

// Others, or one again: SEED=7 npx vitest run --project hostile spec/hostile/fuzz-http2.spec.ts
const seed = Number(process.env.SEED ?? 20261130);
const count = Number(process.env.CONNECTIONS ?? 3_000);
const concurrency = 8;

const methods = ["POST", "POST", "POST", "GET", "PUT", "HEAD", "OPTIONS", "CONNECT"];
const paths = [
  "/v1/query",
  "/v1/whole",
  "/v1/watch/a",
  "/v1/collect/a",
  "/v1/chat/a",
  "/v1/raw",
  "/v1/path/%",
  "/http.v1.Echo/Whole",
  "/http.v1.Streams/Watch",
  "/http.v1.Streams/Collect",
  "/http.v1.Streams/Chat",
  "/http.v1.Nothing/Here",
  "/app",
  "/nowhere",
  "/openapi.json",
];
const fields: readonly Readonly<Record<string, string>>[] = [
  {},
  { "content-type": "application/grpc", te: "trailers" },
  { "content-type": "application/grpc+json" },
  { "content-type": "application/grpc", "grpc-timeout": "1m" },
  { "content-type": "application/grpc", "grpc-encoding": "gzip" },
  { "content-type": "application/grpc-web" },
  { "content-type": "application/grpc-web-text" },
  { "content-type": "application/proto" },
  { "content-type": "application/connect+json" },
  { "content-type": "application/json", "content-encoding": "gzip" },
  { "content-type": "application/json", "content-encoding": "lzma" },
  { "content-type": "application/json", "content-length": "5" },
  { "content-type": "application/json", "content-length": "99999999" },
  { "content-type": "application/json", "x-server-timeout": "0.001" },
  { "x-data-bin": "%%" },
  { expect: "100-continue" },
];
const bodies = [
  "{}",
  "{}\n{}\n",
  "}",
  "\0\0\0\0\0",
  "\0\0\0\0\0\0\0\0\0\0",
  "\x01\0\0\0\x01a",
  "\x09\0\0\0\0",
  "AAAA",
  "!",
];

/** A few frames of one connection, most of them well-formed, in an order that makes little sense. */
function makeFrames(random: Random): Buffer[] {
  const frames: Buffer[] = [];
  let opened = 0;
  for (let i = random.below(8) + 2; i > 0; i--) {
    const stream = opened === 0 ? 1 : 1 + 2 * random.below(opened);
    const kind =
      opened === 0 ? "open" : random.pick(["open", "open", "data", "data", "reset", "end", "rare"]);
    const body = Buffer.from(random.pick(bodies), "latin1");
    if (kind === "open") {
      const end = random.below(3) === 0 ? flag.endStream : flag.none;
      const head = { ":method": random.pick(methods), ":path": random.pick(paths), ...random.pick(fields) };
      frames.push(printRequest(1 + 2 * opened++, head, flag.endHeaders | end));
    } else if (kind === "data" || kind === "end") {
      const flags = kind === "end" ? flag.endStream : flag.none;
      frames.push(printFrame({ type: frameType.data, flags, stream, payload: body }));
    } else if (kind === "reset") {
      const payload = Buffer.from([0, 0, 0, random.below(14)]);
      frames.push(printFrame({ type: frameType.reset, flags: flag.none, stream, payload }));
    } else {
      frames.push(
        random.pick([
          printSettings({ 4: random.below(2) * 65_535 }),
          printRequest(stream, { "x-trailer": "a" }),
          printFrame({
            type: frameType.windowUpdate,
            flags: flag.none,
            stream,
            payload: Buffer.from([0, 0, 1, 0]),
          }),
          printFrame({ type: frameType.ping, flags: flag.none, stream: 0, payload: Buffer.alloc(8) }),
          printFrame({ type: frameType.goaway, flags: flag.none, stream: 0, payload: Buffer.alloc(8) }),
          printFrame({
            type: frameType.goaway,
            flags: flag.none,
            stream: 0,
            payload: Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]),
          }),
          printFrame({ type: random.below(12), flags: random.below(256), stream, payload: body }),
        ]),
      );
    }
  }
  return frames;
}

it(`${count} connections of HTTP/2 with faults, from seed ${seed}, do no harm`, async () => {
  console.log(`seed ${seed}`);
  const faults: unknown[] = [];
  const services = await loadEcho();
  type Call = AsyncIterable<object> & { readonly request: object };
  services.add("http.v1.Echo", { whole: async ({ request }: Call) => request, query: async () => ({}) });
  services.add("http.v1.Streams", {
    async *watch() {
      for (let i = 0; i < 20; i++) yield { text: "x".repeat(10_000) };
    },
    async collect(call: Call) {
      for await (const request of call) return request;
      return {};
    },
    async *chat(call: Call) {
      yield* call;
    },
  });
  const app = express();
  app.all("/app", express.json(), (req, res) => void res.json(req.body ?? null));
  const server = await listen(services, {
    host: "127.0.0.1",
    app,
    protocols: "all",
    onError: (error) => faults.push(error),
    channelOptions: { "grpc.keepalive_time_ms": 1_000, "grpc.keepalive_timeout_ms": 1_000 },
    gracePeriod: 0,
  });
  const { port } = server.address as AddressInfo;
  let next = 0;
  const connectAll = async () => {
    while (next < count) {
      const random = new Random(seed + next++);
      const { socket, write } = await openRawHttp2(port);
      const frames = makeFrames(random);
      const together = random.below(2) === 0;
      for (const piece of together ? [Buffer.concat(frames)] : frames) {
        await write(piece);
        for (let turns = random.below(4); turns > 0; turns--) await turn();
      }
      for (let turns = random.below(20); turns > 0; turns--) await turn();
      if (random.below(2) === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, connectAll));
  assert.deepEqual(faults, []);
  assert.equal((await send(port, { path: "/v1/query" })).status, 200);
  // Those that have broken the rules are closed when they do not answer a ping.
  await untilConnections(0);
  await server.shutdown();
  await untilReleased({ PipeWrap: 9 });

  async function untilConnections(wanted: number): Promise<void> {
    const open = await new Promise<number>((resolve) => server.server.getConnections((_, n) => resolve(n)));
    if (open <= wanted) return;
    await turn();
    return untilConnections(wanted);
  }
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
