import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gunzipSync } from "node:zlib";
import compression from "compression";
import cors from "cors";
import express, { type Express } from "express";
import helmet from "helmet";
import morgan from "morgan";
import { describe, it, onTestFinished } from "vitest";
import { getHttpContext, Interceptor, listen, type ServerCall, transcodingRouter } from "../../lib/index.js";
import { loadNotes, makeFolder, stopAfterwards } from "./notes.js";

async function start(app: Express, services = loadNotes()) {
  const server = stopAfterwards(await listen(await services, { app, host: "127.0.0.1", gracePeriod: 200 }));
  const session = http2.connect(`http://127.0.0.1:${(server.address as AddressInfo).port}`);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

interface Answer {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly trailers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Question {
  readonly [header: string]: unknown;
  readonly body?: string | Buffer;
}

async function ask(
  session: http2.ClientHttp2Session,
  path: string,
  { body, ...rest }: Question = {},
): Promise<Answer> {
  const headers = rest as http2.OutgoingHttpHeaders;
  const stream = session.request({
    ":path": path,
    ":method": body === undefined ? "GET" : "POST",
    ...headers,
  });
  stream.end(body);
  let trailers: http2.IncomingHttpHeaders = {};
  stream.once("trailers", (received) => {
    trailers = received;
  });
  const [received] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
  const chunks = await stream.toArray();
  return { status: Number(received[":status"]), headers: received, trailers, body: Buffer.concat(chunks) };
}

describe("an Express app over HTTP/2", () => {
  it("reads the request", async () => {
    const app = express();
    app.get("/things/:id", (req, res) => {
      const { method, url, originalUrl, path, query, params, protocol, hostname, httpVersion, ip, headers } =
        req;
      res.json({
        method,
        url,
        originalUrl,
        path,
        query,
        params,
        protocol,
        hostname,
        httpVersion,
        ip,
        headers,
      });
    });
    const { body } = await ask(await start(app), "/things/7?a=1&a=2", { cookie: "a=1; b=2", "x-own": "y" });
    const { headers, hostname, ...rest } = JSON.parse(String(body));
    assert.deepEqual(rest, {
      method: "GET",
      url: "/things/7?a=1&a=2",
      originalUrl: "/things/7?a=1&a=2",
      path: "/things/7",
      query: { a: ["1", "2"] },
      params: { id: "7" },
      protocol: "http",
      httpVersion: "2.0",
      ip: "127.0.0.1",
    });
    assert.equal(hostname, "127.0.0.1");
    assert.match(headers.host, /^127\.0\.0\.1:\d+$/);
    assert.equal(headers.cookie, "a=1; b=2");
    assert.equal(headers["x-own"], "y");
    assert(Object.keys(headers).every((name) => !name.startsWith(":")));
  });

  it("runs helmet, cors, compression and morgan", async () => {
    const lines: string[] = [];
    const app = express();
    const logged = new Promise<void>((resolve) => {
      const stream = {
        write(line: string) {
          lines.push(line);
          resolve();
        },
      };
      app.use(morgan(":method :url :status :http-version :res[content-encoding]", { stream }));
    });
    app.use(helmet(), cors({ origin: "https://a.example" }), compression({ threshold: 0 }));
    app.get("/text", (_, res) => {
      res.send("hello ".repeat(1000));
    });
    const { headers, body } = await ask(await start(app), "/text", { "accept-encoding": "gzip" });
    assert.equal(headers["content-encoding"], "gzip");
    assert.equal(String(gunzipSync(body)), "hello ".repeat(1000));
    assert.equal(headers["x-frame-options"], "SAMEORIGIN");
    assert.equal(headers["access-control-allow-origin"], "https://a.example");
    await logged;
    assert.deepEqual(lines, ["GET /text 200 2.0 gzip\n"]);
  });

  it("sends files, ranges of them, and 304 for those that are known", async () => {
    const file = join(await makeFolder(), "file.txt");
    await writeFile(file, "0123456789".repeat(100_000));
    const app = express();
    app.get("/file", (_, res) => {
      res.sendFile(file);
    });
    const session = await start(app);
    const whole = await ask(session, "/file");
    assert.equal(whole.body.length, 1_000_000);
    assert.equal(whole.headers["content-type"], "text/plain; charset=utf-8");
    const part = await ask(session, "/file", { range: "bytes=5-9" });
    assert.equal(part.status, 206);
    assert.equal(String(part.body), "56789");
    const known = await ask(session, "/file", { "if-none-match": whole.headers.etag });
    assert.equal(known.status, 304);
    assert.equal(known.body.length, 0);
    const head = await ask(session, "/file", { ":method": "HEAD" });
    assert.equal(head.headers["content-length"], "1000000");
    assert.equal(head.body.length, 0);
  });

  it("mounts apps and routers, the routes of services too", async () => {
    const app = express();
    const inner = express();
    inner.get("/hello", (req, res) => {
      res.send(`${req.baseUrl} ${req.app === inner}`);
    });
    app.use("/inner", inner);
    app.use("/api", transcodingRouter(await loadNotes()));
    const session = await start(app);
    assert.equal(String((await ask(session, "/inner/hello")).body), "/inner true");
    const { body } = await ask(session, "/api/v1/notes:send", { body: '{"text":"x"}' });
    assert.deepEqual(JSON.parse(String(body)), { text: "sent x", count: 0 });
  });

  it("parses bodies, and takes large ones as they come", async () => {
    const app = express();
    app.post("/json", express.json(), (req, res) => {
      res.status(201).json(req.body);
    });
    app.post("/raw", async (req, res) => {
      let length = 0;
      for await (const chunk of req) length += (chunk as Buffer).length;
      res.send(String(length));
    });
    const session = await start(app);
    const json = await ask(session, "/json", { body: '{"a":[1]}', "content-type": "application/json" });
    assert.equal(json.status, 201);
    assert.equal(String(json.body), '{"a":[1]}');
    assert.equal(String((await ask(session, "/raw", { body: randomBytes(3_000_000) })).body), "3000000");
  });

  it("answers before a body that it does not read has come", async () => {
    const app = express();
    app.post("/refuse", (_, res) => {
      res.status(403).send("no");
    });
    const { status, body } = await ask(await start(app), "/refuse", { body: randomBytes(2_000_000) });
    assert.equal(status, 403);
    assert.equal(String(body), "no");
  });

  it("waits for a slow reader", async () => {
    let made = 0;
    let isHeld = () => {};
    const held = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    const app = express();
    app.get("/endless", (_, res) => {
      const source = new Readable({
        read() {
          made++;
          this.push(Buffer.alloc(16_384));
        },
      });
      void pipeline(source, res).catch(() => {});
      const watch = setInterval(() => {
        if (!res.writableNeedDrain) return;
        clearInterval(watch);
        isHeld();
      }, 1);
    });
    const stream = (await start(app)).request({ ":path": "/endless" });
    stream.on("error", () => {});
    await once(stream, "response");
    await held;
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
    assert(made * 16_384 < 500_000, "no more is made than the buffers on the way hold");
    await once(stream, "data");
    stream.close();
  });

  it("streams as it goes", async () => {
    const app = express();
    let next = () => {};
    app.get("/steps", async (_, res) => {
      for (let i = 0; i < 3; i++) {
        res.write(`step ${i}`);
        await new Promise<void>((resolve) => {
          next = resolve;
        });
      }
      res.end();
    });
    const stream = (await start(app)).request({ ":path": "/steps" });
    for (let i = 0; i < 3; i++) {
      const [data] = (await once(stream, "data")) as [Buffer];
      assert.equal(String(data), `step ${i}`);
      next();
    }
    await once(stream, "end");
  });

  it("sends cookies, lists of headers, trailers, and early hints", async () => {
    const app = express();
    app.get("/much", (_, res) => {
      res.writeEarlyHints({ link: "</a.css>; rel=preload" });
      res.cookie("a", "1").cookie("b", "2").vary("Origin").vary("Accept").set("connection", "close");
      res.write("body");
      res.addTrailers({ "x-sum": "7" });
      res.end();
    });
    const stream = (await start(app)).request({ ":path": "/much" });
    const hints = once(stream, "headers");
    const trailers = once(stream, "trailers");
    const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    assert.equal((await hints)[0][":status"], 103);
    assert.deepEqual(headers["set-cookie"], ["a=1; Path=/", "b=2; Path=/"]);
    assert.equal(headers.vary, "Origin, Accept");
    assert.equal(headers.connection, undefined);
    assert.equal(headers["transfer-encoding"], undefined);
    assert.equal(String(Buffer.concat(await stream.toArray())), "body");
    assert.equal((await trailers)[0]["x-sum"], "7");
  });

  it("hears of a client that leaves", async () => {
    const events: string[] = [];
    let seen = () => {};
    let entered = () => {};
    const isSeen = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const app = express();
    app.post("/hang", (req, res) => {
      req.on("aborted", () => events.push("aborted"));
      req.on("error", () => events.push("error"));
      res.on("finish", () => events.push("finish"));
      res.on("close", () => {
        events.push(`close ${res.writableFinished}`);
        setImmediate(seen);
      });
      entered();
    });
    const session = await start(app);
    const stream = session.request({ ":path": "/hang", ":method": "POST" });
    stream.on("error", () => {});
    stream.write("begun");
    await isEntered;
    session.destroy(); // node's client would end a stream before it resets it
    await isSeen;
    assert.deepEqual(events.toSorted(), ["aborted", "close false", "error"]);
  });

  it("tells the request of a GET that its client has left", async () => {
    const app = express();
    const isClosed = new Promise((resolve) => {
      app.get("/events", (req, res) => {
        req.on("close", resolve);
        res.writeHead(200, { "content-type": "text/event-stream" });
        res.write("data: 1\n\n");
      });
    });
    const stream = (await start(app)).request({ ":path": "/events" });
    await once(stream, "response");
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await isClosed;
  });

  it("outlives responses that are destroyed with an error", async () => {
    const app = express();
    const failing = () =>
      Readable.from(
        (function* () {
          yield "begun";
          throw new Error("the disk is gone");
        })(),
      );
    const failures: unknown[] = [];
    app.get("/file", (_, res) => {
      pipeline(failing(), res).catch((error) => failures.push(error.message));
    });
    app.get("/destroyed", (_, res) => void res.destroy(new Error("gone")));
    app.get("/switch", (_, res) => {
      // Far from Express, which would catch what is thrown.
      setImmediate(() => res.writeHead(101).end());
    });
    app.get("/", (_, res) => void res.send("alive"));
    const session = await start(app);
    for (const path of ["/file", "/destroyed", "/switch"]) {
      const stream = session.request({ ":path": path });
      await assert.rejects(stream.toArray(), { code: "ERR_HTTP2_STREAM_ERROR" });
    }
    assert.deepEqual(failures, ["the disk is gone"]);
    assert.equal(String((await ask(session, "/")).body), "alive");
  });

  it("sends the last of two values of what may be said but once", async () => {
    const app = express();
    app.get("/", (_, res) => {
      // Far from Express, which would catch what is thrown.
      setImmediate(() => {
        res.setHeader("x-content-type-options", ["nosniff", "nosniff"]).setHeader("x-two", ["1", "2"]);
        res.write("x");
        res.addTrailers([
          ["etag", "a"],
          ["etag", "b"],
        ]);
        res.end();
      });
    });
    const { headers, trailers } = await ask(await start(app), "/");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["x-two"], "1, 2");
    assert.equal(trailers.etag, "b");
  });

  it("keeps an upload for its reader when it is answered early", async () => {
    const app = express();
    let uploaded: Promise<Buffer[]> | undefined;
    app.post("/", (req, res) => {
      const sink = new PassThrough();
      req.pipe(sink);
      uploaded = sink.toArray();
      req.once("data", () => res.status(202).end("accepted"));
    });
    const body = randomBytes(1_000_000);
    const stream = (await start(app)).request({ ":path": "/", ":method": "POST" });
    stream.write(body.subarray(0, 1000));
    const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    assert.equal(headers[":status"], 202);
    stream.end(body.subarray(1000));
    assert.deepEqual(Buffer.concat((await uploaded) as Buffer[]), body);
  });

  it("ends what nobody times out, and tells those who do", async () => {
    const app = express();
    app.get("/late", (_, res) => void res.setTimeout(20, () => void res.status(503).end("late")));
    app.get("/cut", (_, res) => void res.setTimeout(20));
    const session = await start(app);
    const { status, body } = await ask(session, "/late");
    assert.deepEqual([status, String(body)], [503, "late"]);
    await assert.rejects(ask(session, "/cut"), { code: "ERR_HTTP2_STREAM_ERROR" });
  });

  it("finishes and closes every response and request", async () => {
    const events: string[] = [];
    let closed = () => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const app = express();
    app.get("/", (req, res) => {
      req.on("end", () => events.push("request end"));
      req.on("close", () => events.push("request close"));
      req.on("aborted", () => events.push("aborted"));
      res.on("finish", () => events.push("response finish"));
      res.on("close", () => {
        events.push("response close");
        closed();
      });
      res.send("ok");
    });
    await ask(await start(app), "/");
    await isClosed;
    assert.deepEqual(events.toSorted(), [
      "request close",
      "request end",
      "response close",
      "response finish",
    ]);
  });

  it("answers 500 through its error handling, and goes on", async () => {
    const app = express();
    app.get("/throws", () => {
      throw new Error("oops");
    });
    app.use(((error, _req, res, _next) => {
      res.status(500).send((error as Error).message);
    }) satisfies express.ErrorRequestHandler);
    const session = await start(app);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await ask(session, "/throws");
      assert.equal(status, 500);
      assert.equal(String(body), "oops");
    }
  });

  it("takes many requests at once", async () => {
    const app = express();
    app.get("/n/:n", (req, res) => {
      setImmediate(() => res.send(req.params.n));
    });
    const session = await start(app);
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => ask(session, `/n/${i}`)));
    assert.deepEqual(
      answers.map(({ body }) => Number(String(body))),
      [...Array(300).keys()],
    );
  });
});

describe("a route of the services over HTTP/2", () => {
  class Stamp extends Interceptor {
    override unaryServerHandler(
      request: Parameters<Interceptor["unaryServerHandler"]>[0],
      call: ServerCall,
      next: Parameters<Interceptor["unaryServerHandler"]>[2],
    ) {
      getHttpContext(call)?.res.setHeader("x-stamp", getHttpContext(call)?.req.url ?? "");
      return next(request, call);
    }
  }

  it("has node's request and response for the interceptors that ask for them", async () => {
    const services = loadNotes().then((loaded) => loaded.use(new Stamp()));
    const { headers, body } = await ask(await start(express(), services), "/v1/notes:send", {
      body: '{"text":"x"}',
    });
    assert.equal(headers["x-stamp"], "/v1/notes:send");
    assert.equal(JSON.parse(String(body)).text, "sent x");
  });
});
