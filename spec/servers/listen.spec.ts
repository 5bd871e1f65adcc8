import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import tls from "node:tls";
import { inspect } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { credentials } from "@grpc/grpc-js";
import express from "express";
import { describe, it, onTestFinished } from "vitest";
import { ConfigError, listen, status } from "../../lib/index.js";
import { connectNotes, loadNotes, notes, readTls, stopAfterwards, toArray } from "./notes.js";

type Options = Parameters<typeof listen>[1];

async function start(options: Options = {}, implementation: object = notes) {
  const services = await loadNotes(implementation);
  const server = stopAfterwards(await listen(services, { host: "127.0.0.1", gracePeriod: 1000, ...options }));
  const { port } = server.address as AddressInfo;
  return { services, server, port, target: `127.0.0.1:${port}` };
}

const serverTls = { key: readTls("server.key"), cert: readTls("server.pem"), ca: readTls("ca.pem") };

interface Answer {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: string;
}

async function askHttp1(port: number, path: string, body?: string, secure = false): Promise<Answer> {
  const options = {
    port,
    host: "127.0.0.1",
    path,
    method: body === undefined ? "GET" : "POST",
    agent: false,
  };
  const req = secure ? https.request({ ...options, ca: readTls("ca.pem") }) : http.request(options);
  req.end(body);
  const [res] = (await once(req, "response")) as [http.IncomingMessage];
  return {
    status: res.statusCode ?? 0,
    headers: res.headers,
    body: String(Buffer.concat(await res.toArray())),
  };
}

function openHttp2(port: number, secure = false): http2.ClientHttp2Session {
  const session = secure
    ? http2.connect(`https://127.0.0.1:${port}`, { ca: readTls("ca.pem") })
    : http2.connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

async function askHttp2(session: http2.ClientHttp2Session, path: string, body?: string): Promise<Answer> {
  const stream = session.request({ ":path": path, ":method": body === undefined ? "GET" : "POST" });
  stream.end(body);
  const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
  return { status: Number(headers[":status"]), headers, body: String(Buffer.concat(await stream.toArray())) };
}

const app = express();
app.get("/app", (req, res) => {
  res.json({ version: req.httpVersion, secure: req.secure });
});

const rest = { path: "/v1/notes:send", body: '{"text":"x"}', answer: { text: "sent x", count: 0 } };

for (const secure of [false, true]) {
  describe(`one ${secure ? "TLS" : "cleartext"} port`, () => {
    const options = secure ? { app, tls: serverTls } : { app };
    const channel = secure ? { credentials: credentials.createSsl(readTls("ca.pem")) } : {};

    it("answers REST over HTTP/1.1", async () => {
      const { port } = await start(options);
      const { status, body } = await askHttp1(port, rest.path, rest.body, secure);
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body), rest.answer);
    });

    it("answers REST over HTTP/2", async () => {
      const { port } = await start(options);
      const { status, body } = await askHttp2(openHttp2(port, secure), rest.path, rest.body);
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body), rest.answer);
    });

    it("answers native gRPC, all four kinds", async () => {
      const { services, target } = await start(options);
      const { send, collect, expand, chat } = connectNotes(services, target, channel);
      assert.equal((await send({ text: "x" })).text, "sent x");
      assert.deepEqual(await collect([{ text: "a" }, { text: "b" }]), { text: "a+b", count: 2 });
      assert.equal((await toArray(expand({ text: "x", count: 500 }))).length, 500);
      const heard = await toArray(chat([{ text: "a" }, { text: "b" }]));
      assert.deepEqual(
        heard.map(({ text }) => text),
        ["heard a", "heard b"],
      );
    });

    it("hands everything else to the app, over HTTP/1.1 and HTTP/2", async () => {
      const { port } = await start(options);
      const first = await askHttp1(port, "/app", undefined, secure);
      assert.deepEqual(JSON.parse(first.body), { version: "1.1", secure });
      const second = await askHttp2(openHttp2(port, secure), "/app");
      assert.deepEqual(JSON.parse(second.body), { version: "2.0", secure });
      assert.equal((await askHttp1(port, "/none", undefined, secure)).status, 404);
      assert.equal((await askHttp2(openHttp2(port, secure), "/none")).status, 404);
    });
  });
}

describe("a request over HTTP/2 that does not say how long it is", () => {
  const encodings = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, compress] of Object.entries(encodings)) {
    it(`is inflated: ${encoding}`, async () => {
      const { port } = await start();
      const stream = openHttp2(port).request({
        ":path": rest.path,
        ":method": "POST",
        "content-encoding": encoding,
      });
      stream.end(compress(rest.body));
      assert.deepEqual(JSON.parse(String(Buffer.concat(await stream.toArray()))), rest.answer);
    });
  }

  it("may have an encoding and no body", async () => {
    const { port } = await start();
    const headers = { ":path": rest.path, ":method": "POST", "content-encoding": "gzip" };
    const stream = openHttp2(port).request(headers, { endStream: true });
    assert.deepEqual(JSON.parse(String(Buffer.concat(await stream.toArray()))), {
      text: "sent ",
      count: 0,
    });
  });
});

describe("one HTTP/2 connection", () => {
  it("carries gRPC calls and other requests at once", async () => {
    const { port } = await start({ app });
    const session = openHttp2(port);
    const grpc = session.request({
      ":method": "POST",
      ":path": "/behaviour.v1.Notes/Chat",
      "content-type": "application/grpc",
      te: "trailers",
    });
    const said = Buffer.from("\0\0\0\0\x03\n\x01a", "latin1");
    grpc.write(said);
    const [first] = (await once(grpc, "data")) as [Buffer];
    assert.equal(first.subarray(7).toString(), "heard a");
    // The call is still open.
    assert.deepEqual(JSON.parse((await askHttp2(session, rest.path, rest.body)).body), rest.answer);
    assert.equal((await askHttp2(session, "/app")).status, 200);
    grpc.end(said);
    const [trailers] = (await once(grpc.resume(), "trailers")) as [http2.IncomingHttpHeaders];
    assert.equal(trailers["grpc-status"], "0");
  });
});

describe("a cleartext connection", () => {
  async function speak(port: number, pieces: readonly string[]): Promise<string> {
    const socket = connect(port, "127.0.0.1").setNoDelay(true);
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, "connect");
    for (const piece of pieces) await new Promise((resolve) => socket.write(piece, "latin1", resolve));
    const [data] = (await once(socket, "data")) as [Buffer];
    return data.toString("latin1");
  }

  it("may begin byte by byte", async () => {
    const { port } = await start();
    const request = "GET /none HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert.match(await speak(port, [...request]), /^HTTP\/1.1 404/);
    const settings = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    assert.equal((await speak(port, [...settings])).charCodeAt(3), 4, "a SETTINGS frame");
  });

  it("may begin like HTTP/2 and be HTTP/1.1", async () => {
    const { port } = await start();
    assert.match(await speak(port, ["PRI", "NT /none HTTP/1.1\r\nhost: x\r\n\r\n"]), /^HTTP\/1.1 400/);
    assert.match(
      await speak(port, ["P", "OST /none HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n"]),
      /^HTTP\/1.1 404/,
    );
  });

  for (const bytes of ["", "PRI * HTT"]) {
    it(`is closed when nothing follows ${JSON.stringify(bytes)} for long`, async () => {
      const { port } = await start({ sniffTimeout: 30 });
      const socket = connect(port, "127.0.0.1").resume();
      socket.write(bytes);
      await once(socket, "close");
    });
  }

  it("may be closed or reset by its client before it has said anything", async () => {
    const { port, services, target } = await start();
    for (const leave of [
      (s: Socket) => s.end(),
      (s: Socket) => s.destroy(),
      (s: Socket) => s.resetAndDestroy(),
    ]) {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      await once(socket, "connect");
      leave(socket);
      await once(socket.resume(), "close");
    }
    assert.equal((await connectNotes(services, target).send({ text: "x" })).text, "sent x");
  });
});

describe("a TLS connection", () => {
  it("negotiates HTTP/2 with those who can", async () => {
    const { port } = await start({ tls: serverTls });
    for (const [offered, chosen] of [
      [["h2", "http/1.1"], "h2"],
      [["http/1.1", "h2"], "h2"],
      [["http/1.1"], "http/1.1"],
      [undefined, false],
    ] as const) {
      const socket = tls.connect({
        port,
        host: "127.0.0.1",
        ca: readTls("ca.pem"),
        ...(offered && { ALPNProtocols: [...offered] }),
      });
      await once(socket, "secureConnect");
      assert.equal(socket.alpnProtocol, chosen);
      socket.destroy();
    }
  });

  it("is closed when its client does not begin to speak TLS", async () => {
    const { port } = await start({ tls: serverTls, sniffTimeout: 30 });
    await once(connect(port, "127.0.0.1").resume(), "close");
  });

  it("is told from its first bytes when nothing was negotiated", async () => {
    const { port } = await start({ tls: serverTls });
    const socket = tls.connect({ port, host: "127.0.0.1", ca: readTls("ca.pem") });
    await once(socket, "secureConnect");
    const session = http2.connect("http://127.0.0.1", { createConnection: () => socket });
    onTestFinished(() => session.destroy());
    assert.equal((await askHttp2(session, rest.path, rest.body)).status, 200);
  });

  it("tells handlers who the client is, by gRPC and by REST over either version", async () => {
    const seen: unknown[] = [];
    const mutual = { ...serverTls, requestCert: true, rejectUnauthorized: true };
    const { services, port, target } = await start(
      { tls: mutual },
      {
        async send(call: { getAuthContext(): { sslPeerCertificate?: { subject: { CN: string } } } }) {
          seen.push(call.getAuthContext().sslPeerCertificate?.subject.CN);
          return {};
        },
      },
    );
    const key = { ca: readTls("ca.pem"), key: readTls("client.key"), cert: readTls("client.pem") };
    const channel = { credentials: credentials.createSsl(key.ca, key.key, key.cert) };
    await connectNotes(services, target, channel).send({});
    const session = http2.connect(`https://127.0.0.1:${port}`, key);
    onTestFinished(() => session.destroy());
    await askHttp2(session, rest.path, rest.body);
    const req = https.request({
      ...key,
      port,
      host: "127.0.0.1",
      path: rest.path,
      method: "POST",
      agent: false,
    });
    req.end(rest.body);
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    res.resume();
    assert.deepEqual(seen, ["spec client", "spec client", "spec client"]);
  });
});

describe("listen", () => {
  it("answers 404 with a status for what nobody has, without an app", async () => {
    const { port } = await start();
    const first = await askHttp1(port, "/none");
    const second = await askHttp2(openHttp2(port), "/none");
    for (const { status, body } of [first, second]) {
      assert.equal(status, 404);
      assert.equal(JSON.parse(body).code, 5);
    }
  });

  it("takes the options of the router", async () => {
    const { port } = await start({ json: { emitDefaults: false } });
    assert.deepEqual(JSON.parse((await askHttp1(port, rest.path, rest.body)).body), { text: "sent x" });
  });

  it("refuses an option that there is not", async () => {
    const services = await loadNotes();
    await assert.rejects(listen(services, { bodyLimits: 1 } as Options), ConfigError);
    const misspelt = listen(services, { sniffTimeot: 1 } as Options);
    await assert.rejects(misspelt, /unknown option "sniffTimeot"; did you mean "sniffTimeout"\?/);
    for (const time of [{ gracePeriod: "5s" }, { sniffTimeout: Number.NaN }, { gracePeriod: -1 }]) {
      await assert.rejects(listen(services, time as Options), /: give milliseconds, not /);
    }
  });

  it("waits for ever where a time is 0 or without end", async () => {
    for (const sniffTimeout of [0, Number.POSITIVE_INFINITY]) {
      const { server, port } = await start({ sniffTimeout, gracePeriod: Number.POSITIVE_INFINITY });
      const silent = connect(port, "127.0.0.1");
      onTestFinished(() => void silent.destroy());
      await once(silent, "connect");
      await new Promise((resolve) => setTimeout(resolve, 5));
      // It is heard: the server has not closed it.
      silent.write("GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      const [answer] = await once(silent, "data");
      assert.match(String(answer), /^HTTP\/1\.1 404 /);
      await server.shutdown();
    }
  });

  for (const port of [Number.NaN, -1, 65_536, 0.5, "http", ""]) {
    it(`refuses the port ${inspect(port)}`, async () => {
      await assert.rejects(listen(await loadNotes(), { port: port as number }), {
        name: "ConfigError",
        message: `port: give a whole number from 0 to 65535, not ${inspect(port)}`,
      });
    });
  }

  it("takes the port as text, as the environment has it", async () => {
    const { port } = await start({ port: "0" as unknown as number });
    assert.equal((await askHttp1(port, "/none")).status, 404);
  });

  for (const place of [{ port: 0 }, { host: "127.0.0.1" }]) {
    const [name] = Object.keys(place);
    it(`refuses a path beside a ${name}`, async () => {
      await assert.rejects(listen(await loadNotes(), { path: "notes.sock", ...place }), {
        name: "ConfigError",
        message: `path and ${name}: listen on a Unix socket or on a port, not on both`,
      });
    });
  }

  it("says so when its port is taken", async () => {
    const { port } = await start();
    await assert.rejects(
      start({ port }),
      new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE`),
    );
  });

  it("explains gRPC over HTTP/1.1", async () => {
    const { port } = await start({ app });
    const req = http.request({ port, path: "/behaviour.v1.Notes/Send", method: "POST", agent: false });
    req.setHeader("content-type", "application/grpc");
    req.end();
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    assert.equal(res.statusCode, 505);
    assert.match(String(Buffer.concat(await res.toArray())), /gRPC needs HTTP\/2/);
  });

  it("cancels the call of a client that leaves, over HTTP/2", async () => {
    let entered = () => {};
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    let cancelled = (_: unknown) => {};
    const reason = new Promise<unknown>((resolve) => {
      cancelled = resolve;
    });
    const { port } = await start(
      {},
      {
        send(call: { signal: AbortSignal }) {
          call.signal.addEventListener("abort", () => cancelled(call.signal.reason));
          entered();
          return new Promise(() => {});
        },
      },
    );
    const stream = openHttp2(port).request({ ":path": rest.path, ":method": "POST" });
    stream.on("error", () => {});
    stream.end(rest.body);
    await isEntered;
    stream.close(http2.constants.NGHTTP2_CANCEL);
    assert.equal(((await reason) as { code: number }).code, status.CANCELLED);
  });

  it("does not take what has come of an upload for all of it when its client leaves", async () => {
    let ended = (_: unknown) => {};
    const end = new Promise<unknown>((resolve) => {
      ended = resolve;
    });
    const { port } = await start(
      {},
      {
        async collect(requests: AsyncIterable<unknown>) {
          try {
            for await (const _ of requests) session.destroy();
            ended("complete");
          } catch (error) {
            ended((error as { code: number }).code);
          }
          return {};
        },
      },
    );
    const session = openHttp2(port);
    const stream = session.request({ ":path": "/v1/notes:collect", ":method": "POST" });
    stream.on("error", () => {});
    stream.write('{"text":"a"}\n');
    assert.equal(await end, status.CANCELLED);
  });

  it("streams over HTTP/2 as it goes", async () => {
    const { port } = await start();
    const stream = openHttp2(port).request({ ":path": "/v1/notes:chat", ":method": "POST" });
    for (const text of ["a", "b"]) {
      stream.write(`{"text":"${text}"}\n`);
      const [data] = (await once(stream, "data")) as [Buffer];
      assert.equal(JSON.parse(String(data)).text, `heard ${text}`);
    }
    stream.end();
    await once(stream.resume(), "end");
  });
});

describe("a WebSocket upgrade", () => {
  async function upgrade(port: number): Promise<string> {
    const req = http.request({
      port,
      path: "/socket",
      headers: { connection: "Upgrade", upgrade: "websocket" },
    });
    req.end();
    const [res, socket] = (await once(req, "upgrade")) as [http.IncomingMessage, Socket];
    socket.destroy();
    return String(res.headers.upgrade);
  }

  const accept = (_: unknown, socket: Socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
  };

  it("reaches the listeners of the server", async () => {
    const { server, port } = await start({ app });
    server.server.on("upgrade", accept);
    assert.equal(await upgrade(port), "websocket");
    assert.equal((await askHttp1(port, rest.path, rest.body)).status, 200);
  });

  it("reaches the listeners of the app, added before or after", async () => {
    for (const isEarly of [true, false]) {
      const own = express();
      // Express does not declare that its app takes any listener.
      const emitter: NodeJS.EventEmitter = own;
      if (isEarly) emitter.on("upgrade", accept);
      const { port } = await start({ app: own });
      if (!isEarly) emitter.on("upgrade", accept);
      assert.equal(await upgrade(port), "websocket");
    }
  });

  it("to HTTP/2 is left out, whoever listens for others", async () => {
    const { server, port } = await start();
    server.server.on("upgrade", (_, socket) => socket.destroy());
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => {
      socket.destroy();
    });
    socket.write(
      `POST ${rest.path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
        `HTTP2-Settings: AAMAAABk\r\nContent-Length: ${rest.body.length}\r\n\r\n${rest.body}`,
    );
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.match(String(data), /^HTTP\/1.1 200 OK\r\n/);
    assert(String(data).includes(JSON.stringify(rest.answer)));
  });

  it("is an ordinary request when nobody listens for it", async () => {
    const { port } = await start({ app });
    const req = http.request({
      port,
      path: "/app",
      headers: { connection: "Upgrade", upgrade: "websocket" },
    });
    req.end();
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    assert.equal(res.resume().statusCode, 200);
  });
});

describe("the shutdown of one port", () => {
  const slow = () => {
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
    return { implementation: { send }, isEntered, answer: (message: object) => answer(message) };
  };

  it("lets a gRPC call end", async () => {
    const { implementation, isEntered, answer } = slow();
    const { server, services, target } = await start({ gracePeriod: 20_000 }, implementation);
    const call = connectNotes(services, target).send({ text: "x" });
    await isEntered;
    const stopping = server.shutdown();
    answer({ text: "in time" });
    assert.equal((await call).text, "in time");
    await stopping;
  });

  for (const version of ["HTTP/1.1", "HTTP/2"]) {
    it(`lets a REST call over ${version} end`, async () => {
      const { implementation, isEntered, answer } = slow();
      const { server, port } = await start({ gracePeriod: 20_000 }, implementation);
      const call =
        version === "HTTP/2"
          ? askHttp2(openHttp2(port), rest.path, rest.body)
          : askHttp1(port, rest.path, rest.body);
      await isEntered;
      const stopping = server.shutdown();
      answer({ text: "in time" });
      assert.equal(JSON.parse((await call).body).text, "in time");
      await stopping;
    });
  }

  it("does not wait for connections that are kept alive", async () => {
    const { server, port } = await start({ gracePeriod: 20_000 });
    const agent = new http.Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const req = http.request({ port, path: "/none", agent }).end();
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    res.resume();
    const session = openHttp2(port);
    await askHttp2(session, "/none");
    await server.shutdown();
  });

  it("leaves a WebSocket its time, on a connection that has served a request too", async () => {
    const { server, port } = await start({ app, gracePeriod: 20_000 });
    server.server.on("upgrade", (_, socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n");
      socket.pipe(socket);
    });
    const web = connect(port, "127.0.0.1");
    web.write("GET /app HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.match(String((await once(web, "data"))[0]), /^HTTP\/1.1 200 /);
    web.write("GET /app HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert.match(String((await once(web, "data"))[0]), /^HTTP\/1.1 101 /);
    const idle = connect(port, "127.0.0.1");
    idle.write("GET /app HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(idle, "data");
    const stopping = server.shutdown();
    await once(idle, "close");
    web.write("still here");
    assert.equal(String((await once(web, "data"))[0]), "still here");
    web.end();
    await stopping;
  });

  it("does not wait for connections on which nothing was said", async () => {
    const { server, port } = await start({ gracePeriod: 20_000 });
    const silent = connect(port, "127.0.0.1");
    const isAccepted = once(server.server, "connection");
    await once(silent, "connect");
    await isAccepted;
    await server.shutdown();
    await once(silent.resume(), "close");
  });

  it("does not wait longer than the grace period for a TLS handshake", async () => {
    const { server, port } = await start({ tls: serverTls, gracePeriod: 30 });
    const silent = connect(port, "127.0.0.1");
    const isAccepted = once(server.server, "connection");
    await once(silent, "connect");
    await isAccepted;
    await server.shutdown();
    await once(silent.resume(), "close");
  });

  it("cancels what is left after the grace period, and closes every connection", async () => {
    const { implementation, isEntered } = slow();
    const { server, services, port, target } = await start({ gracePeriod: 30 }, implementation);
    const silent = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await once(silent, "connect");
    const call = assert.rejects(connectNotes(services, target).send({ text: "x" }));
    await isEntered;
    await server.shutdown();
    await call;
    silent.destroy();
  });

  /** Streams a first message, and nothing more. */
  const stuck = () => {
    let sent = () => {};
    const isSent = new Promise<void>((resolve) => {
      sent = resolve;
    });
    async function* expand() {
      yield { text: "first" };
      sent();
      await new Promise(() => {});
    }
    return { expand, isSent };
  };

  it("tells the clients of gRPC calls that they are cancelled", async () => {
    const { implementation, isEntered } = slow();
    const { expand, isSent } = stuck();
    const { server, services, target } = await start({ gracePeriod: 30 }, { ...implementation, expand });
    const client = connectNotes(services, target);
    const stopped = { code: status.CANCELLED, message: "the server is shutting down" };
    const unary = assert.rejects(client.send({ text: "x" }), stopped);
    const texts: unknown[] = [];
    const stream = assert.rejects(async () => {
      for await (const { text } of client.expand({ text: "x" })) texts.push(text);
    }, stopped);
    await Promise.all([isEntered, isSent]);
    await server.shutdown();
    await Promise.all([unary, stream]);
    assert.deepEqual(texts, ["first"]);
  });

  for (const version of ["HTTP/1.1", "HTTP/2"]) {
    it(`answers REST calls over ${version} that it cancels`, async () => {
      const { implementation, isEntered } = slow();
      const { expand, isSent } = stuck();
      const { server, port } = await start({ gracePeriod: 30 }, { ...implementation, expand });
      const session = openHttp2(port);
      const ask = (path: string) =>
        version === "HTTP/2" ? askHttp2(session, path, rest.body) : askHttp1(port, path, rest.body);
      const [unary, stream] = [ask(rest.path), ask("/v1/notes:expand")];
      await Promise.all([isEntered, isSent]);
      await server.shutdown();
      const { status: httpStatus, body } = await unary;
      assert.equal(httpStatus, 499);
      assert.deepEqual(JSON.parse(body), {
        code: status.CANCELLED,
        message: "the server is shutting down",
        details: [],
      });
      const items = (await stream).body.trimEnd().split("\n");
      assert.equal(items.length, 2);
      assert.equal(JSON.parse(items[1] ?? "").error.code, status.CANCELLED);
    });
  }

  it("answers a request whose body does not come to its end", async () => {
    const { server, port } = await start({ gracePeriod: 30 });
    const upload = connect(port, "127.0.0.1");
    onTestFinished(() => void upload.destroy());
    const hasCome = once(server.server, "request");
    upload.write(`POST ${rest.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`);
    await hasCome;
    const answer = once(upload, "data");
    await server.shutdown();
    assert.match(String((await answer)[0]), /^HTTP\/1\.1 499 /);
  });

  it("does not wait for clients that do not read", async () => {
    let entered = 0;
    let allEntered = () => {};
    const areEntered = new Promise<void>((resolve) => {
      allEntered = resolve;
    });
    async function* expand() {
      if (++entered === 3) allEntered();
      for (;;) yield { text: "x".repeat(2 ** 24) };
    }
    const { server, port } = await start({ gracePeriod: 30 }, { expand });
    const web = connect(port, "127.0.0.1");
    onTestFinished(() => void web.destroy());
    web.on("error", () => {});
    web.write("POST /v1/notes:expand HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    const stream = openHttp2(port).request({ ":path": "/v1/notes:expand", ":method": "POST" });
    stream.on("error", () => {});
    stream.end("{}");
    const grpc = openHttp2(port).request({
      ":path": "/behaviour.v1.Notes/Expand",
      ":method": "POST",
      "content-type": "application/grpc",
    });
    grpc.on("error", () => {});
    grpc.end(Buffer.alloc(5));
    await areEntered;
    await server.shutdown();
  });

  it("happens by await using", async () => {
    let address: AddressInfo;
    {
      await using server = await listen(await loadNotes(), { host: "127.0.0.1" });
      address = server.address as AddressInfo;
    }
    const socket = connect(address.port, address.address);
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
  });
});
