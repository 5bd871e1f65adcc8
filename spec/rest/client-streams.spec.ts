import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent } from "node:http";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, it } from "vitest";
import { type Message, RpcError, status } from "../../lib/index.js";
import { type EchoHandler, useEcho } from "./echo-server.js";
import { answerOf, begin, send } from "./http-client.js";

/** Answers with the texts of all messages. */
const collect: EchoHandler = async (call) => {
  const tags: string[] = [];
  for await (const message of call) tags.push(message.text);
  return { tags };
};

describe("a stream of requests", () => {
  const echo = useEcho();
  const received: Message[] = [];
  beforeEach(() => {
    echo().reset();
    received.length = 0;
    echo().handlers.Collect = async (call) => {
      for await (const message of call) received.push(message);
      return { int32: received.length };
    };
  });

  for (const { form, body } of [
    { form: "lines", body: '{"int32":1}\n{"int32":2}\n' },
    { form: "lines, the last of them open", body: '{"int32":1}\r\n{"int32":2}' },
    { form: "lines between empty ones", body: '\n\n{"int32":1}\n\n \t\n{"int32":2}\n\n' },
    { form: "values one after another", body: '{"int32":1}{"int32":2}' },
    { form: "values over many lines", body: '{\n  "int32": 1\n}\n{\n  "int32": 2\n}\n' },
    { form: "an array", body: '[{"int32":1},{"int32":2}]' },
    { form: "an array over many lines", body: ' [\n {"int32":1}\n,{"int32":2}\n]\n' },
  ]) {
    it(`is ${form}`, async () => {
      const answer = await echo().post("/v1/collect/a", body);
      assert.deepEqual(answer.json, { int32: 2 });
      assert.deepEqual(
        received.map(({ text, int32 }) => [text, int32]),
        [
          ["a", 1],
          ["a", 2],
        ],
      );
    });
  }

  for (const { what, body } of [
    { what: "nothing", body: "" },
    { what: "spaces", body: " \n " },
    { what: "an empty array", body: " [ ] " },
  ]) {
    it(`may be ${what}`, async () => {
      assert.deepEqual((await echo().post("/v1/collect/a", body)).json, {});
    });
  }

  for (const type of [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/json-lines",
  ]) {
    const isKnown = type !== "application/json-lines";
    it(`${isKnown ? "may" : "may not"} call itself ${type}`, async () => {
      const answer = await echo().post("/v1/collect/a", "{}\n{}\n", { "content-type": type });
      assert.equal(answer.status, isKnown ? 200 : 415);
    });
  }

  it("has what path and query say in each message", async () => {
    await echo().post("/v1/collect/a/children?int32=7", '{"text":"b"}{"text":"c"}');
    assert.deepEqual(
      received.map(({ text, int32, child }) => [text, int32, child?.text]),
      [
        ["a", 7, "b"],
        ["a", 7, "c"],
      ],
    );
  });

  it("cannot say otherwise than the path", async () => {
    await echo().post("/v1/collect/a", '{"text":"b"}\n{}');
    assert.deepEqual(
      received.map(({ text }) => text),
      ["a", "a"],
    );
  });

  it("may be of scalars", async () => {
    const texts = ["plain", 'quoted "\\ [{', "", "é", "x"];
    for (const body of [
      texts.map((text) => JSON.stringify(text)).join("\n"),
      texts.map((text) => JSON.stringify(text)).join(""),
      JSON.stringify(texts),
    ]) {
      received.length = 0;
      await echo().post("/v1/collect/a/texts", body);
      assert.deepEqual(
        received.map(({ snakeCase }) => snakeCase),
        texts,
      );
    }
  });

  it("of a rule without a body is one message", async () => {
    await echo().get("/v1/collect/a?int32=7");
    assert.deepEqual(
      received.map(({ text, int32 }) => [text, int32]),
      [["a", 7]],
    );
  });

  it("may be compressed, and in another charset", async () => {
    await echo().post("/v1/collect/a", gzipSync("{}\n{}"), { "content-encoding": "gzip" });
    assert.equal(received.length, 2);
    received.length = 0;
    const headers = { "content-type": "application/json; charset=utf-16le" };
    await echo().post("/v1/collect/a/texts", Buffer.from('"é"\n"€"', "utf16le"), headers);
    assert.deepEqual(
      received.map(({ snakeCase }) => snakeCase),
      ["é", "€"],
    );
  });

  it("may be cut anywhere on its way", async () => {
    const bytes = Buffer.from('[{"snakeCase":"é\\"}]"},\n {"children":[{"text":"😀"}]} ]');
    for (let cut = 1; cut < bytes.length; cut += 3) {
      received.length = 0;
      const request = begin(echo().port, {
        httpMethod: "POST",
        path: "/v1/collect/a",
        headers: { "transfer-encoding": "chunked" },
      });
      const answered = answerOf(request);
      request.write(bytes.subarray(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
      request.end(bytes.subarray(cut));
      assert.equal((await answered).response.statusCode, 200);
      assert.equal(received[0]?.snakeCase, 'é"}]');
      assert.equal(received[1]?.children[0]?.text, "😀");
    }
  });

  for (const { body, message } of [
    { body: '{"int32":1}\n{"int32":', message: /malformed JSON/ },
    { body: '{"int32":1}\nnonsense\n', message: /malformed JSON/ },
    { body: '{"int32":1},{"int32":2}', message: /malformed JSON/ },
    { body: '{"int32":1}]', message: /malformed JSON/ },
    { body: '[{"int32":1},]', message: /an element of the array is missing/ },
    { body: "[,]", message: /an element of the array is missing/ },
    { body: '[{"int32":1} {"int32":2}]', message: /a comma between elements is missing/ },
    { body: '[{"int32":1}', message: /the array is not closed/ },
    { body: '[{"int32":1},', message: /the array is not closed/ },
    { body: '[{"int32":1}] {}', message: /there is more after the array/ },
    { body: '[{"int32":1}][]', message: /there is more after the array/ },
    { body: '[{"int32":1},{"int32":2]', message: /malformed JSON/ },
  ]) {
    it(`fails when it is broken: ${JSON.stringify(body)}`, async () => {
      const answer = await echo().post("/v1/collect/a", body);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json.message, message);
      assert.equal(answer.json.details[0].fieldViolations[0].field, "*");
      const isEmpty = body === "[,]";
      assert.equal(received.length, isEmpty ? 0 : 1, "what came before it has arrived");
    });
  }

  it("fails when a value is wrong", async () => {
    const answer = await echo().post("/v1/collect/a", '{"int32":1}\n{"int32":"x"}');
    assert.equal(answer.status, 400);
    assert.equal(answer.json.details[0].fieldViolations[0].field, "int32");
    assert.equal(received.length, 1);
  });

  it("fails when its text is broken", async () => {
    const answer = await echo().post("/v1/collect/a", Buffer.from([0x7b, 0x7d, 0x0a, 0x22, 0xff, 0x22]));
    assert.equal(answer.status, 400);
    assert.equal(answer.json.message, "the request body is not valid utf-8 text");
  });

  it("is refused in a type or a charset that nobody reads", async () => {
    assert.equal((await echo().post("/v1/collect/a", "{}", { "content-type": "text/plain" })).status, 415);
    assert.equal(
      (await echo().post("/v1/collect/a", "{}", { "content-type": "application/json; charset=klingon" }))
        .status,
      415,
    );
    assert.equal((await echo().post("/v1/collect/a", "{}", { "content-encoding": "zip" })).status, 415);
  });

  it("fails like any call does", async () => {
    echo().handlers.Collect = async (call) => {
      for await (const _ of call) throw new RpcError(status.ALREADY_EXISTS, "enough");
      return {};
    };
    const answer = await echo().post("/v1/collect/a", "{}\n{}");
    assert.equal(answer.status, 409);
    assert.equal(answer.json.message, "enough");
  });

  it("may be answered before it has ended, and the connection serves the next request", async () => {
    echo().handlers.Collect = async (call) => {
      for await (const { int32 } of call) return { int32 };
      return {};
    };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const body = '{"int32":1}\n'.repeat(50_000);
      const sending = { httpMethod: "POST", path: "/v1/collect/a", body, agent };
      assert.deepEqual((await send(echo().port, sending)).json, { int32: 1 });
      assert.deepEqual((await send(echo().port, { path: "/v1/path/b", agent })).json, { text: "b" });
    } finally {
      agent.destroy();
    }
  });

  it("may be answered without being read", async () => {
    echo().handlers.Collect = async () => ({ text: "no need" });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const body = '{"int32":1}\n'.repeat(50_000);
      const sending = { httpMethod: "POST", path: "/v1/collect/a", body, agent };
      assert.deepEqual((await send(echo().port, sending)).json, { text: "no need" });
      assert.deepEqual((await send(echo().port, { path: "/v1/path/b", agent })).json, { text: "b" });
    } finally {
      agent.destroy();
    }
  });

  it("leaves the connection to the next request when its client dawdles after the answer", async () => {
    echo().handlers.Collect = async () => ({ text: "no need" });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const request = begin(echo().port, {
        httpMethod: "POST",
        path: "/v1/collect/a",
        headers: { "transfer-encoding": "chunked" },
        agent,
      });
      const answered = answerOf(request);
      request.write("{}\n");
      await (await answered).readUntil("}");
      const next = send(echo().port, { path: "/v1/path/b", agent });
      request.write("{}\n");
      request.end("{}");
      assert.deepEqual((await next).json, { text: "b" });
    } finally {
      agent.destroy();
    }
  });

  it("is cancelled when its client leaves", async () => {
    let fail = (_: unknown) => {};
    const failed = new Promise((resolve) => {
      fail = resolve;
    });
    echo().handlers.Collect = async (call) => {
      try {
        for await (const message of call) received.push(message);
      } catch (error) {
        fail(error);
      }
      return {};
    };
    const request = begin(echo().port, {
      httpMethod: "POST",
      path: "/v1/collect/a",
      headers: { "transfer-encoding": "chunked" },
    });
    request.write("{}\n{");
    while (received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    request.destroy();
    assert.equal(((await failed) as RpcError).code, status.CANCELLED);
  });
});

describe("bodyLimit", () => {
  const echo = useEcho({ options: { bodyLimit: 100, json: { emitDefaults: false } } });
  beforeEach(() => {
    echo().handlers.Collect = collect;
  });

  it("is for each message of a stream, not for all of them", async () => {
    const answer = await echo().post("/v1/collect/a", `{"int32":1}\n`.repeat(1000));
    assert.equal(answer.json.tags.length, 1000);
  });

  for (const { what, body } of [
    { what: "whole", body: `{}\n{"snakeCase":"${"x".repeat(100)}"}` },
    { what: "that never ends", body: `{}\n"${"x".repeat(200_000)}` },
    { what: "of characters that have many bytes", body: `{"snakeCase":"${"é".repeat(50)}"}` },
    { what: "in an array", body: `[{"snakeCase":"${"x".repeat(100)}"}]` },
  ]) {
    it(`refuses a larger one, ${what}`, async () => {
      const answer = await echo().post("/v1/collect/a", body);
      assert.equal(answer.status, 413);
      assert.equal(answer.json.message, "a message in the request body is larger than 100 bytes");
    });
  }
});

describe("a conversation", () => {
  const echo = useEcho();
  beforeEach(() => {
    echo().reset();
    echo().handlers.Chat = async function* (call) {
      for await (const { text, int32 } of call) yield { text, int32: int32 * 2 };
    };
  });
  const chunked = { "transfer-encoding": "chunked", "content-type": "application/x-ndjson" };

  it("goes to and fro over one HTTP/1.1 request", async () => {
    const request = begin(echo().port, { httpMethod: "POST", path: "/v1/chat/a", headers: chunked });
    const answered = answerOf(request);
    request.write('{"int32":1}\n');
    const answer = await answered;
    assert.equal(answer.response.statusCode, 200);
    for (let i = 1; i <= 20; i++) {
      assert.equal(await answer.readUntil("\n"), `{"text":"a","int32":${i * 2}}\n`);
      request.write(`{"int32":${i + 1}}\n`);
    }
    request.end();
    assert.equal(await answer.readUntil("\n"), '{"text":"a","int32":42}\n');
    assert.equal(await answer.read(), undefined);
    assert.equal(answer.response.trailers["grpc-status"], "0");
  });

  it("may begin with the server", async () => {
    echo().handlers.Chat = async function* (call) {
      yield { text: "hello" };
      for await (const { int32 } of call) yield { int32 };
    };
    const request = begin(echo().port, { httpMethod: "POST", path: "/v1/chat/a", headers: chunked });
    const answered = answerOf(request);
    request.flushHeaders();
    const answer = await answered;
    assert.equal(await answer.readUntil("\n"), '{"text":"hello"}\n');
    request.end('{"int32":1}');
    assert.equal(await answer.readUntil("\n"), '{"int32":1}\n');
  });

  it("may be whole before it is answered", async () => {
    const answer = await echo().post("/v1/chat/a", '[{"int32":1},{"int32":2}]');
    assert.equal(answer.text, '{"text":"a","int32":2}\n{"text":"a","int32":4}\n');
  });

  it("fails where the client's half is broken", async () => {
    const answer = await echo().post("/v1/chat/a", '{"int32":1}\n{"int32":"x"}\n');
    assert.equal(answer.status, 200);
    const [first = "", last = ""] = answer.text.split("\n");
    assert.deepEqual(JSON.parse(first), { text: "a", int32: 2 });
    assert.equal(JSON.parse(last).error.code, 3);
    assert.equal(answer.trailers["grpc-status"], "3");
  });

  it("that is broken from the start is an ordinary error", async () => {
    const answer = await echo().post("/v1/chat/a", "nonsense");
    assert.equal(answer.status, 400);
  });

  it("ends when its client leaves", async () => {
    let fire = () => {};
    const aborted = new Promise<void>((resolve) => {
      fire = resolve;
    });
    echo().handlers.Chat = async function* (call) {
      call.signal.addEventListener("abort", fire);
      for await (const { int32 } of call) yield { int32 };
    };
    const request = begin(echo().port, { httpMethod: "POST", path: "/v1/chat/a", headers: chunked });
    const answered = answerOf(request);
    request.write("{}\n");
    await (await answered).readUntil("\n");
    request.destroy();
    await aborted;
  });

  it("does not read on while nobody reads its answers", async () => {
    let read = 0;
    const padding = "x".repeat(10_000);
    echo().handlers.Chat = async function* (call) {
      for await (const { text } of call) {
        read++;
        yield { text: text + padding };
      }
    };
    const request = begin(echo().port, { httpMethod: "POST", path: "/v1/chat/a", headers: chunked });
    const answered = answerOf(request);
    const line = `{"snakeCase":"${padding}"}\n`;
    let written = 0;
    const pump = (async () => {
      for (; written < 2000; written++) {
        if (!request.write(line)) await once(request, "drain");
      }
      request.end();
    })();
    const { response } = await answered;
    response.pause();
    let [last, rounds] = [written, 0];
    for (; rounds < 200; rounds = written === last ? rounds + 1 : 0) {
      last = written;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert(written < 1800, `${written} messages of 10 kB were taken`);
    response.resume();
    await pump;
    await once(response, "end");
    assert.equal(read, 2000);
  });
});
