import assert from "node:assert/strict";
import { beforeEach, describe, it } from "vitest";
import { createMetadata } from "../../lib/call/metadata.js";
import { type HandlerCall, type Message, problemJson, RpcError, status } from "../../lib/index.js";
import { type EchoHandler, useEcho } from "./echo-server.js";
import { readAnswer } from "./http-client.js";

/** An event that one side of a spec fires and the other waits for. */
function createEvent() {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fire, fired };
}

function answering(...messages: Message[]): EchoHandler {
  return async function* () {
    yield* messages;
  };
}

function failingAfter(error: unknown, ...messages: Message[]): EchoHandler {
  return async function* () {
    yield* messages;
    throw error;
  };
}

const notFound = new RpcError(status.NOT_FOUND, "no such shelf");
const notFoundJson = '{"code":5,"message":"no such shelf","details":[]}';

/** What each format makes of none, two messages, an error after one, and an error that cannot be read. */
const formats = [
  {
    streamFormat: "ndjson",
    accept: undefined,
    contentType: "application/x-ndjson",
    empty: "",
    two: '{"text":"a"}\n{"text":"b"}\n',
    failed: `{"text":"a"}\n{"error":${notFoundJson}}\n`,
    problem: '{"text":"a"}\n{"error":{"type":"about:blank"',
  },
  {
    streamFormat: "sse",
    accept: "text/event-stream",
    contentType: "text/event-stream",
    empty: "",
    two: 'data: {"text":"a"}\n\ndata: {"text":"b"}\n\n',
    failed: `data: {"text":"a"}\n\nevent: error\ndata: ${notFoundJson}\n\n`,
    problem: 'data: {"text":"a"}\n\nevent: error\ndata: {"type":"about:blank"',
  },
  {
    streamFormat: "array",
    accept: undefined,
    contentType: "application/json; charset=utf-8",
    empty: "[]",
    two: '[{"text":"a"}\n,{"text":"b"}]',
    failed: `[{"text":"a"}\n,{"error":${notFoundJson}}]`,
    problem: '[{"text":"a"}\n,{"error":{"type":"about:blank"',
  },
  {
    streamFormat: "result-error",
    accept: undefined,
    contentType: "application/json; charset=utf-8",
    empty: "",
    two: '{"result":{"text":"a"}}\n{"result":{"text":"b"}}\n',
    failed: `{"result":{"text":"a"}}\n{"error":${notFoundJson}}\n`,
    problem: '{"result":{"text":"a"}}\n{"error":{"type":"about:blank"',
  },
] as const;

for (const { streamFormat, contentType, empty, two, failed, problem } of formats) {
  describe(`a stream as ${streamFormat}`, () => {
    const echo = useEcho({ options: { streamFormat, json: { emitDefaults: false, pretty: true } } });
    beforeEach(() => echo().reset());

    it("has one item for each message", async () => {
      echo().handlers.Watch = answering({ text: "a" }, { text: "b" });
      const answer = await echo().get("/v1/watch/a");
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-type"], contentType);
      assert.equal(answer.text, two);
      assert.equal(answer.trailers["grpc-status"], "0");
    });

    it("may be empty", async () => {
      echo().handlers.Watch = answering();
      const answer = await echo().get("/v1/watch/a");
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-type"], contentType);
      assert.equal(answer.text, empty);
      assert.equal(answer.trailers["grpc-status"], "0");
    });

    it("that fails before its first message is an ordinary error", async () => {
      echo().handlers.Watch = failingAfter(notFound);
      const answer = await echo().get("/v1/watch/a");
      assert.equal(answer.status, 404);
      assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
      assert.equal(answer.text, notFoundJson);
    });

    it("that fails after its first message ends with the error, and trailers that say so", async () => {
      echo().handlers.Watch = failingAfter(notFound, { text: "a" });
      const answer = await echo().get("/v1/watch/a");
      assert.equal(answer.status, 200);
      assert.equal(answer.text, failed);
      assert.equal(answer.trailers["grpc-status"], "5");
      assert.equal(answer.trailers["grpc-message"], "no such shelf");
    });

    it("does not show what an unexpected exception says", async () => {
      echo().handlers.Watch = failingAfter(new Error("password 1234"), { text: "a" });
      const answer = await echo().get("/v1/watch/a");
      assert.equal(answer.trailers["grpc-status"], "2");
      assert(!answer.text.includes("1234"));
      assert(!JSON.stringify(answer.trailers).includes("1234"));
      assert.match(String(echo().faults), /password 1234/);
    });

    it("that cannot be written from its first message on is an ordinary error", async () => {
      echo().handlers.Watch = answering({ int32: "not a number" });
      const answer = await echo().get("/v1/watch/a");
      assert.equal(answer.status, 500);
      assert.equal(answer.json.code, 2);
      assert.equal(echo().faults.length, 1);
    });

    it("that cannot be written any more ends with an error", async () => {
      echo().handlers.Watch = answering({ text: "a" }, { int32: "not a number" }, { text: "c" });
      const answer = await echo().get("/v1/watch/a");
      assert.equal(answer.status, 200);
      assert.equal(answer.trailers["grpc-status"], "2");
      assert.match(answer.text, /"code":2/);
      assert.equal(echo().faults.length, 1);
    });

    it("has each item on the wire before the next is made", async () => {
      const seen = [createEvent(), createEvent(), createEvent()];
      echo().handlers.Watch = async function* () {
        for (const [i, { fired }] of seen.entries()) {
          yield { text: `message ${i}` };
          await fired;
        }
      };
      const answer = await echo().open({ path: "/v1/watch/a" });
      for (const [i, { fire }] of seen.entries()) {
        let text = "";
        while (!text.includes(`message ${i}`)) text += await answer.read();
        fire();
      }
      assert.equal((await answer.read()) ?? "", streamFormat === "array" ? "]" : "");
    });
  });

  describe(`a stream as ${streamFormat} with errors of another form`, () => {
    const echo = useEcho({
      options: { streamFormat, formatError: problemJson, json: { emitDefaults: false } },
    });

    it("has them in its items", async () => {
      echo().handlers.Watch = failingAfter(notFound, { text: "a" });
      const { text } = await echo().get("/v1/watch/a");
      assert(text.startsWith(problem), text);
    });
  });
}

describe("a stream's format", () => {
  const echo = useEcho();
  beforeEach(() => {
    echo().handlers.Watch = answering({ text: "a" });
  });

  for (const { accept, contentType } of [
    { accept: "text/event-stream", contentType: "text/event-stream" },
    { accept: "TEXT/EVENT-STREAM; charset=utf-8", contentType: "text/event-stream" },
    { accept: "application/json, text/event-stream", contentType: "text/event-stream" },
    { accept: "application/x-ndjson, text/event-stream", contentType: "application/x-ndjson" },
    { accept: "application/x-ndjson;q=0.1, text/event-stream;q=0.9", contentType: "text/event-stream" },
    { accept: "text/event-stream;q=0", contentType: "application/x-ndjson" },
    { accept: "application/jsonl", contentType: "application/x-ndjson" },
    { accept: "application/json", contentType: "application/x-ndjson" },
    { accept: "application/json, text/plain, */*", contentType: "application/x-ndjson" },
    { accept: "text/html", contentType: "application/x-ndjson" },
    { accept: "", contentType: "application/x-ndjson" },
    { accept: ";,;q=x", contentType: "application/x-ndjson" },
  ]) {
    it(`is ${contentType} for "${accept}"`, async () => {
      const answer = await echo().get("/v1/watch/a", { accept });
      assert.equal(answer.headers["content-type"], contentType);
    });
  }

  it("is server-sent events for $alt=sse", async () => {
    const answer = await echo().get("/v1/watch/a?$alt=sse");
    assert.equal(answer.text, 'data: {"text":"a"}\n\n');
  });

  it("is not the matter of a unary method", async () => {
    const answer = await echo().get("/v1/path/a", { accept: "text/event-stream" });
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
  });

  it("keeps caches and proxies from holding events back", async () => {
    const { headers } = await echo().get("/v1/watch/a", { accept: "text/event-stream" });
    assert.equal(headers["cache-control"], "no-cache");
    assert.equal(headers["x-accel-buffering"], "no");
  });

  it("leaves the handler's word on caching", async () => {
    echo().handlers.Watch = async function* (call) {
      const metadata = createMetadata();
      metadata.set("cache-control", "no-store");
      metadata.set("vary", "Origin");
      call.sendMetadata(metadata);
      yield {};
    };
    const { headers } = await echo().get("/v1/watch/a", { accept: "text/event-stream" });
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers.vary, "Origin, Accept");
  });

  it("is told to caches to be of the client's choice", async () => {
    assert.equal((await echo().get("/v1/watch/a")).headers.vary, "Accept");
    assert.equal((await echo().get("/v1/streams/files/a")).headers.vary, undefined);
  });
});

describe("a format of the options", () => {
  const echo = useEcho({ options: { streamFormat: "array" } });

  it("gives way to what the client asks for", async () => {
    echo().handlers.Watch = answering({});
    const { headers } = await echo().get("/v1/watch/a", { accept: "application/x-ndjson" });
    assert.equal(headers["content-type"], "application/x-ndjson");
  });
});

describe("a stream", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("has the field that response_body names", async () => {
    echo().handlers.Watch = answering({ text: "a", int32: 1 }, {}, { text: "b\n" });
    const { text } = await echo().get("/v1/watch/a/texts");
    assert.equal(text, '"a"\n""\n"b\\n"\n');
  });

  it("takes its request from path, query and body", async () => {
    echo().handlers.Watch = async function* ({ request }) {
      yield request;
    };
    assert.equal((await echo().get("/v1/watch/a?int32=5")).text, '{"text":"a","int32":5}\n');
    assert.equal((await echo().post("/v1/watch", { text: "b" })).text, '{"text":"b"}\n');
  });

  it("is refused like any request when it cannot be read", async () => {
    for (const answer of [await echo().get("/v1/watch/a?int32=x"), await echo().post("/v1/watch", "{")]) {
      assert.equal(answer.status, 400);
      assert.equal(answer.json.code, 3);
    }
    assert.equal(echo().requests.length, 0);
  });

  it("is what a callback handler writes", async () => {
    echo().handlers.Watch = (call: HandlerCall) => {
      call.write({ text: "a" });
      call.write({ text: "b" });
      call.end();
    };
    assert.equal((await echo().get("/v1/watch/a")).text, '{"text":"a"}\n{"text":"b"}\n');
  });

  it("fails with what a callback handler emits", async () => {
    echo().handlers.Watch = (call: HandlerCall) => {
      call.write({ text: "a" });
      call.emit("error", { code: status.ABORTED, details: "try again" });
    };
    const { text, trailers } = await echo().get("/v1/watch/a");
    assert.equal(text, '{"text":"a"}\n{"error":{"code":10,"message":"try again","details":[]}}\n');
    assert.equal(trailers["grpc-status"], "10");
  });

  it("has a message in its trailers that is safe in a header", async () => {
    echo().handlers.Watch = failingAfter(new RpcError(status.ABORTED, "Zürich\r\nx: y \ud800"), {});
    const { trailers } = await echo().get("/v1/watch/a");
    assert.equal(decodeURIComponent(trailers["grpc-message"] ?? ""), "Zürich\r\nx: y \ufffd");
    assert.equal(trailers.x, undefined);
  });

  it("has no more of a message in its trailers than clients take of headers", async () => {
    const message = "\u20ac".repeat(10_000);
    echo().handlers.Watch = failingAfter(new RpcError(status.ABORTED, message), {});
    const { text, trailers } = await echo().get("/v1/watch/a");
    assert.equal(JSON.parse(text.split("\n")[1] ?? "").error.message, message);
    assert.equal(decodeURIComponent(trailers["grpc-message"] ?? ""), "\u20ac".repeat(500));
  });

  it("has details in its last item", async () => {
    const detail = {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "X",
      domain: "d",
      metadata: {},
    };
    echo().handlers.Watch = failingAfter(new RpcError(status.ABORTED, "no", { details: [detail] }), {});
    const { text } = await echo().get("/v1/watch/a");
    assert.deepEqual(JSON.parse(text.split("\n")[1] ?? "").error.details, [detail]);
  });

  it("has the status that the handler has set before its first message", async () => {
    echo().handlers.Watch = async function* (call) {
      call.httpStatus = 203;
      yield {};
    };
    assert.equal((await echo().get("/v1/watch/a")).status, 203);
  });

  it("waits for a reader that has stopped, and loses nothing", async () => {
    let made = 0;
    const padding = "x".repeat(1000);
    echo().handlers.Watch = async function* () {
      for (; made < 10_000; made++) yield { int32: made + 1, text: padding };
    };
    const { response } = await echo().open({ path: "/v1/watch/a" });
    response.pause();
    let [last, rounds] = [made, 0];
    for (; rounds < 200; rounds = made === last ? rounds + 1 : 0) {
      last = made;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert(made < 9000, `${made} messages of 1 kB were made for a reader that reads none`);
    const { text } = await readAnswer(response);
    const numbers = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).int32);
    assert.deepEqual(
      numbers,
      Array.from({ length: 10_000 }, (_, i) => i + 1),
    );
  });

  it("that its reader leaves is cancelled, and its handler closed", async () => {
    const closed = createEvent();
    const aborted = createEvent();
    echo().handlers.Watch = async function* (call) {
      call.signal.addEventListener("abort", aborted.fire);
      try {
        for (;;) {
          yield { text: "x".repeat(1000) };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        assert.equal(call.cancelled, true);
        closed.fire();
      }
    };
    const { request, read } = await echo().open({ path: "/v1/watch/a" });
    await read();
    request.destroy();
    await aborted.fired;
    await closed.fired;
    assert.deepEqual(echo().faults, []);
  });

  it("that its reader leaves while it is silent is cancelled", async () => {
    const aborted = createEvent();
    echo().handlers.Watch = async function* (call) {
      yield { text: "a" };
      call.signal.addEventListener("abort", aborted.fire);
      await aborted.fired;
    };
    const { request, read } = await echo().open({ path: "/v1/watch/a" });
    await read();
    request.destroy();
    await aborted.fired;
  });

  it("is stopped after the headers of a HEAD", async () => {
    const closed = createEvent();
    const aborted = createEvent();
    echo().handlers.Watch = async function* (call) {
      call.signal.addEventListener("abort", aborted.fire);
      try {
        for (;;) yield {};
      } finally {
        closed.fire();
      }
    };
    const answer = await echo().send({ httpMethod: "HEAD", path: "/v1/watch/a" });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/x-ndjson");
    assert.equal(answer.text, "");
    await aborted.fired;
    await closed.fired;
  });
});

describe("streamKeepAlive", () => {
  const echo = useEcho({ options: { streamKeepAlive: 5, json: { emitDefaults: false } } });
  const accept = "text/event-stream";
  beforeEach(() => echo().reset());

  it("sends comments while a stream of events is silent, and loses nothing", async () => {
    const [first, second] = [createEvent(), createEvent()];
    echo().handlers.Watch = async function* () {
      await first.fired;
      yield { text: "a" };
      await second.fired;
      yield { text: "b" };
    };
    const answer = await echo().open({ path: "/v1/watch/a", headers: { accept } });
    const comments = await answer.readUntil(": keep-alive\n\n");
    assert.match(comments, /^(: keep-alive\n\n)+$/);
    first.fire();
    await answer.readUntil('data: {"text":"a"}\n\n');
    await answer.readUntil(": keep-alive\n\n");
    second.fire();
    await answer.readUntil('data: {"text":"b"}\n\n');
    assert.equal(await answer.read(), undefined);
    assert.equal(answer.response.trailers["grpc-status"], "0");
  });

  it("tells a failure after a comment as an event", async () => {
    const silent = createEvent();
    echo().handlers.Watch = async function* () {
      await silent.fired;
      yield* [];
      throw notFound;
    };
    const answer = await echo().open({ path: "/v1/watch/a", headers: { accept } });
    await answer.readUntil(": keep-alive\n\n");
    silent.fire();
    await answer.readUntil(`event: error\ndata: ${notFoundJson}\n\n`);
    assert.equal(await answer.read(), undefined);
  });

  it("stops with its reader", async () => {
    const aborted = createEvent();
    echo().handlers.Watch = async function* (call) {
      call.signal.addEventListener("abort", aborted.fire);
      await aborted.fired;
      yield {};
    };
    const answer = await echo().open({ path: "/v1/watch/a", headers: { accept } });
    await answer.read();
    answer.request.destroy();
    await aborted.fired;
  });

  it("does nothing to formats without comments", async () => {
    const silent = createEvent();
    echo().handlers.Watch = async function* () {
      await silent.fired;
      yield { text: "a" };
    };
    const lines = echo().get("/v1/watch/a");
    const events = await echo().open({ path: "/v1/watch/a", headers: { accept } });
    // As long as two intervals, the other stream has been silent, too.
    await events.readUntil(": keep-alive\n\n");
    await events.readUntil(": keep-alive\n\n");
    silent.fire();
    assert.equal((await lines).text, '{"text":"a"}\n');
  });
});
