import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { Metadata } from "@grpc/grpc-js";
import { describe, it } from "vitest";
import { type HandlerCall, RpcError, status } from "../../lib/index.js";
import { createDeferred } from "../behaviour/messages.js";
import { send } from "../rest/http-client.js";
import { readFrames, writeFrames } from "../rpc/frames.js";
import { notes } from "../rpc/notes.js";
import { serveLookup, serveNotes } from "../rpc/rpc-server.js";

// What Connect is on the wire; its conformance suite has more of it. What it does for its callers is among the
// behaviours that every protocol keeps.

const json = "application/json";
const framed = "application/connect+json";

const moved = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "MOVED" };
const failing = {
  send(call: HandlerCall) {
    call.trailers.add("x-cost", "1");
    call.trailers.add("mark-bin", Buffer.from([255]));
    const metadata = new Metadata();
    metadata.set("retry-after", "3");
    throw new RpcError(status.NOT_FOUND, "größe 100%", { details: [moved], metadata });
  },
  async *expand(call: HandlerCall) {
    call.trailers.add("x-cost", "1");
    call.trailers.add("x-cost", "2");
    yield { text: "a" };
    throw new RpcError(status.CANCELLED, "");
  },
};
const movedDetail = { type: "google.rpc.ErrorInfo", value: "CgVNT1ZFRA", debug: { reason: "MOVED" } };

/** The messages of an answer, and what its last frame says. */
function readAnswer(body: Buffer): { messages: unknown[]; end: unknown } {
  const frames = readFrames(body).map(({ flags, bytes }) => ({ flags, value: JSON.parse(bytes.toString()) }));
  const last = frames.pop();
  assert.equal(last?.flags, 2);
  for (const { flags } of frames) assert.equal(flags, 0);
  return { messages: frames.map(({ value }) => value), end: last.value };
}

describe("a unary call of Connect", () => {
  it("is a message for a message, in JSON or protobuf", async () => {
    const { post, services } = await serveNotes(notes);
    const inJson = await post("Send", json, Buffer.from('{"text":"größe"}'));
    assert.equal(inJson.status, 200);
    assert.equal(inJson.headers.get("content-type"), json);
    assert.deepEqual(JSON.parse(inJson.body.toString()), { text: "größe", count: 1 });
    const codec = services.json("behaviour.v1.Note");
    const inBytes = await post("Send", "application/proto", codec.toBinary('{"text":"größe"}'));
    assert.equal(inBytes.headers.get("content-type"), "application/proto");
    assert.deepEqual(JSON.parse(codec.fromBinary(inBytes.body)), { text: "größe", count: 1 });
    const empty = await post("Send", "application/proto", Buffer.alloc(0));
    assert.deepEqual(JSON.parse(codec.fromBinary(empty.body)), { count: 1 });
  });

  it("fails with an HTTP status and an error in JSON, whatever its messages are", async () => {
    const { post } = await serveNotes(failing);
    for (const type of [json, "application/proto"]) {
      const answer = await post("Send", type, Buffer.from(type === json ? "{}" : ""));
      assert.equal(answer.status, 404);
      assert.equal(answer.headers.get("content-type"), json);
      assert.deepEqual(JSON.parse(answer.body.toString()), {
        code: "not_found",
        message: "größe 100%",
        details: [movedDetail],
      });
      assert.equal(answer.headers.get("retry-after"), "3");
      assert.equal(answer.headers.get("trailer-x-cost"), "1");
      assert.equal(answer.headers.get("trailer-mark-bin"), "/w");
      assert.equal(answer.headers.get("grpc-status-details-bin"), null);
    }
  });

  it("has its metadata in headers, trailers under a name of their own", async () => {
    const { post } = await serveNotes({
      async send(call: HandlerCall) {
        const metadata = new Metadata();
        metadata.add("x-served-by", "a");
        metadata.add("constructor", "b");
        metadata.add("mark-bin", Buffer.from([1, 2]));
        metadata.add("content-encoding", "br");
        metadata.add("connect-content-encoding", "br");
        call.sendMetadata(metadata);
        call.trailers.set("x-cost", "1");
        return {};
      },
    });
    const { headers } = await post("Send", json, Buffer.from("{}"));
    assert.equal(headers.get("x-served-by"), "a");
    assert.equal(headers.get("constructor"), "b");
    assert.equal(headers.get("mark-bin"), "AQI");
    assert.equal(headers.get("trailer-x-cost"), "1");
    assert.equal(headers.get("content-encoding"), null);
    assert.equal(headers.get("connect-content-encoding"), null);
  });

  it("compresses long messages in the way that the client likes best", async () => {
    const { url } = await serveNotes(notes);
    const text = "a".repeat(2000);
    const ways: [accepted: string, encoding: string | undefined, read: (bytes: Buffer) => Buffer][] = [
      ["zstd, br, gzip", "br", brotliDecompressSync],
      ["br;q=0, gzip;q=0.5", "gzip", gunzipSync],
      ["identity", undefined, (bytes) => bytes],
    ];
    for (const [accepted, encoding, read] of ways) {
      const { headers, bytes } = await send(Number(new URL(url).port), {
        httpMethod: "POST",
        path: "/behaviour.v1.Notes/Send",
        headers: { "content-type": json, "content-encoding": "gzip", "accept-encoding": accepted },
        body: gzipSync(JSON.stringify({ text })),
      });
      assert.equal(headers["content-encoding"], encoding);
      assert.deepEqual(JSON.parse(read(bytes).toString()), { text, count: 1 });
    }
  });

  const faulty: Readonly<
    Record<
      string,
      [type: string, body: string | Buffer, headers: Record<string, string>, code: string, status: number]
    >
  > = {
    "a body that is not JSON": [json, "{", {}, "invalid_argument", 400],
    "no body": [json, "", {}, "invalid_argument", 400],
    "bytes that are no message": [
      "application/proto",
      Buffer.from([10, 127, 97]),
      {},
      "invalid_argument",
      400,
    ],
    "a compression that nobody knows": [json, "{}", { "content-encoding": "zstd" }, "unimplemented", 501],
    "a body that is not what its header says": [
      json,
      "{}",
      { "content-encoding": "gzip" },
      "invalid_argument",
      400,
    ],
    "a body that is too long": [json, `{"text":"${"a".repeat(200)}"}`, {}, "resource_exhausted", 429],
    "a body that is too long when it is decompressed": [
      json,
      gzipSync(`{"text":"${"a".repeat(200)}"}`),
      { "content-encoding": "gzip" },
      "resource_exhausted",
      429,
    ],
    "a timeout that cannot be read": [json, "{}", { "connect-timeout-ms": "1.5" }, "invalid_argument", 400],
    "a timeout of too many digits": [
      json,
      "{}",
      { "connect-timeout-ms": "12345678901" },
      "invalid_argument",
      400,
    ],
    "a binary header that is not base64": [json, "{}", { "trace-bin": "*" }, "invalid_argument", 400],
    "another version of the protocol": [
      json,
      "{}",
      { "connect-protocol-version": "2" },
      "invalid_argument",
      400,
    ],
  };
  for (const [name, [type, body, headers, code, httpStatus]] of Object.entries(faulty)) {
    it(`fails with ${name}`, async () => {
      const { post, faults } = await serveNotes(notes, { bodyLimit: 100 });
      const answer = await post("Send", type, Buffer.from(body), headers);
      assert.equal(answer.status, httpStatus);
      assert.equal(JSON.parse(answer.body.toString()).code, code);
      assert.deepEqual(faults, []);
    });
  }

  it("reads compressions in capital letters, which HTTP does not tell apart", async () => {
    const { post } = await serveNotes(notes);
    const { status: httpStatus } = await post("Send", json, gzipSync("{}"), { "content-encoding": "GZIP" });
    assert.equal(httpStatus, 200);
  });

  it("names the compressions that it could have read", async () => {
    const { post } = await serveNotes(notes);
    const { body } = await post("Send", json, Buffer.from("{}"), { "content-encoding": "zstd" });
    assert.match(JSON.parse(body.toString()).message, /"zstd": send gzip, br, deflate or identity$/);
  });

  it("is refused without a version where one is required", async () => {
    const { post } = await serveNotes(notes, { requireConnectProtocolHeader: true });
    const without = await post("Send", json, Buffer.from("{}"));
    assert.equal(without.status, 400);
    assert.match(
      JSON.parse(without.body.toString()).message,
      /"connect-protocol-version" is missing: send "1"/,
    );
    const withVersion = await post("Send", json, Buffer.from("{}"), { "connect-protocol-version": "1" });
    assert.equal(withVersion.status, 200);
    const stream = await post("Expand", framed, writeFrames(["{}"]));
    assert.match(JSON.stringify(readAnswer(stream.body).end), /"code":"invalid_argument"/);
  });

  it("is cancelled when its time is up", async () => {
    const cancelled = createDeferred<unknown>();
    const { post } = await serveNotes({
      send(call: HandlerCall, _callback: unknown) {
        call.on("cancelled", () => cancelled.resolve(call.signal.reason.code));
      },
    });
    const { status: httpStatus, body } = await post("Send", json, Buffer.from("{}"), {
      "connect-timeout-ms": "20",
    });
    assert.equal(httpStatus, 504);
    assert.equal(JSON.parse(body.toString()).code, "deadline_exceeded");
    assert.equal(await cancelled.promise, status.DEADLINE_EXCEEDED);
  });

  it("has a name for every code", async () => {
    const { post } = await serveNotes({
      send({ request }: HandlerCall) {
        throw new RpcError(request.count, "");
      },
    });
    const named: unknown[] = [];
    for (let code = 1; code <= 16; code++) {
      const answer = await post("Send", json, Buffer.from(`{"count":${code}}`));
      named.push([JSON.parse(answer.body.toString()).code, answer.status]);
    }
    assert.deepEqual(named, [
      ["canceled", 499],
      ["unknown", 500],
      ["invalid_argument", 400],
      ["deadline_exceeded", 504],
      ["not_found", 404],
      ["already_exists", 409],
      ["permission_denied", 403],
      ["resource_exhausted", 429],
      ["failed_precondition", 400],
      ["aborted", 409],
      ["out_of_range", 400],
      ["unimplemented", 501],
      ["internal", 500],
      ["unavailable", 503],
      ["data_loss", 500],
      ["unauthenticated", 401],
    ]);
  });

  it("shows details of types that have a JSON of their own by that", async () => {
    const details = [{ "@type": "type.googleapis.com/google.protobuf.Duration", value: "3s" }];
    const { post } = await serveNotes({
      send() {
        throw new RpcError(status.UNAVAILABLE, "later", { details });
      },
    });
    const { body } = await post("Send", json, Buffer.from("{}"));
    const shown = { type: "google.protobuf.Duration", value: "CAM", debug: "3s" };
    assert.deepEqual(JSON.parse(body.toString()).details, [shown]);
  });

  it("shows details of types that nobody knows as their bytes", async () => {
    const { post } = await serveNotes({
      async send(call: HandlerCall) {
        // google.rpc.Status { code: 5, details: [Any { type_url: "x/acme.Odd", value: 01 02 }] }
        const bytes = Buffer.from("0805" + "1a10" + "0a0a782f61636d652e4f6464" + "12020102", "hex");
        call.trailers.set("grpc-status-details-bin", bytes);
        throw new RpcError(status.NOT_FOUND, "no such note");
      },
    });
    const { body, headers } = await post("Send", json, Buffer.from("{}"));
    assert.deepEqual(JSON.parse(body.toString()).details, [{ type: "acme.Odd", value: "AQI" }]);
    assert.equal(headers.get("trailer-grpc-status-details-bin"), null);
  });
});

describe("a call of Connect with a stream", () => {
  it("is framed, and ends with a frame that says how", async () => {
    const { post } = await serveNotes(notes);
    const calls: [method: string, requests: string[], messages: unknown[]][] = [
      ["Collect", ['{"text":"a"}', '{"text":"b"}'], [{ text: "a+b", count: 2 }]],
      ["Collect", [], [{ text: "", count: 0 }]],
      ["Expand", ['{"text":"a","count":1}'], [{ text: "a", count: 1 }]],
      ["Expand", ["{}"], []],
      ["Chat", ['{"text":"a"}'], [{ text: "heard a", count: 0 }]],
    ];
    for (const [method, requests, messages] of calls) {
      const answer = await post(method, framed, writeFrames(requests));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("content-type"), framed);
      assert.deepEqual(readAnswer(answer.body), { messages, end: {} });
    }
  });

  it("tells in its last frame of the error and the trailers", async () => {
    const { post } = await serveNotes({
      ...failing,
      async collect() {
        return failing.send({ trailers: new Metadata() } as HandlerCall);
      },
    });
    const streamed = await post("Expand", framed, writeFrames(["{}"]));
    assert.deepEqual(readAnswer(streamed.body), {
      messages: [{ text: "a", count: 0 }],
      end: { error: { code: "canceled" }, metadata: { "x-cost": ["1", "2"] } },
    });
    const collected = await post("Collect", framed, writeFrames([]));
    assert.deepEqual(
      [collected.status, readAnswer(collected.body)],
      [
        200,
        {
          messages: [],
          end: {
            error: { code: "not_found", message: "größe 100%", details: [movedDetail] },
            metadata: { "retry-after": ["3"] },
          },
        },
      ],
    );
  });

  it("compresses messages one by one", async () => {
    const { post } = await serveNotes(notes);
    const text = "a".repeat(2000);
    const body = writeFrames([gzipSync(JSON.stringify({ text, count: 1 }))], 1);
    const answer = await post("Expand", framed, body, {
      "connect-content-encoding": "gzip",
      "connect-accept-encoding": "br",
    });
    assert.equal(answer.headers.get("connect-content-encoding"), "br");
    const [message, end] = readFrames(answer.body);
    assert.deepEqual([message?.flags, end?.flags], [1, 2]);
    assert.deepEqual(JSON.parse(brotliDecompressSync(message!.bytes).toString()), { text, count: 1 });
  });

  it("goes on after a compressed message that fills the buffer", async () => {
    const { post } = await serveNotes({
      async *expand() {
        for (let count = 1; count <= 3; count++)
          yield { text: randomBytes(30_000).toString("base64"), count };
      },
    });
    const answer = await post("Expand", framed, writeFrames(["{}"]), { "connect-accept-encoding": "gzip" });
    const messages = readFrames(answer.body).slice(0, -1);
    assert.deepEqual(
      messages.map(({ flags, bytes }) => [flags, JSON.parse(gunzipSync(bytes).toString()).count]),
      [
        [1, 1],
        [1, 2],
        [1, 3],
      ],
    );
  });

  const faulty: Readonly<Record<string, [body: Buffer, headers: Record<string, string>, code: string]>> = {
    "no message": [writeFrames([]), {}, "unimplemented"],
    "two messages": [writeFrames(["{}", "{}"]), {}, "unimplemented"],
    "half a message": [writeFrames(["{}"]).subarray(0, 6), {}, "internal"],
    "a frame that ends the stream": [writeFrames(["{}"], 2), {}, "internal"],
    "a message that is not what its header says": [
      writeFrames(["{}"], 1),
      { "connect-content-encoding": "gzip" },
      "invalid_argument",
    ],
    "a compression that nobody knows": [
      writeFrames(["{}"]),
      { "connect-content-encoding": "zstd" },
      "unimplemented",
    ],
    "a timeout that cannot be read": [
      writeFrames(["{}"]),
      { "connect-timeout-ms": "soon" },
      "invalid_argument",
    ],
  };
  for (const [name, [body, headers, code]] of Object.entries(faulty)) {
    it(`fails with ${name}`, async () => {
      const { post } = await serveNotes(notes);
      const answer = await post("Expand", framed, body, headers);
      assert.equal(answer.status, 200);
      const { messages, end } = readAnswer(answer.body) as {
        messages: unknown[];
        end: { error: { code: string } };
      };
      assert.deepEqual([messages, end.error.code], [[], code]);
    });
  }

  it("takes a message of nothing that says to be compressed", async () => {
    const { post } = await serveNotes(notes);
    const body = writeFrames([""], 1);
    const answer = await post("Expand", "application/connect+proto", body, {
      "connect-content-encoding": "gzip",
    });
    const [end] = readFrames(answer.body);
    assert.equal(end?.bytes.toString(), "{}");
  });

  it("does not run the handler of a call whose headers cannot be read", async () => {
    const { post } = await serveNotes({
      collect: () => assert.fail("the handler ran"),
      chat: () => assert.fail("the handler ran"),
    });
    for (const method of ["Collect", "Chat"]) {
      const answer = await post(method, framed, writeFrames(["{}"]), { "connect-timeout-ms": "soon" });
      assert.match(JSON.stringify(readAnswer(answer.body).end), /"code":"invalid_argument"/);
    }
  });
});

describe("a request at the path of a method", () => {
  it("is no call of Connect with the content type of another kind of call", async () => {
    const { post } = await serveNotes(notes);
    for (const [method, type] of [
      ["Send", framed],
      ["Expand", json],
      ["Collect", "application/proto"],
    ] as const) {
      const answer = await post(method, type, Buffer.from("{}"));
      assert.equal(answer.status, 415);
      assert.match(
        answer.headers.get("accept-post") ?? "",
        method === "Send" ? /application\/json/ : /connect\+json/,
      );
    }
  });

  it("is Connect before it is REST", async () => {
    const implementation = {
      find: async ({ request }: HandlerCall) => request,
      list: ({ request }: HandlerCall) => [request, request],
    };
    const { post } = await serveLookup(implementation, { unannotatedMethods: true });
    const find = await post("Find", json, Buffer.from('{"text":1}'));
    assert.equal(JSON.parse(find.body.toString()).code, "invalid_argument");
    // Connect has no such content type for a stream.
    const list = await post("List", json, Buffer.from('{"text":"a"}'));
    assert.equal(list.body.toString(), '{"text":"a"}\n{"text":"a"}\n');
  });
});
