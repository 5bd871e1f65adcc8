import assert from "node:assert/strict";
import http from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import { Metadata } from "@grpc/grpc-js";
import express from "express";
import { describe, it } from "vitest";
import { decodeStatusDetails } from "../../lib/call/status-details.js";
import { ConfigError, type HandlerCall, RpcError, status, transcodingRouter } from "../../lib/index.js";
import { createDeferred } from "../behaviour/messages.js";
import { readFrames, writeFrames } from "../rpc/frames.js";
import { notes } from "../rpc/notes.js";
import { serveNotes } from "../rpc/rpc-server.js";

// What gRPC-Web is on the wire. What it does for its callers is among the behaviours that every protocol keeps.

const json = "application/grpc-web+json";

/** The messages of an answer, and the trailers after them. */
function readAnswer(body: Buffer): { messages: unknown[]; trailers: string } {
  const frames = readFrames(body);
  const last = frames.pop();
  assert.equal(last?.flags, 0x80);
  return {
    messages: frames.map(({ flags, bytes }) => {
      assert.equal(flags, 0);
      return JSON.parse(bytes.toString());
    }),
    trailers: last.bytes.toString(),
  };
}

describe("gRPC-Web", () => {
  it("answers each kind of call with messages and a frame of trailers", async () => {
    const { post } = await serveNotes(notes);
    const calls: [method: string, requests: string[], messages: unknown[]][] = [
      ["Send", ['{"text":"a"}'], [{ text: "a", count: 1 }]],
      ["Collect", ['{"text":"a"}', '{"text":"b"}'], [{ text: "a+b", count: 2 }]],
      [
        "Expand",
        ['{"text":"a","count":2}'],
        [
          { text: "a", count: 1 },
          { text: "a", count: 2 },
        ],
      ],
      ["Expand", ["{}"], []],
      [
        "Chat",
        ['{"text":"a"}', '{"text":"b"}'],
        [
          { text: "heard a", count: 0 },
          { text: "heard b", count: 0 },
        ],
      ],
    ];
    for (const [method, requests, messages] of calls) {
      const answer = await post(method, json, writeFrames(requests));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("content-type"), json);
      assert.deepEqual(readAnswer(answer.body), { messages, trailers: "grpc-status: 0\r\n" });
    }
  });

  it("takes protobuf, whose format the content type may leave out", async () => {
    const { post, services } = await serveNotes(notes);
    const codec = services.json("behaviour.v1.Note");
    for (const type of ["application/grpc-web", "application/grpc-web+proto"]) {
      const { headers, body } = await post("Send", type, writeFrames([codec.toBinary('{"text":"größe"}')]));
      assert.equal(headers.get("content-type"), "application/grpc-web+proto");
      const [message] = readFrames(body);
      assert.deepEqual(JSON.parse(codec.fromBinary(message!.bytes)), { text: "größe", count: 1 });
    }
  });

  it("sends frames as base64, each apart, to clients that send or ask for text", async () => {
    const { post } = await serveNotes(notes);
    const frames = writeFrames(['{"text":"ab","count":1}']);
    const text = Buffer.from(frames.toString("base64"));
    const answers = [
      await post("Expand", "application/grpc-web-text+json", text),
      await post("Expand", json, frames, { accept: "application/grpc-web-text" }),
    ];
    for (const { headers, body } of answers) {
      assert.equal(headers.get("content-type"), "application/grpc-web-text+json");
      const parts = body.toString().match(/[^=]+=*/g) ?? [];
      assert.ok(parts.length > 1, "the padding tells the frames apart");
      const bytes = Buffer.concat(parts.map((part) => Buffer.from(part, "base64")));
      assert.deepEqual(readAnswer(bytes), {
        messages: [{ text: "ab", count: 1 }],
        trailers: "grpc-status: 0\r\n",
      });
    }
  });

  it("says in the headers what has become of a call that failed before its first response", async () => {
    const { post } = await serveNotes({
      ...notes,
      send() {
        const metadata = new Metadata();
        metadata.add("retry-after", "3");
        metadata.add("mark-bin", Buffer.from([255]));
        const detail = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "MOVED" };
        throw new RpcError(status.NOT_FOUND, "größe 100%", { metadata, details: [detail] });
      },
      expand(call: HandlerCall) {
        call.emit("error", new RpcError(status.ABORTED, ""));
      },
    });
    const { status: httpStatus, headers, body } = await post("Send", json, writeFrames(["{}"]));
    assert.deepEqual([httpStatus, body.length], [200, 0]);
    assert.equal(headers.get("content-type"), json);
    assert.equal(headers.get("grpc-status"), "5");
    assert.equal(headers.get("grpc-message"), "gr%C3%B6%C3%9Fe 100%25");
    assert.equal(headers.get("retry-after"), "3");
    assert.equal(headers.get("mark-bin"), "/w");
    const details = decodeStatusDetails(Buffer.from(headers.get("grpc-status-details-bin") ?? "", "base64"));
    assert.deepEqual(
      details?.map(({ typeUrl }) => typeUrl),
      ["type.googleapis.com/google.rpc.ErrorInfo"],
    );
    const streamed = await post("Expand", json, writeFrames(["{}"]));
    assert.deepEqual([streamed.headers.get("grpc-status"), streamed.body.length], ["10", 0]);
    assert.equal(streamed.headers.get("grpc-message"), null);
  });

  it("says in the trailers what headers cannot hold, whatever the call", async () => {
    const { post } = await serveNotes({
      send(call: HandlerCall) {
        throw new RpcError(status.NOT_FOUND, call.request.text, {
          details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: call.request.text }],
        });
      },
      expand(call: HandlerCall) {
        call.emit("error", new RpcError(status.NOT_FOUND, call.request.text));
      },
    });
    const text = "x".repeat(5000);
    for (const method of ["Send", "Expand"]) {
      const { headers, body } = await post(method, json, writeFrames([JSON.stringify({ text })]));
      assert.equal(headers.get("grpc-status"), null);
      const { messages, trailers } = readAnswer(body);
      assert.deepEqual(messages, []);
      const [code, message, details] = trailers.split("\r\n");
      assert.equal(code, "grpc-status: 5");
      assert.ok(message === `grpc-message: ${text}`);
      assert.equal(details?.startsWith("grpc-status-details-bin: "), method === "Send");
    }
  });

  it("says in the trailers what has become of a call that failed later", async () => {
    const { post } = await serveNotes({
      async *expand() {
        yield { text: "a" };
        throw new RpcError(status.ABORTED, "50%");
      },
      send(call: HandlerCall) {
        const metadata = new Metadata();
        metadata.set("x-served-by", "a");
        call.sendMetadata(metadata);
        throw new RpcError(status.ABORTED, "50%");
      },
    });
    const trailers = "grpc-status: 10\r\ngrpc-message: 50%25\r\n";
    const streamed = await post("Expand", json, writeFrames(["{}"]));
    assert.deepEqual(readAnswer(streamed.body), { messages: [{ text: "a", count: 0 }], trailers });
    const { headers, body } = await post("Send", json, writeFrames(["{}"]));
    assert.equal(headers.get("x-served-by"), "a");
    assert.deepEqual(readAnswer(body), { messages: [], trailers });
  });

  it("writes each value of a trailer on a line of its own", async () => {
    const { post } = await serveNotes({
      async send(call: HandlerCall) {
        call.trailers.add("x-cost", "1");
        call.trailers.add("x-cost", "2");
        call.trailers.add("mark-bin", Buffer.from([1, 2]));
        call.trailers.add("grpc-status", "13");
        call.trailers.add("content-type", "text/html");
        return {};
      },
    });
    const { body } = await post("Send", json, writeFrames(["{}"]));
    assert.equal(readAnswer(body).trailers, "grpc-status: 0\r\nx-cost: 1\r\nx-cost: 2\r\nmark-bin: AQI\r\n");
  });

  it("compresses long messages for clients that take it, and reads compressed ones", async () => {
    const { post } = await serveNotes(notes);
    const text = "a".repeat(2000);
    const frames = Buffer.concat([writeFrames([gzipSync(JSON.stringify({ text, count: 1 }))], 1)]);
    const headers = { "grpc-encoding": "gzip" };
    for (const accepted of [{}, { "grpc-accept-encoding": "identity, gzip" }]) {
      const answer = await post("Expand", json, frames, { ...headers, ...accepted });
      assert.equal(answer.headers.get("grpc-encoding"), "gzip");
      const [message, trailers] = readFrames(answer.body);
      assert.deepEqual([message?.flags, trailers?.flags], [1, 0x80]);
      assert.deepEqual(JSON.parse(gunzipSync(message!.bytes).toString()), { text, count: 1 });
    }
    const plain = await post("Expand", json, frames, { ...headers, "grpc-accept-encoding": "br" });
    assert.equal(plain.headers.get("grpc-encoding"), null);
    assert.equal(readFrames(plain.body)[0]?.flags, 0);
    const short = await post("Expand", json, writeFrames(['{"count":1}']), {
      "grpc-accept-encoding": "gzip",
    });
    assert.equal(readFrames(short.body)[0]?.flags, 0);
  });

  it("reads bodies that are compressed as a whole", async () => {
    const { post } = await serveNotes(notes);
    const body = gzipSync(writeFrames(['{"text":"a"}']));
    const answer = await post("Send", json, body, { "content-encoding": "gzip" });
    assert.deepEqual(readAnswer(answer.body).messages, [{ text: "a", count: 1 }]);
  });

  const send = writeFrames(["{}"]);
  const faulty: Readonly<Record<string, [body: Uint8Array, headers: Record<string, string>, code: number]>> =
    {
      "no message": [Buffer.alloc(0), {}, status.UNIMPLEMENTED],
      "two messages": [writeFrames(["{}", "{}"]), {}, status.UNIMPLEMENTED],
      "half a message": [send.subarray(0, 6), {}, status.INTERNAL],
      "half a prefix": [send.subarray(0, 3), {}, status.INTERNAL],
      "a message that is compressed although no header says so": [
        writeFrames([gzipSync("{}")], 1),
        {},
        status.INTERNAL,
      ],
      "a message of nothing that is compressed although no header says so": [
        writeFrames([""], 1),
        {},
        status.INTERNAL,
      ],
      "a message that is not what its header says": [
        writeFrames(["{}"], 1),
        { "grpc-encoding": "gzip" },
        status.INTERNAL,
      ],
      "flags that no request has": [writeFrames(["{}"], 0x80), {}, status.INTERNAL],
      "a compression that nobody knows": [send, { "grpc-encoding": "snappy" }, status.UNIMPLEMENTED],
      "a timeout that cannot be read": [send, { "grpc-timeout": "soon" }, status.INVALID_ARGUMENT],
      "a binary header that is not base64": [send, { "trace-bin": "*" }, status.INVALID_ARGUMENT],
      "a field of another type": [writeFrames(['{"count":"x"}']), {}, status.INVALID_ARGUMENT],
      "a message that is too long": [
        writeFrames([`{"text":"${"a".repeat(200)}"}`]),
        {},
        status.RESOURCE_EXHAUSTED,
      ],
      "a message that is too long when it is decompressed": [
        writeFrames([gzipSync(`{"text":"${"a".repeat(200)}"}`)], 1),
        { "grpc-encoding": "gzip" },
        status.RESOURCE_EXHAUSTED,
      ],
    };
  for (const [name, [body, headers, code]] of Object.entries(faulty)) {
    it(`fails a call with ${name}`, async () => {
      const { post, faults } = await serveNotes(notes, { bodyLimit: 100 });
      const answer = await post("Send", json, body, headers);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("grpc-status"), String(code));
      assert.deepEqual(faults, []);
    });
  }

  it("names the field that cannot be read", async () => {
    const { post } = await serveNotes(notes);
    const { headers } = await post("Send", json, writeFrames(['{"count":"x"}']));
    assert.match(
      decodeURIComponent(headers.get("grpc-message") ?? ""),
      /invalid value "x" for field "count"/,
    );
  });

  it("skips fields that its services do not know, unless told to refuse them", async () => {
    const lenient = await serveNotes(notes);
    const body = writeFrames(['{"text":"a","added":{"later":true}}']);
    assert.deepEqual(readAnswer((await lenient.post("Send", json, body)).body).messages, [
      { text: "a", count: 1 },
    ]);
    const strict = await serveNotes(notes, { json: { ignoreUnknownFields: false } });
    assert.equal((await strict.post("Send", json, body)).headers.get("grpc-status"), "3");
  });

  it("bounds the time of a call by the limits of the server", async () => {
    const deadlines: number[] = [];
    const waiting = createDeferred<number>();
    const { post } = await serveNotes(
      {
        send(call: HandlerCall, _callback: unknown) {
          deadlines.push(call.getDeadline() - Date.now());
          call.on("cancelled", () => waiting.resolve(deadlines.length));
        },
      },
      { maxTimeout: 50 },
    );
    const { headers } = await post("Send", json, writeFrames(["{}"]), { "grpc-timeout": "1H" });
    assert.equal(headers.get("grpc-status"), String(status.DEADLINE_EXCEEDED));
    assert.equal(await waiting.promise, 1);
    assert.ok(deadlines[0]! <= 50);
  });

  it("sends the headers when the handler does, ahead of the first message", async () => {
    const go = createDeferred();
    const { url } = await serveNotes({
      async *expand(call: HandlerCall) {
        const metadata = new Metadata();
        metadata.set("x-served-by", "a");
        call.sendMetadata(metadata);
        await go.promise;
        yield {};
      },
    });
    const response = await fetch(`${url}/behaviour.v1.Notes/Expand`, {
      method: "POST",
      body: writeFrames(["{}"]),
      headers: { "content-type": json },
    });
    assert.equal(response.headers.get("x-served-by"), "a");
    go.resolve();
    assert.equal(readAnswer(Buffer.from(await response.arrayBuffer())).messages.length, 1);
  });

  it("leaves alone what is not for it", async () => {
    const { url, post } = await serveNotes(notes);
    const path = `${url}/behaviour.v1.Notes/Send`;
    const init = { headers: { "content-type": json }, body: writeFrames(["{}"]) };
    assert.equal((await post("Nothing", json, writeFrames(["{}"]))).status, 404);
    const wrongMethod = await fetch(path, { ...init, method: "PUT" });
    assert.equal(wrongMethod.status, 405);
    assert.match(wrongMethod.headers.get("allow") ?? "", /^POST\b.*\bOPTIONS$/);
    const options = await fetch(path, { method: "OPTIONS" });
    assert.equal(options.status, 204);
    const wrongType = await post("Send", "application/grpc-web+thrift", writeFrames(["{}"]));
    assert.equal(wrongType.status, 415);
    assert.match(wrongType.headers.get("accept-post") ?? "", /application\/grpc-web,/);
  });

  it("is off unless asked for", async () => {
    const { post } = await serveNotes(notes, { protocols: ["rest"] });
    assert.equal((await post("Send", json, writeFrames(["{}"]))).status, 404);
  });

  it("works behind a prefix, and behind a middleware that has read the body", async () => {
    const { services } = await serveNotes(notes);
    const app = express();
    app.use(express.raw({ type: () => true }));
    app.use("/api", transcodingRouter(services, { protocols: ["grpc-web"] }));
    const server = http.createServer(app).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/api/behaviour.v1.Notes/Send`, {
      method: "POST",
      body: writeFrames(['{"text":"a"}']),
      headers: { "content-type": json },
    });
    assert.deepEqual(readAnswer(Buffer.from(await response.arrayBuffer())).messages, [
      { text: "a", count: 1 },
    ]);
    const rest = await fetch(`http://127.0.0.1:${port}/api/v1/notes:send`, { method: "POST", body: "{}" });
    assert.equal(rest.status, 404);
    server.close();
    server.closeAllConnections();
  });
});

describe("the option protocols", () => {
  const faulty: [option: unknown, message: RegExp][] = [
    [["grpcweb"], /^unknown protocol "grpcweb"; did you mean "grpc-web"\?$/],
    [
      ["rest", "soap", "conect"],
      /^unknown protocol "soap"\nunknown protocol "conect"; did you mean "connect"\?$/,
    ],
    ["rest", /^option "protocols" takes "all" or an array of "rest", "grpc-web", "connect", not 'rest'$/],
    [[], /takes "all" or an array/],
  ];
  for (const [protocols, message] of faulty) {
    it(`refuses ${JSON.stringify(protocols)}`, () =>
      assert.rejects(serveNotes(notes, { protocols: protocols as "all" }), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        return true;
      }));
  }
});
