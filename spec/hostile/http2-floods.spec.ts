import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it, onTestFinished, vi } from "vitest";
import { type Listening, listen, startGrpcServer } from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";
import { send } from "../rest/http-client.js";
import {
  type Frame,
  flag,
  frameType,
  initialWindowSize,
  integer,
  openRawHttp2,
  printFrame,
  printRequest,
  printSettings,
  type RawHttp2,
} from "./raw-http2.js";

const megabyte = 2 ** 20;
const nothing = Buffer.alloc(0);

interface Running {
  readonly signal: AbortSignal;
}

describe("a client of HTTP/2 that", () => {
  let server: Listening;
  let port: number;
  let open: RawHttp2[] = [];
  /** Calls of Whole and of Watch that have begun, and those of them that were cancelled. */
  let begun = 0;
  let cancelled = 0;
  /** Messages that Watch has made. */
  let made = 0;

  beforeEach(async () => {
    begun = 0;
    cancelled = 0;
    made = 0;
    const services = await loadEcho();
    const hold = async ({ signal }: Running) => {
      begun++;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      cancelled++;
      return {};
    };
    services.add("http.v1.Echo", {
      getPath: async ({ request }: { request: object }) => request,
      query: hold,
      whole: hold,
    });
    services.add("http.v1.Streams", {
      async *watch({ signal }: Running) {
        begun++;
        signal.addEventListener("abort", () => cancelled++, { once: true });
        for (; made < 20_000; made++) yield { text: "x".repeat(10_000) };
      },
    });
    server = await listen(services, { host: "127.0.0.1", gracePeriod: 0, openapi: false });
    port = (server.address as AddressInfo).port;
  });

  afterEach(async () => {
    for (const { socket } of open) socket.destroy();
    open = [];
    await server.shutdown();
  });

  async function connectRaw(settings: Readonly<Record<number, number>> = {}): Promise<RawHttp2> {
    const connection = await openRawHttp2(port, settings);
    open.push(connection);
    return connection;
  }

  /** Others are answered, over either version. */
  async function checkAlive(): Promise<void> {
    assert.deepEqual((await send(port, { path: "/v1/path/alive" })).json.text, "alive");
    const other = await connectRaw();
    await other.write(printRequest(1, { ":path": "/v1/path/alive" }));
    const body = await other.frame(({ type, stream }) => type === frameType.data && stream === 1);
    assert.match(body.payload.toString(), /"text":"alive"/);
    other.socket.destroy();
  }

  async function untilAllCancelled(): Promise<void> {
    while (cancelled < begun) await new Promise((resolve) => setImmediate(resolve));
  }

  for (const [name, fields] of [
    ["REST calls", { ":path": "/v1/query" }],
    ["gRPC calls", { ":method": "POST", ":path": "/http.v1.Echo/Whole", "content-type": "application/grpc" }],
  ] as const) {
    it(`opens and resets ${name} as fast as it can is cut off, and they are cancelled`, async () => {
      const hostile = await connectRaw();
      let isOpen = true;
      for (let i = 0; i < 20_000 && isOpen; i++) {
        const stream = 1 + 2 * i;
        const reset = printFrame({
          type: frameType.reset,
          flags: 0,
          stream,
          payload: Buffer.from([0, 0, 0, 8]),
        });
        isOpen = await hostile.write(Buffer.concat([printRequest(stream, fields), reset]));
      }
      await hostile.closed;
      await untilAllCancelled();
      await checkAlive();
    });
  }

  for (const [name, fields] of [
    ["gRPC by a method that is refused", { ":method": "PUT", "content-type": "application/grpc" }],
    ["gRPC of a kind that is refused", { ":method": "POST", "content-type": "application/grpc+json" }],
    ["a tunnel", { ":method": "CONNECT", ":path": undefined, ":scheme": undefined }],
    ["a request that expects to go on", { ":method": "POST", expect: "100-continue" }],
  ] as const) {
    it(`leaves in the packet that opens ${name} does no harm`, async () => {
      // An exception that nobody catches ends the run.
      const opened = printRequest(1, { ":path": "/v1/query", ...fields }, flag.endHeaders);
      for (const leaving of [
        { type: frameType.reset, flags: flag.none, stream: 1, payload: Buffer.from([0, 0, 0, 8]) },
        {
          type: frameType.goaway,
          flags: flag.none,
          stream: 0,
          payload: Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]),
        },
      ]) {
        const hostile = await connectRaw();
        await hostile.write(Buffer.concat([opened, printFrame(leaving)]));
        await checkAlive();
      }
      assert.equal(begun, 0);
    });
  }

  for (const name of ["listen", "startGrpcServer"] as const) {
    it(`breaks the rules is cut off by ${name} in the end`, async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
      onTestFinished(() => void vi.useRealTimers());
      const services = await loadEcho();
      const grpc = await startGrpcServer(services, { address: "127.0.0.1:0", gracePeriod: 0 });
      onTestFinished(() => grpc.shutdown());
      const grpcPort = Number(grpc.addresses[0]?.split(":")[1]);
      const hostile = await openRawHttp2(name === "listen" ? port : grpcPort);
      open.push(hostile);
      const call = { ":method": "POST", ":path": "/http.v1.Echo/Whole", "content-type": "application/grpc" };
      // Data of no stream: nghttp2 says that this is no HTTP/2, and reads no more.
      await hostile.write(
        Buffer.concat([
          printRequest(1, call, flag.endHeaders),
          printFrame({ type: frameType.data, flags: flag.none, stream: 0, payload: Buffer.alloc(1) }),
        ]),
      );
      await hostile.frame(({ type }) => type === frameType.goaway);
      vi.advanceTimersByTime(60_000);
      vi.advanceTimersByTime(20_000);
      await hostile.closed;
    });
  }

  it("sends headers without end is cut off before they fill the memory", async () => {
    const before = process.memoryUsage().rss;
    const hostile = await connectRaw();
    await hostile.write(printRequest(1, { ":path": "/v1/query" }, flag.none));
    // A literal field, again and again, none of them the last.
    const fields = Buffer.concat(
      Array(100).fill(
        Buffer.concat([Buffer.from([0, 1]), Buffer.from("a"), integer(100, 7, 0), Buffer.alloc(100, "b")]),
      ),
    );
    const continuation = printFrame({
      type: frameType.continuation,
      flags: flag.none,
      stream: 1,
      payload: fields,
    });
    let sent = 0;
    while (sent < 200 * megabyte && (await hostile.write(continuation))) sent += continuation.length;
    await hostile.closed;
    assert(process.memoryUsage().rss - before < 100 * megabyte);
    assert.equal(begun, 0);
    await checkAlive();
  });

  it("names one large header many times is not taken at its word", async () => {
    const hostile = await connectRaw();
    const entry = Buffer.concat([
      Buffer.from([0x40, 1]),
      Buffer.from("a"),
      integer(3000, 7, 0),
      Buffer.alloc(3000, "b"),
    ]);
    // 62 is the newest entry of the table.
    const references = Buffer.alloc(4000, 0x80 | 62);
    const request = printRequest(1, { ":path": "/v1/query" }, flag.none).subarray(9);
    const payload = Buffer.concat([request, entry, references]);
    await hostile.write(
      printFrame({ type: frameType.headers, flags: flag.endHeaders | flag.endStream, stream: 1, payload }),
    );
    await Promise.race([hostile.closed, hostile.frame(isRefusal)]);
    assert.equal(begun, 0);
    await checkAlive();
  });

  it("sends settings on and on and reads nothing is cut off", async () => {
    const hostile = await connectRaw();
    hostile.socket.pause();
    const settings = Buffer.concat(Array(1000).fill(printSettings()));
    for (let i = 0; i < 1000 && (await hostile.write(settings)); i++);
    // Its end is noticed only by those who read.
    hostile.socket.resume();
    await hostile.closed;
    await checkAlive();
  });

  it("sends settings on and on and reads what comes does not disturb others", async () => {
    const hostile = await connectRaw();
    const settings = Buffer.concat(Array(100).fill(printSettings()));
    for (let i = 0; i < 500 && (await hostile.write(settings)); i++);
    await checkAlive();
  });

  it("sends data of no bytes on and on does not disturb others", async () => {
    const hostile = await connectRaw();
    await hostile.write(
      printRequest(
        1,
        { ":method": "POST", ":path": "/v1/whole", "content-type": "application/json" },
        flag.endHeaders,
      ),
    );
    const empty = Buffer.concat(
      Array(1000).fill(printFrame({ type: frameType.data, flags: 0, stream: 1, payload: nothing })),
    );
    for (let i = 0; i < 200 && (await hostile.write(empty)); i++);
    assert.equal(begun, 0);
    await checkAlive();
  });

  for (const [name, fields, bodyOf] of [
    ["a REST stream", { ":path": "/v1/watch/a" }, () => nothing],
    [
      "a gRPC stream",
      { ":method": "POST", ":path": "/http.v1.Streams/Watch", "content-type": "application/grpc" },
      (stream: number) =>
        printFrame({ type: frameType.data, flags: flag.endStream, stream, payload: Buffer.alloc(5) }),
    ],
  ] as const) {
    it(`opens no window for ${name} stops the handler, and cancels it when it leaves`, async () => {
      const hostile = await connectRaw({ [initialWindowSize]: 0 });
      const flags = name === "a REST stream" ? flag.endHeaders | flag.endStream : flag.endHeaders;
      await hostile.write(Buffer.concat([printRequest(1, fields, flags), bodyOf(1)]));
      await hostile.frame(({ type, stream }) => type === frameType.headers && stream === 1);
      await checkAlive();
      const before = made;
      await checkAlive();
      assert.equal(made, before, "the handler waits");
      assert(made < 200, `${made} messages of 10 KB`);
      hostile.socket.destroy();
      await untilAllCancelled();
      assert.equal(begun, 1);
    });
  }

  it("opens 10,000 streams at once gets no more than the limit, and the limit is served", async () => {
    const hostile = await connectRaw();
    for (let i = 0; i < 10_000; i += 100) {
      const requests = Array.from({ length: 100 }, (_, j) =>
        printRequest(1 + 2 * (i + j), { ":path": "/v1/query" }),
      );
      if (!(await hostile.write(Buffer.concat(requests)))) break;
    }
    // Either each further stream is refused, or the connection is closed.
    await Promise.race([
      hostile.closed,
      hostile.frame(({ type, stream }) => type === frameType.reset && stream === 1 + 2 * 9_999),
    ]);
    assert(begun <= 1000, `${begun} calls at once`);
    await checkAlive();
    hostile.socket.destroy();
    await untilAllCancelled();
  });
});

function isRefusal({ type, stream, payload }: Frame): boolean {
  if (stream !== 1) return type === frameType.goaway;
  return type === frameType.reset || (type === frameType.headers && payload.includes("431"));
}
