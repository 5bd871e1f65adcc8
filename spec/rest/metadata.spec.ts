import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Metadata } from "@grpc/grpc-js";
import { beforeEach, describe, it } from "vitest";
import { createMetadata } from "../../lib/call/metadata.js";
import { RpcError, status } from "../../lib/index.js";
import { useEcho } from "./echo-server.js";
import { valuesOf } from "./http-client.js";

function metadataOf(entries: readonly (readonly [string, string | Buffer])[]): Metadata {
  const metadata = createMetadata();
  for (const [key, value] of entries) metadata.add(key, value);
  return metadata;
}

/** Metadata whose values grpc-js would not have let in. */
function rawMetadata(entries: Readonly<Record<string, readonly (string | Buffer)[]>>): Metadata {
  const metadata = createMetadata();
  const map = Reflect.get(metadata, "internalRepr") as Map<string, readonly (string | Buffer)[]>;
  for (const [key, values] of Object.entries(entries)) map.set(key, values);
  return metadata;
}

describe("the headers of a request", () => {
  const echo = useEcho();
  let metadata: Metadata;
  beforeEach(() => {
    echo().reset();
    echo().handlers.GetPath = async (call) => {
      ({ metadata } = call);
      return {};
    };
  });

  it("are metadata", async () => {
    await echo().get("/v1/path/a", {
      "X-Request-Id": "7",
      authorization: "Bearer x",
      cookie: "a=b",
      "user-agent": "spec",
    });
    assert.deepEqual(metadata.getMap(), {
      "x-request-id": "7",
      authorization: "Bearer x",
      cookie: "a=b",
      "user-agent": "spec",
    });
  });

  it("given twice are one list", async () => {
    await echo().get("/v1/path/a", { "x-tag": ["a", "b"], cookie: ["a=b", "c=d"] });
    assert.deepEqual(metadata.get("x-tag"), ["a, b"]);
    assert.deepEqual(metadata.get("cookie"), ["a=b; c=d"]);
  });

  it("of HTTP itself are none", async () => {
    await echo().get("/v1/path/a", {
      host: "example.com",
      connection: "keep-alive, x-hop",
      "keep-alive": "5",
      te: "trailers",
      "accept-encoding": "gzip",
      "content-type": "application/json",
      "content-language": "de",
      "grpc-timeout": "1S",
      "grpc-encoding": "gzip",
      "grpc-status-details-bin": "!",
      "proxy-connection": "x",
      "x-own": "y",
    });
    assert.deepEqual(metadata.getMap(), { "x-own": "y" });
  });

  for (const { value, bytes } of [
    { value: "AQI=", bytes: [[1, 2]] },
    { value: "AQI", bytes: [[1, 2]] },
    { value: "_-8", bytes: [[255, 239]] },
    { value: "/+8=", bytes: [[255, 239]] },
    { value: "", bytes: [[]] },
    { value: "AQ, Ag==", bytes: [[1], [2]] },
  ]) {
    it(`are bytes when they end in -bin: "${value}"`, async () => {
      await echo().get("/v1/path/a", { "trace-bin": value });
      assert.deepEqual(
        metadata.get("trace-bin"),
        bytes.map((one) => Buffer.from(one)),
      );
    });
  }

  for (const value of ["!", "A", "AQI=AQI=", "A===", "ä", "AQ AQ", "AQ,,!"]) {
    it(`are refused when they should be bytes and are not: "${value}"`, async () => {
      const answer = await echo().get("/v1/path/a", { "trace-bin": Buffer.from(value).toString("latin1") });
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.details[0].fieldViolations[0].field, "trace-bin");
    });
  }

  it("outside of ASCII are left out", async () => {
    await echo().get("/v1/path/a", { "x-city": "Z\xfcrich", "x-town": "Bern" });
    assert.deepEqual(metadata.getMap(), { "x-town": "Bern" });
  });

  it("of any name that HTTP takes do no harm", async () => {
    await echo().get("/v1/path/a", { __proto__x: "1", constructor: "2", "x!y": "3", "x'y": "4" });
    assert.deepEqual(metadata.getMap(), { __proto__x: "1", constructor: "2" });
  });
});

describe("the metadata of a response", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("is headers", async () => {
    echo().handlers.GetPath = async (call) => {
      call.sendMetadata(
        metadataOf([
          ["x-a", "1"],
          ["etag", '"7"'],
          ["trace-bin", Buffer.from([1, 2])],
          ["x-b-bin", Buffer.alloc(0)],
        ]),
      );
      return {};
    };
    const { headers } = await echo().get("/v1/path/a");
    assert.equal(headers["x-a"], "1");
    assert.equal(headers.etag, '"7"');
    assert.equal(headers["trace-bin"], "AQI=");
    assert.equal(headers["x-b-bin"], "");
  });

  it("may repeat a header", async () => {
    echo().handlers.GetPath = async (call) => {
      call.sendMetadata(
        metadataOf([
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2; Path=/"],
          ["set-cookie", "c=3"],
          ["x-a", "1"],
          ["x-a", "2"],
        ]),
      );
      return {};
    };
    const answer = await echo().get("/v1/path/a");
    assert.deepEqual(valuesOf(answer, "set-cookie"), ["a=1", "b=2; Path=/", "c=3"]);
    assert.deepEqual(valuesOf(answer, "x-a"), ["1", "2"]);
  });

  it("is what was sent first", async () => {
    echo().handlers.GetPath = async (call) => {
      call.sendMetadata(metadataOf([["x-a", "1"]]));
      call.sendMetadata(metadataOf([["x-a", "2"]]));
      return {};
    };
    assert.equal((await echo().get("/v1/path/a")).headers["x-a"], "1");
  });

  it("goes with an error, beside the error's own", async () => {
    echo().handlers.GetPath = async (call) => {
      call.sendMetadata(
        metadataOf([
          ["x-a", "1"],
          ["set-cookie", "a=1"],
        ]),
      );
      const metadata = metadataOf([
        ["retry-after", "30"],
        ["set-cookie", "b=2"],
      ]);
      throw new RpcError(status.UNAVAILABLE, "busy", { metadata });
    };
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 503);
    assert.equal(answer.headers["x-a"], "1");
    assert.equal(answer.headers["retry-after"], "30");
    assert.deepEqual(valuesOf(answer, "set-cookie"), ["a=1", "b=2"]);
  });

  it("goes ahead of a stream", async () => {
    echo().handlers.Watch = async function* (call) {
      call.sendMetadata(metadataOf([["x-a", "1"]]));
      yield {};
    };
    assert.equal((await echo().get("/v1/watch/a")).headers["x-a"], "1");
  });

  it("does not replace what HTTP itself says", async () => {
    echo().handlers.GetPath = async (call) => {
      const reserved = [
        "connection",
        "content-length",
        "content-type",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
      ];
      call.sendMetadata(
        metadataOf([...reserved.map((name) => [name, "7"] as const), ["grpc-status", "7"], ["x-a", "1"]]),
      );
      return { text: "a" };
    };
    const answer = await echo().get("/v1/path/a");
    assert.deepEqual(answer.json, { text: "a" });
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    assert.equal(answer.headers["content-length"], "12");
    assert.equal(answer.headers["x-a"], "1");
    for (const name of ["grpc-status", "te", "trailer", "transfer-encoding", "upgrade"])
      assert.equal(answer.headers[name], undefined);
  });

  it("joins the headers that a middleware has set", async () => {
    echo().handlers.GetPath = async (call) => {
      call.http?.res.setHeader("Set-Cookie", "session=1");
      call.http?.res.setHeader("Vary", "Origin");
      call.http?.res.setHeader("Cache-Control", "no-cache");
      call.http?.res.setHeader("X-Own", "1");
      call.sendMetadata(
        metadataOf([
          ["set-cookie", "a=1"],
          ["vary", "accept"],
          ["cache-control", "no-store"],
        ]),
      );
      return {};
    };
    const answer = await echo().get("/v1/path/a");
    assert.deepEqual(valuesOf(answer, "set-cookie"), ["session=1", "a=1"]);
    assert.equal(answer.headers.vary, "Origin, accept");
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["x-own"], "1");
  });
});

describe("what is no metadata", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());
  const plain = { "x-a": "1" } as unknown as Metadata;

  it("is nothing when it is undefined", async () => {
    echo().handlers.GetPath = async (call) => {
      call.sendMetadata(undefined as unknown as Metadata);
      throw { code: 5, details: "no", metadata: null };
    };
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 404);
    assert.deepEqual(echo().faults, []);
  });

  it("is a fault of the handler that sends it", async () => {
    for (const [name, path] of [
      ["GetPath", "/v1/path/a"],
      ["Watch", "/v1/watch/a"],
    ] as const) {
      echo().reset();
      echo().handlers[name] = async (call) => {
        call.sendMetadata(plain);
        return {};
      };
      const answer = await echo().get(path);
      assert.equal(answer.status, 500);
      assert.equal(answer.json.message, "the handler failed unexpectedly");
      assert.match(String(echo().faults[0]), /^TypeError: .*Metadata/);
    }
  });

  it("does not fail the answer of an error that has it", async () => {
    echo().handlers.GetPath = () => Promise.reject(new RpcError(status.NOT_FOUND, "no", { metadata: plain }));
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 404);
    assert.equal(answer.json.message, "no");
    assert.equal(answer.headers["x-a"], undefined);
  });

  it("does not fail the trailers of a stream whose error has it", async () => {
    echo().handlers.Watch = async function* () {
      yield {};
      throw new RpcError(status.NOT_FOUND, "no", { metadata: plain });
    };
    const answer = await echo().get("/v1/watch/a", { te: "trailers" });
    assert.equal(answer.trailers["grpc-status"], "5");
  });
});

describe("an injection", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  /** What the server has sent, byte for byte. */
  async function exchange(path: string): Promise<string> {
    const socket = connect(echo().port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nTE: trailers\r\nConnection: close\r\n\r\n`);
    let text = "";
    for await (const chunk of socket) text += chunk;
    return text;
  }

  const hostile = {
    "x-a": ["1\r\nset-cookie: stolen=1", "ok"],
    "x-b": ["\r\n\r\n<html>"],
    "x-c": ["1\nset-cookie: stolen=1"],
    "x-d": ["\0", "☃"],
    "x-e\r\nset-cookie: stolen=1": ["1"],
    "x f": ["1"],
    "": ["1"],
  };

  it("of headers or trailers is not sent", async () => {
    echo().handlers.GetPath = async (call) => {
      call.sendMetadata(rawMetadata(hostile));
      call.trailers.merge(rawMetadata(hostile));
      return { text: "a" };
    };
    const text = await exchange("/v1/path/a");
    assert.match(text, /^HTTP\/1\.1 200 OK\r\nx-a: ok\r\n/);
    assert(!/stolen|<html>|x f/.test(text), text);
    assert.match(text, /\{"text":"a"\}\r\n0\r\nx-a: ok\r\n\r\n$/);
  });

  it("of an error is not sent", async () => {
    echo().handlers.GetPath = async () => {
      throw new RpcError(status.ABORTED, "\r\nset-cookie: stolen=1", { metadata: rawMetadata(hostile) });
    };
    const text = await exchange("/v1/path/a");
    assert.match(text, /^HTTP\/1\.1 409 Conflict\r\nx-a: ok\r\n/);
    assert(!/\nset-cookie/.test(text), text);
  });

  it("of the trailers of a stream is not sent", async () => {
    echo().handlers.Watch = async function* (call) {
      call.sendMetadata(rawMetadata(hostile));
      call.trailers.merge(rawMetadata(hostile));
      yield {};
      throw new RpcError(status.ABORTED, "\r\nset-cookie: stolen=1", { metadata: rawMetadata(hostile) });
    };
    const text = await exchange("/v1/watch/a");
    assert(!/\nset-cookie|<html>/.test(text), text);
    assert.match(text, /grpc-message: %0D%0Aset-cookie: stolen=1\r\n/);
  });
});

describe("trailers", () => {
  const echo = useEcho();
  beforeEach(() => {
    echo().reset();
    echo().handlers.GetPath = async (call) => {
      call.trailers.set("x-cost", "7");
      call.trailers.set("x-sum-bin", Buffer.from([1]));
      call.trailers.set("set-cookie", "a=1");
      call.trailers.set("grpc-status", "9");
      return { text: "a" };
    };
  });

  for (const { te, isSent } of [
    { te: "trailers", isSent: true },
    { te: "TRAILERS", isSent: true },
    { te: "gzip, trailers", isSent: true },
    { te: "trailers;q=0.5", isSent: true },
    { te: "gzip", isSent: false },
    { te: "no-trailers", isSent: false },
    { te: undefined, isSent: false },
  ]) {
    it(`are ${isSent ? "" : "not "}sent to a client that takes "${te}"`, async () => {
      const answer = await echo().get("/v1/path/a", te === undefined ? {} : { te });
      assert.deepEqual(answer.json, { text: "a" });
      assert.deepEqual({ ...answer.trailers }, isSent ? { "x-cost": "7", "x-sum-bin": "AQ==" } : {});
      assert.equal(answer.headers["x-cost"], undefined);
      assert.equal(answer.headers["content-length"], isSent ? undefined : "12");
    });
  }

  it("may be given to the callback", async () => {
    echo().handlers.GetPath = (_call, callback) => {
      (callback as (error: null, response: object, trailers: Metadata) => void)(
        null,
        {},
        metadataOf([["x-a", "1"]]),
      );
    };
    assert.equal((await echo().get("/v1/path/a", { te: "trailers" })).trailers["x-a"], "1");
  });

  it("go with an error", async () => {
    echo().handlers.GetPath = async (call) => {
      call.trailers.set("x-cost", "7");
      throw new RpcError(status.ABORTED, "no");
    };
    const answer = await echo().get("/v1/path/a", { te: "trailers" });
    assert.equal(answer.status, 409);
    assert.equal(answer.json.message, "no");
    assert.equal(answer.trailers["x-cost"], "7");
  });

  it("come after a stream, with its status", async () => {
    echo().handlers.Watch = async function* (call) {
      yield {};
      call.trailers.set("x-cost", "7");
    };
    const { trailers } = await echo().get("/v1/watch/a", { te: "trailers" });
    assert.deepEqual({ ...trailers }, { "x-cost": "7", "grpc-status": "0" });
    assert.deepEqual({ ...(await echo().get("/v1/watch/a")).trailers }, { "grpc-status": "0" });
  });

  it("of a stream that fails have the metadata of the error", async () => {
    echo().handlers.Watch = async function* (call) {
      call.trailers.set("x-cost", "7");
      yield {};
      throw new RpcError(status.ABORTED, "no", { metadata: metadataOf([["x-retry", "1"]]) });
    };
    const { trailers } = await echo().get("/v1/watch/a", { te: "trailers" });
    assert.deepEqual(
      { ...trailers },
      { "x-cost": "7", "x-retry": "1", "grpc-status": "10", "grpc-message": "no" },
    );
  });

  it("are not sent over HTTP/1.0, which has none", async () => {
    const socket = connect(echo().port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET /v1/watch/a HTTP/1.0\r\nTE: trailers\r\n\r\n");
    echo().handlers.Watch = async function* () {
      yield { text: "a" };
    };
    let text = "";
    for await (const chunk of socket) text += chunk;
    assert.match(text, /\r\n\r\n\{"text":"a"\}\n$/);
  });
});

describe("what a call tells of its request", () => {
  const echo = useEcho();

  it("is its host, path, peer and Express's objects", async () => {
    let told: unknown;
    echo().handlers.GetPath = async (call) => {
      told = [call.getHost(), call.getPath(), call.http?.req.url, call.getAuthContext()];
      assert.match(call.getPeer(), /^127\.0\.0\.1:\d+$/);
      return {};
    };
    await echo().get("/v1/path/a?x=y", { host: "example.com:8080" });
    assert.deepEqual(told, ["example.com:8080", "/http.v1.Echo/GetPath", "/v1/path/a?x=y", {}]);
  });
});
