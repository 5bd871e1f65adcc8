import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { type AddressInfo, connect, createServer } from "node:net";
import { deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { Metadata } from "@grpc/grpc-js";
import { describe, it, onTestFinished } from "vitest";
import {
  type HandlerCall,
  Interceptor,
  listen,
  type Message,
  RpcError,
  type ServerCall,
  startGrpcServer,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { createFrameParser, frameMessage } from "../../lib/rpc/message-frames.js";
import { connectNotes, loadNotes, type NotesClient, notes, stopAfterwards, toArray } from "./notes.js";

// What native gRPC on the streams of `listen` does on the wire. What it does for callers is among the behaviours that
// every protocol has.

async function start(implementation: object = notes, channelOptions: object = {}, gracePeriod = 100) {
  const services = await loadNotes(implementation);
  const server = stopAfterwards(await listen(services, { host: "127.0.0.1", gracePeriod, channelOptions }));
  const { port } = server.address as AddressInfo;
  const connect = (options?: object): NotesClient => connectNotes(services, `127.0.0.1:${port}`, options);
  return { server, port, connect, session: () => openSession(port) };
}

function openSession(port: number, options?: http2.ClientSessionOptions): http2.ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${port}`, options);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

interface Answer {
  readonly headers: http2.IncomingHttpHeaders;
  readonly trailers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Make a call by hand. The method is unary unless `path` says otherwise. */
async function call(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body: Buffer | undefined,
): Promise<Answer> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/behaviour.v1.Notes/Send",
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  stream.on("error", () => {});
  stream.end(body);
  let trailers: http2.IncomingHttpHeaders = {};
  stream.once("trailers", (received) => {
    trailers = received;
  });
  const [received] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(stream, "close");
  return { headers: received, trailers, body: Buffer.concat(chunks) };
}

/** `{ text }` as a message of protobuf. */
function note(text: string): Buffer {
  const length = Buffer.byteLength(text);
  assert(length < 128);
  return Buffer.concat([Buffer.from([0x0a, length]), Buffer.from(text)]);
}

const one = frameMessage(note("x"), false);

describe("a gRPC response", () => {
  it("has headers, messages and trailers", async () => {
    const { session } = await start();
    const { headers, trailers, body } = await call(session(), {}, one);
    assert.equal(headers[":status"], 200);
    assert.equal(headers["content-type"], "application/grpc+proto");
    assert.equal(headers["grpc-accept-encoding"], "identity,deflate,gzip");
    assert.deepEqual(body, frameMessage(note("sent x"), false));
    assert.equal(trailers["grpc-status"], "0");
    assert.equal(trailers["grpc-message"], undefined);
  });

  it("is trailers only when it fails before its first message", async () => {
    const { session } = await start({
      send: () => Promise.reject(new RpcError(status.NOT_FOUND, "größe 50%\n")),
    });
    const { headers, trailers, body } = await call(session(), {}, one);
    assert.equal(headers["grpc-status"], "5");
    assert.equal(headers["grpc-message"], "gr%C3%B6%C3%9Fe 50%25%0A");
    assert.equal(body.length, 0);
    assert.deepEqual({ ...trailers }, {});
  });

  it("has its status in the trailers when it fails later", async () => {
    const { session } = await start({
      async *expand() {
        yield { text: "a" };
        throw new RpcError(status.ABORTED, "no more");
      },
    });
    const { headers, trailers } = await call(session(), { ":path": "/behaviour.v1.Notes/Expand" }, one);
    assert.equal(headers["grpc-status"], undefined);
    assert.equal(trailers["grpc-status"], "10");
    assert.equal(trailers["grpc-message"], "no more");
  });

  it("carries metadata both ways, binary too, and never as headers of the protocol", async () => {
    const seen: unknown[] = [];
    const { connect } = await start({
      async send(call: { metadata: Metadata; sendMetadata(metadata: Metadata): void; trailers: Metadata }) {
        seen.push(call.metadata.getMap());
        const metadata = new Metadata();
        metadata.set("x-text", "t");
        metadata.set("x-bytes-bin", Buffer.from([0, 255]));
        metadata.set("grpc-status", "7");
        metadata.set("content-type", "text/html");
        call.sendMetadata(metadata);
        call.trailers.set("x-last-bin", Buffer.from([1]));
        call.trailers.set("grpc-status", "7");
        return {};
      },
    });
    const metadata = new Metadata();
    metadata.set("x-mine", "m");
    metadata.set("x-mine-bin", Buffer.from([3, 4]));
    let headers = new Metadata();
    let trailers = new Metadata();
    await connect().send(
      {},
      {
        metadata,
        onMetadata: (received: Metadata) => {
          headers = received;
        },
        onTrailers: (received: Metadata) => {
          trailers = received;
        },
      },
    );
    const { "user-agent": _, ...sent } = seen[0] as Record<string, unknown>;
    assert.deepEqual(sent, { "x-mine": "m", "x-mine-bin": Buffer.from([3, 4]) });
    assert.deepEqual(headers.get("x-text"), ["t"]);
    assert.deepEqual(headers.get("x-bytes-bin"), [Buffer.from([0, 255])]);
    assert(!headers.get("content-type").includes("text/html"));
    assert.deepEqual(trailers.get("x-last-bin"), [Buffer.from([1])]);
  });
});

describe("a gRPC request", () => {
  const refused = [
    { name: "by GET", headers: { ":method": "GET" }, httpStatus: 405 },
    { name: "in JSON", headers: { "content-type": "application/grpc+json" }, httpStatus: 415 },
  ];
  for (const { name, headers, httpStatus } of refused) {
    it(`${name} is answered ${httpStatus}`, async () => {
      const { session } = await start();
      const stream = session().request({
        ":method": "POST",
        ":path": "/behaviour.v1.Notes/Send",
        "content-type": "application/grpc",
        ...headers,
      });
      const [received] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
      assert.equal(received[":status"], httpStatus);
    });
  }

  const failing = [
    {
      name: "to an unknown method",
      headers: { ":path": "/behaviour.v1.Notes/None" },
      code: status.UNIMPLEMENTED,
    },
    {
      name: "to an inherited name",
      headers: { ":path": "/__proto__/constructor" },
      code: status.UNIMPLEMENTED,
    },
    { name: "with a wrong timeout", headers: { "grpc-timeout": "1 S" }, code: status.INTERNAL },
    { name: "with a timeout of nothing", headers: { "grpc-timeout": "0n" }, code: status.DEADLINE_EXCEEDED },
    { name: "in an unknown encoding", headers: { "grpc-encoding": "snappy" }, code: status.UNIMPLEMENTED },
    {
      name: "in an inherited encoding",
      headers: { "grpc-encoding": "toString" },
      code: status.UNIMPLEMENTED,
    },
    { name: "without a message", body: Buffer.alloc(0), code: status.UNIMPLEMENTED },
    { name: "with two messages", body: Buffer.concat([one, one]), code: status.UNIMPLEMENTED },
    { name: "that ends within a message", body: one.subarray(0, -1), code: status.INTERNAL },
    { name: "that ends within a prefix", body: one.subarray(0, 3), code: status.INTERNAL },
    { name: "that is no message", body: frameMessage(Buffer.from([0x0a, 9]), false), code: status.INTERNAL },
    { name: "compressed by nothing", body: frameMessage(gzipSync(note("x")), true), code: status.INTERNAL },
    {
      name: "compressed by something else",
      headers: { "grpc-encoding": "gzip" },
      body: frameMessage(deflateSync(note("x")), true),
      code: status.INTERNAL,
    },
    {
      name: "that announces too much",
      body: Buffer.from([0, 0xff, 0xff, 0xff, 0xff]),
      code: status.RESOURCE_EXHAUSTED,
    },
    {
      name: "that inflates to too much",
      headers: { "grpc-encoding": "gzip" },
      body: frameMessage(gzipSync(Buffer.alloc(5 * 1024 * 1024)), true),
      code: status.RESOURCE_EXHAUSTED,
    },
  ];
  for (const { name, headers = {}, body = one, code } of failing) {
    it(`${name} fails with ${status[code]}`, async () => {
      const { session } = await start();
      const { headers: received } = await call(session(), headers, body);
      assert.equal(received[":status"], 200);
      assert.equal(received["grpc-status"], String(code));
    });
  }

  for (const [encoding, compress] of Object.entries({ gzip: gzipSync, deflate: deflateSync })) {
    it(`may be compressed by ${encoding}, message by message`, async () => {
      const { session } = await start();
      const body = Buffer.concat([
        frameMessage(compress(note("a")), true),
        frameMessage(note("b"), false),
        frameMessage(compress(note("c")), true),
      ]);
      const { body: answer } = await call(
        session(),
        { ":path": "/behaviour.v1.Notes/Collect", "grpc-encoding": encoding },
        body,
      );
      assert(answer.includes("a+b+c"));
    });
  }

  it("may come byte by byte", async () => {
    const { session } = await start();
    const stream = session().request({
      ":method": "POST",
      ":path": "/behaviour.v1.Notes/Collect",
      "content-type": "application/grpc",
    });
    for (const byte of Buffer.concat([one, one])) {
      await new Promise((resolve) => stream.write(Buffer.from([byte]), resolve));
    }
    stream.end();
    assert(Buffer.concat(await stream.toArray()).includes("x+x"));
  });

  it("whose client leaves is not taken for complete", async () => {
    let ended = (_: unknown) => {};
    const end = new Promise<unknown>((resolve) => {
      ended = resolve;
    });
    const { session } = await start({
      async collect(requests: AsyncIterable<unknown>) {
        try {
          for await (const _ of requests) opened.destroy();
          ended("complete");
        } catch (error) {
          ended((error as { code: number }).code);
        }
        return {};
      },
    });
    const opened = session();
    const stream = opened.request({
      ":method": "POST",
      ":path": "/behaviour.v1.Notes/Collect",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.write(one);
    assert.equal(await end, status.CANCELLED);
  });

  for (const path of ["Collect", "Chat"]) {
    it(`that is answered early gets all of its answer (${path})`, async () => {
      const { session } = await start({
        collect: async () => ({ text: "enough" }),
        // biome-ignore lint/correctness/useYield: it fails before
        async *chat() {
          throw new RpcError(status.ABORTED, "enough");
        },
      });
      const opened = session();
      for (let i = 0; i < 50; i++) {
        const stream = opened.request({
          ":method": "POST",
          ":path": `/behaviour.v1.Notes/${path}`,
          "content-type": "application/grpc",
        });
        stream.on("error", () => {});
        let found: unknown;
        const look = (headers: http2.IncomingHttpHeaders) => {
          found ??= headers["grpc-status"];
        };
        stream.on("response", look).on("trailers", look).resume();
        stream.write(one);
        await once(stream, "close");
        assert.equal(found, path === "Chat" ? String(status.ABORTED) : "0");
      }
    });
  }

  it("that is answered early is let go", async () => {
    const { session } = await start({ collect: async () => ({ text: "enough" }) });
    const stream = session().request({
      ":method": "POST",
      ":path": "/behaviour.v1.Notes/Collect",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.write(one);
    stream.resume();
    await once(stream, "close");
    assert.equal(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
  });
});

const servers = {
  listen: async (implementation: object) => {
    const { port } = await start(implementation);
    return `127.0.0.1:${port}`;
  },
  startGrpcServer: async (implementation: object) => {
    const services = await loadNotes(implementation);
    const server = stopAfterwards(
      await startGrpcServer(services, { address: "127.0.0.1:0", gracePeriod: 100 }),
    );
    return server.addresses[0] as string;
  },
};

for (const [name, serve] of Object.entries(servers)) {
  describe(`metadata through ${name}`, () => {
    it("have one value of what node sends but once", async () => {
      const target = await serve({
        async send(call: HandlerCall) {
          const metadata = new Metadata();
          for (const tag of ["a", "b"]) {
            metadata.add("etag", tag);
            call.trailers.add("etag", tag);
          }
          call.sendMetadata(metadata);
          return { text: "x" };
        },
        async collect(call: HandlerCall) {
          const metadata = new Metadata();
          metadata.set("retry-after", "1");
          call.trailers.set("retry-after", "2");
          throw new RpcError(status.UNAVAILABLE, "later", { metadata });
        },
      });
      const client = connectNotes(await loadNotes(), target);
      const heard: unknown[] = [];
      const hear = (metadata: Metadata) => heard.push(metadata.get("etag"));
      await client.send({}, { onMetadata: hear, onTrailers: hear });
      assert.deepEqual(heard, [["b"], ["b"]]);
      await assert.rejects(client.collect([]), (error) => {
        assert(error instanceof RpcError);
        assert.deepEqual([error.code, error.metadata?.get("retry-after")], [status.UNAVAILABLE, ["2"]]);
        return true;
      });
    });
  });
}

describe("a gRPC request whose headers cannot be read", () => {
  for (const [headers, code] of [
    [{ "grpc-timeout": "5x" }, status.INTERNAL],
    [{ "grpc-encoding": "snappy" }, status.UNIMPLEMENTED],
  ] as const) {
    it(`is a call that interceptors see fail: ${JSON.stringify(headers)}`, async () => {
      const seen: unknown[] = [];
      class Watch extends Interceptor {
        override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
          return next(request, call).catch((error) => {
            seen.push(error.code);
            throw error;
          });
        }
      }
      const services = (await loadNotes()).use(new Watch());
      const server = stopAfterwards(await listen(services, { host: "127.0.0.1" }));
      const session = openSession((server.address as AddressInfo).port);
      const answer = await call(session, headers, one);
      assert.equal(answer.headers["grpc-status"], String(code));
      assert.deepEqual(seen, [code]);
    });
  }
});

describe("trailers", () => {
  it("may be longer than node sends of its own accord", async () => {
    const { port } = await start({
      async send(call: HandlerCall) {
        for (let i = 0; i < 5; i++) call.trailers.set(`x-long-${i}`, "x".repeat(20_000));
        return { text: "x" };
      },
    });
    const session = openSession(port, { settings: { maxHeaderListSize: 1_000_000 } });
    const { trailers } = await call(session, {}, one);
    for (let i = 0; i < 5; i++) assert.equal(trailers[`x-long-${i}`]?.length, 20_000);
  });
});

describe("a response that ends before its request", () => {
  it("has its trailers, however slow the connection is", async () => {
    const { port } = await start({
      async *chat() {
        for (let i = 0; i < 60; i++) yield { text: "x".repeat(100_000) };
      },
    });
    // Hands on a little in each turn of the loop.
    const proxy = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      near.pipe(far);
      for (const socket of [near, far]) socket.on("error", () => {}).on("close", () => near.destroy());
      const step = () => {
        const piece = far.readableLength > 16_384 ? far.read(16_384) : far.read();
        if (piece !== null) near.write(piece);
        if (!far.destroyed) setTimeout(step, 1);
      };
      step();
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    onTestFinished(() => void proxy.close());
    const client = connectNotes(await loadNotes(), `127.0.0.1:${(proxy.address() as AddressInfo).port}`, {
      channelOptions: { "grpc-node.flow_control_window": 2 ** 24 },
    });
    async function* unfinished() {
      yield { text: "first" };
      await new Promise(() => {});
    }
    assert.equal((await toArray(client.chat(unfinished()))).length, 60);
  });
});

describe("messages larger than allowed", () => {
  it("are not received", async () => {
    const { connect } = await start(notes, { "grpc.max_receive_message_length": 100 });
    assert.equal((await connect().send({ text: "x" })).text, "sent x");
    await assert.rejects(connect().send({ text: "x".repeat(100) }), { code: status.RESOURCE_EXHAUSTED });
  });

  it("are not sent", async () => {
    const { connect } = await start(notes, { "grpc.max_send_message_length": 20 });
    assert.equal((await connect().send({ text: "x" })).text, "sent x");
    await assert.rejects(connect().send({ text: "x".repeat(20) }), { code: status.RESOURCE_EXHAUSTED });
  });
});

describe("responses", () => {
  const large = { send: async () => ({ text: "y".repeat(5000) }) };
  const cases = [
    { option: 2, encoding: "gzip", decompress: gunzipSync },
    { option: 1, encoding: "deflate", decompress: inflateSync },
  ];
  for (const { option, encoding, decompress } of cases) {
    it(`are compressed by ${encoding} for those who take it, if asked for`, async () => {
      const { session, connect } = await start(large, { "grpc.default_compression_algorithm": option });
      const { headers, body } = await call(
        session(),
        { "grpc-accept-encoding": `identity, ${encoding}` },
        one,
      );
      assert.equal(headers["grpc-encoding"], encoding);
      assert.equal(body[0], 1);
      assert(decompress(body.subarray(5)).includes("yyy"));
      const plain = await call(session(), {}, one);
      assert.equal(plain.headers["grpc-encoding"], undefined);
      assert.equal(plain.body[0], 0);
      assert.equal((await connect().send({})).text?.length, 5000);
    });
  }

  it("keep their order when only some are worth compressing", async () => {
    const { connect } = await start(
      {
        async *expand() {
          for (let i = 0; i < 20; i++) yield { text: "z".repeat(i % 2 ? 3000 : 3), count: i };
        },
      },
      { "grpc.default_compression_algorithm": 2 },
    );
    const counts = (await toArray(connect().expand({}))).map(({ count }) => count);
    assert.deepEqual(counts, [...Array(20).keys()]);
  });
});

describe("a connection with gRPC", () => {
  it("is told to go when it is old, and may finish", async () => {
    const { port, session } = await start(notes, { "grpc.max_connection_age_ms": 20 });
    const old = session();
    const [code] = (await once(old, "goaway")) as [number];
    assert.equal(code, http2.constants.NGHTTP2_NO_ERROR);
    await once(old, "close");
    await call(openSession(port), {}, one);
  });

  it("is closed when it is idle", async () => {
    const { session } = await start(notes, { "grpc.max_connection_idle_ms": 20 });
    const idle = session();
    await call(idle, {}, one);
    await once(idle, "close");
  });

  it("is asked whether it is alive", async () => {
    const { session } = await start(notes, {
      "grpc.keepalive_time_ms": 10,
      "grpc.keepalive_timeout_ms": 5000,
    });
    const pinged = session();
    await once(pinged, "ping");
    await once(pinged, "ping");
    assert(!pinged.destroyed);
  });

  it("is closed when it does not answer whether it is alive", async () => {
    const { port } = await start(notes, {
      "grpc.keepalive_time_ms": 10,
      "grpc.keepalive_timeout_ms": 10,
    });
    // A client that sends its preface and its settings, and nothing else.
    const dead = connect(port, "127.0.0.1").resume();
    dead.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
    await once(dead, "close");
  });

  it("is closed with its calls when it is older than old", async () => {
    const { session } = await start(
      { send: () => new Promise(() => {}) },
      { "grpc.max_connection_age_ms": 20, "grpc.max_connection_age_grace_ms": 20 },
    );
    const old = session();
    const stream = old.request({
      ":method": "POST",
      ":path": "/behaviour.v1.Notes/Send",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.end(one);
    await once(stream, "close");
    if (!old.destroyed) await once(old, "close");
  });

  it("is told to go on shutdown while its calls end", async () => {
    let answer = (_: object) => {};
    let entered = () => {};
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const send = () =>
      new Promise((resolve) => {
        answer = resolve;
        entered();
      });
    const { server, session } = await start({ send }, {}, 20_000);
    const opened = session();
    const pending = call(opened, {}, one);
    await isEntered;
    const stopping = server.shutdown();
    await once(opened, "goaway");
    answer({ text: "in time" });
    assert.equal((await pending).trailers["grpc-status"], "0");
    await stopping;
  });

  it("is closed when its client opens and resets streams on and on", async () => {
    const { session } = await start({ send: () => new Promise(() => {}) });
    const hostile = session();
    await once(hostile, "connect");
    const closed = new Promise<void>((resolve) => hostile.once("close", resolve));
    const flood = setInterval(() => {
      for (let i = 0; i < 200 && !hostile.destroyed && !hostile.closed; i++) {
        const stream = hostile.request({
          ":method": "POST",
          ":path": "/behaviour.v1.Notes/Send",
          "content-type": "application/grpc",
        });
        stream.on("error", () => {});
        stream.close(http2.constants.NGHTTP2_CANCEL);
      }
    }, 1);
    await closed;
    clearInterval(flood);
  });

  it("is closed when its client does nothing but ping", async () => {
    const { session } = await start();
    const hostile = session();
    await once(hostile, "connect");
    const closed = new Promise<void>((resolve) => hostile.once("close", resolve));
    for (let i = 0; i < 300 && !hostile.destroyed; i++) {
      hostile.ping(() => {});
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
  });

  it("takes no more headers than it says", async () => {
    const { port } = await start(notes, { "grpc.max_metadata_size": 2000 });
    const session = openSession(port);
    await once(session, "remoteSettings");
    assert.equal(session.remoteSettings.maxHeaderListSize, 2000);
    // What a server allows counts from the moment at which the client has taken note of it.
    await new Promise((resolve) => session.ping(resolve));
    const stream = session.request({ ":path": "/behaviour.v1.Notes/Send", "x-large": "x".repeat(3000) });
    await assert.rejects(once(stream, "response"));
    assert.equal(stream.rstCode, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
  });

  it("limits the streams that are open at once", async () => {
    const { port } = await start(notes, { "grpc.max_concurrent_streams": 7 });
    const session = openSession(port);
    await once(session, "remoteSettings");
    assert.equal(session.remoteSettings.maxConcurrentStreams, 7);
  });
});

describe("createFrameParser", () => {
  it("finds the same messages however their bytes are cut", () => {
    const messages = ["", "a", "b".repeat(300), ""].map((text) => Buffer.from(text));
    const bytes = Buffer.concat(messages.map((message) => frameMessage(message, false)));
    for (const size of [1, 2, 3, 5, 7, 100, bytes.length]) {
      const parser = createFrameParser(1000);
      const found: Buffer[] = [];
      for (let i = 0; i < bytes.length; i += size) {
        found.push(...parser.push(bytes.subarray(i, i + size)).map((frame) => frame.bytes));
      }
      assert.deepEqual(found, messages);
      assert(parser.isComplete);
    }
  });
});
