import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { connect } from "node:net";
import { beforeEach, describe, it } from "vitest";
import type { Transcoder } from "../../lib/index.js";
import { useEcho } from "../rest/echo-server.js";

describe("createTranscoder", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  async function exchange(...lines: string[]): Promise<string> {
    const socket = connect(echo().port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`${lines.join("\r\n")}\r\nConnection: close\r\n\r\n`);
    let text = "";
    for await (const chunk of socket) text += chunk;
    return text;
  }

  for (const { target, message } of [
    { target: "/v1/path/a?int32=5", message: { text: "a", int32: 5 } },
    { target: "http://example.com/v1/path/a?int32=5", message: { text: "a", int32: 5 } },
    { target: "HTTPS://user@example.com:8080/v1/path/a", message: { text: "a" } },
    { target: "/v1/path/http://x", message: undefined },
  ]) {
    it(`serves ${target}`, async () => {
      const text = await exchange(`GET ${target} HTTP/1.1`, "Host: example.com");
      if (message === undefined) assert.match(text, /^HTTP\/1\.1 404 /);
      else assert.deepEqual(JSON.parse(text.slice(text.indexOf("\r\n\r\n"))), message);
    });
  }

  for (const target of ["*", "example.com:443", "http://example.com", "http://example.com?x=y"]) {
    it(`has no route for ${target}`, async () => {
      const method = target === "*" ? "OPTIONS" : "GET";
      assert.match(await exchange(`${method} ${target} HTTP/1.1`, "Host: x"), /^HTTP\/1\.1 40[04] /);
    });
  }

  it("answers requests in the order of their pipeline", async () => {
    const text = await exchange(
      "GET /v1/path/a HTTP/1.1",
      "Host: x",
      "",
      "POST /v1/whole HTTP/1.1",
      "Host: x",
      "Content-Length: 12",
      "",
      '{"text":"b"}GET /v1/path/c HTTP/1.1',
      "Host: x",
    );
    assert.deepEqual(
      [...text.matchAll(/\{"text":"(.)"\}/g)].map(([, name]) => name),
      ["a", "b", "c"],
    );
  });

  it("answers over HTTP/1.0", async () => {
    const text = await exchange("GET /v1/path/a HTTP/1.0");
    assert.match(text, /\r\n\r\n\{"text":"a"\}$/);
  });

  it("sends a stream that has no length to HTTP/1.0 until it closes the connection", async () => {
    echo().handlers.Watch = async function* () {
      yield { text: "a" };
      yield { text: "b" };
    };
    const text = await exchange("GET /v1/watch/a HTTP/1.0");
    assert.match(text, /\r\n\r\n\{"text":"a"\}\n\{"text":"b"\}\n$/);
    assert(!text.includes("chunked"));
  });
});

describe("a response that somebody else has begun", () => {
  const echo = useEcho({
    mount: (transcoder) => (req, res) => {
      transcoder(req, res);
      res.writeHead(299).end("mine");
    },
  });

  it("is left alone, and a stream for it is stopped", async () => {
    let close = () => {};
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    echo().handlers.Watch = async function* () {
      try {
        for (;;) yield {};
      } finally {
        close();
      }
    };
    const answer = await echo().get("/v1/watch/a");
    assert.equal(answer.status, 299);
    assert.equal(answer.text, "mine");
    await closed;
    assert.equal((await echo().get("/v1/path/a")).status, 299);
    assert.deepEqual(echo().faults, []);
  });
});

describe("a request whose client has left before it gets here", () => {
  let served: Promise<void> | undefined;
  const mount = (transcoder: RequestListener): RequestListener => {
    return (req, res) => {
      if (req.url === "/v1/path/a") transcoder(req, res);
      else served = once(res, "close").then(() => void transcoder(req, res));
    };
  };
  const echo = useEcho({ mount });

  it("is cancelled, without a call of its handler", async () => {
    const socket = connect(echo().port, "127.0.0.1");
    socket.write("GET /v1/path/late HTTP/1.1\r\nHost: x\r\n\r\n");
    while (served === undefined) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await served;
    assert.equal((await echo().get("/v1/path/a")).status, 200);
    assert.deepEqual(
      echo().requests.map(({ text }) => text),
      ["a"],
    );
    assert.deepEqual(echo().faults, []);
  });
});

describe("a response that cannot be written", () => {
  const failures: unknown[] = [];
  const mount = (transcoder: RequestListener): RequestListener => {
    return (req, res) => {
      // As a faulty middleware would have it.
      res.writeHead = () => {
        throw new Error("no heads today");
      };
      (transcoder as Transcoder)(
        req,
        res,
        req.headers["x-next"] === undefined
          ? undefined
          : (error) => {
              failures.push(error);
              res.destroy();
            },
      );
    };
  };
  const echo = useEcho({ mount });

  it("goes to next as an error, or ends the connection", async () => {
    await assert.rejects(echo().get("/v1/path/a", { "x-next": "1" }));
    assert.match(String(failures), /no heads today/);
    for (const path of ["/v1/path/a", "/v1/watch/a", "/nowhere", "/v1/whole"]) {
      await assert.rejects(echo().get(path));
    }
  });
});

describe("a route that cannot be compiled", () => {
  const fault = new Error("no endpoint today");
  let isStarted = false;
  const echo = useEcho({
    prepare: (services) => {
      const endpoint = services.endpoint.bind(services);
      services.endpoint = (path) => {
        if (isStarted) throw fault;
        return endpoint(path);
      };
    },
    mount: (transcoder) => {
      isStarted = true;
      return transcoder;
    },
  });

  it("fails its requests, not the process", async () => {
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 500);
    assert.deepEqual(answer.json, { code: 2, message: "the handler failed unexpectedly", details: [] });
    assert.deepEqual(echo().faults, [fault]);
  });
});
