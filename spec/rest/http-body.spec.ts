import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent } from "node:http";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, it } from "vitest";
import { createMetadata } from "../../lib/call/metadata.js";
import { type HandlerCall, type Message, status } from "../../lib/index.js";
import { type EchoServer, useEcho } from "./echo-server.js";
import { answerOf, begin, readAnswer, send } from "./http-client.js";

/** Every byte, line breaks of all kinds, and text that is not UTF-8. */
const everyByte = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  Buffer.from("\r\n\n\0"),
]);

for (const { representation, loading } of [
  { representation: "buffers", loading: {} },
  { representation: "base64", loading: { bytes: String } },
  { representation: "arrays under proto names", loading: { bytes: Array, keepCase: true, defaults: false } },
] as const) {
  describe(`an HttpBody of ${representation}`, () => {
    const echo = useEcho({ loading });

    it("is the body of a request and of its response, byte for byte", async () => {
      const answer = await echo().post("/v1/raw", everyByte, { "content-type": "image/png; q=1" });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.bytes, everyByte);
      assert.equal(answer.headers["content-type"], "image/png; q=1");
      assert.equal(answer.headers["content-length"], String(everyByte.length));
    });

    it("is one field of a request, beside path and query", async () => {
      const headers = { "content-type": "text/plain; charset=utf-16" };
      const answer = await echo().send({
        httpMethod: "PUT",
        path: "/v1/files/a?int32=5&file.data=AAAA",
        headers,
        body: everyByte,
      });
      assert.deepEqual(answer.json, {
        text: "a",
        int32: 5,
        file: { contentType: "text/plain; charset=utf-16", data: everyByte.toString("base64") },
      });
    });

    it("is one field of a response", async () => {
      const answer = await echo().get(
        `/v1/files/a?file.content_type=text/csv&file.data=${everyByte.toString("base64url")}`,
      );
      assert.deepEqual(answer.bytes, everyByte);
      assert.equal(answer.headers["content-type"], "text/csv");
    });

    it("is read and answered by one field", async () => {
      const answer = await echo().post("/v1/field/file", everyByte, { "content-type": "application/json" });
      assert.deepEqual(answer.bytes, everyByte);
      assert.equal(answer.headers["content-type"], "application/json");
    });

    it("is streamed both ways", async () => {
      echo().handlers.Convert = convert;
      const answer = await echo().post("/v1/streams/convert", everyByte, { "content-type": "image/png" });
      assert.deepEqual(answer.bytes, everyByte);
      assert.equal(answer.headers["content-type"], "image/png");
    });
  });
}

async function* convert(call: HandlerCall): AsyncIterable<Message> {
  yield* call;
}

describe("an HttpBody in a request", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("is not looked into", async () => {
    for (const type of ["application/json", "application/x-www-form-urlencoded", "nonsense"]) {
      const answer = await echo().post("/v1/raw", "{", { "content-type": type });
      assert.equal(answer.text, "{");
      assert.equal(answer.headers["content-type"], type);
    }
  });

  it("may be empty and of no type", async () => {
    await echo().post("/v1/raw", "", {});
    await echo().send({ httpMethod: "PUT", path: "/v1/files/a" });
    const [whole, { file } = {}] = echo().requests;
    for (const body of [whole, file]) {
      assert.equal(body?.contentType, "");
      assert.deepEqual(body?.data, Buffer.alloc(0));
    }
  });

  it("is inflated", async () => {
    const answer = await echo().post("/v1/raw", gzipSync(everyByte), {
      "content-encoding": "gzip",
      "content-type": "a/b",
    });
    assert.deepEqual(answer.bytes, everyByte);
  });

  it("is bound by the query where a rule has no body", async () => {
    const answer = await echo().get("/v1/raw?content_type=text/plain&data=aGk=");
    assert.equal(answer.text, "hi");
    assert.equal(answer.headers["content-type"], "text/plain");
  });
});

describe("an HttpBody in a response", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("of no type is bytes", async () => {
    const answer = await echo().get("/v1/raw?data=aGk=");
    assert.equal(answer.headers["content-type"], "application/octet-stream");
  });

  it("that is not there is empty", async () => {
    const answer = await echo().get("/v1/files/a");
    assert.equal(answer.status, 200);
    assert.equal(answer.text, "");
  });

  it("is JSON inside of another message", async () => {
    echo().handlers.Whole = async () => ({ file: { contentType: "text/plain", data: Buffer.from("hi") } });
    assert.deepEqual((await echo().post("/v1/whole", {})).json, {
      file: { contentType: "text/plain", data: "aGk=" },
    });
  });

  for (const { what, message } of [
    {
      what: "a type that would end its header",
      message: { contentType: "text/plain\r\nset-cookie: a=b", data: Buffer.alloc(1) },
    },
    { what: "a type that is no text", message: { contentType: 5, data: Buffer.alloc(1) } },
    { what: "a type that no header can hold", message: { contentType: "text/☃", data: Buffer.alloc(1) } },
    { what: "data that are no bytes", message: { contentType: "text/plain", data: 5 } },
  ]) {
    it(`with ${what} is a fault of the handler`, async () => {
      for (const [name, path] of [
        ["Raw", "/v1/raw"],
        ["Download", "/v1/streams/files/a"],
      ] as const) {
        echo().reset();
        echo().handlers[name] =
          name === "Raw"
            ? async () => message
            : async function* () {
                yield message;
              };
        const answer = await echo().get(path);
        assert.equal(answer.status, 500);
        assert.deepEqual(answer.json, { code: 2, message: "the handler failed unexpectedly", details: [] });
        assert.equal(answer.headers["set-cookie"], undefined);
        assert.match(String(echo().faults[0]), /^TypeError: invalid value .* of google\.api\.HttpBody$/);
      }
    });
  }

  it("may be a part, as the handler decides by the headers of the request", async () => {
    const content = Buffer.from("0123456789");
    echo().handlers.Raw = async (call) => {
      const [range] = call.metadata.get("range");
      const [, start = "0", end = "0"] = /^bytes=(\d+)-(\d+)$/.exec(String(range)) ?? [];
      const metadata = createMetadata();
      metadata.set("content-range", `bytes ${start}-${end}/${content.length}`);
      metadata.set("accept-ranges", "bytes");
      metadata.set("etag", '"1"');
      metadata.set("content-disposition", 'attachment; filename="digits.txt"');
      call.sendMetadata(metadata);
      call.httpStatus = 206;
      return { contentType: "text/plain", data: content.subarray(Number(start), Number(end) + 1) };
    };
    const answer = await echo().get("/v1/raw", { range: "bytes=2-4", "if-range": '"1"' });
    assert.equal(answer.status, 206);
    assert.equal(answer.text, "234");
    assert.equal(answer.headers["content-range"], "bytes 2-4/10");
    assert.equal(answer.headers["accept-ranges"], "bytes");
    assert.equal(answer.headers.etag, '"1"');
    assert.equal(answer.headers["content-disposition"], 'attachment; filename="digits.txt"');
  });

  it("says how long it is to a HEAD", async () => {
    const answer = await echo().send({
      httpMethod: "HEAD",
      path: "/v1/raw?data=aGk=&content_type=text/plain",
    });
    assert.equal(answer.headers["content-length"], "2");
    assert.equal(answer.headers["content-type"], "text/plain");
    assert.equal(answer.text, "");
  });
});

/** Makes pieces for as long as they are asked for, and counts them. */
function createProducer(piece: Message) {
  const producer = {
    made: 0,
    isClosed: false,
    async *produce() {
      try {
        for (;;) {
          producer.made++;
          yield piece;
        }
      } finally {
        producer.isClosed = true;
      }
    },
  };
  return producer;
}

/** Wait until a count has not changed for some rounds of the event loop. */
async function untilSteady(read: () => number): Promise<number> {
  let [last, rounds] = [read(), 0];
  while (rounds < 200) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = read();
    rounds = now === last ? rounds + 1 : 0;
    last = now;
  }
  return last;
}

describe("a download", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());
  const pieceOf = (data: Buffer) => ({ contentType: "video/mp4", data });

  it("is sent piece by piece, without anything between them", async () => {
    echo().handlers.Download = async function* () {
      yield { contentType: "text/csv", data: Buffer.from("a,b\n") };
      yield { contentType: "ignored", data: Buffer.from("c,d") };
      yield { data: Buffer.alloc(0) };
      yield { data: Buffer.from("\n") };
    };
    const answer = await echo().get("/v1/streams/files/a", { accept: "text/event-stream" });
    assert.equal(answer.text, "a,b\nc,d\n");
    assert.equal(answer.headers["content-type"], "text/csv");
    assert.equal(answer.headers["transfer-encoding"], "chunked");
  });

  it("is sent by the field that response_body names", async () => {
    echo().handlers.DownloadField = async function* () {
      yield { text: "x", file: { contentType: "a/b", data: Buffer.from("1") } };
      yield { text: "y" };
      yield { file: { data: Buffer.from("2") } };
    };
    const answer = await echo().get("/v1/streams/fields/a");
    assert.equal(answer.text, "12");
    assert.equal(answer.headers["content-type"], "a/b");
  });

  it("of nothing is empty", async () => {
    echo().handlers.Download = async function* () {};
    const answer = await echo().get("/v1/streams/files/a");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/octet-stream");
    assert.equal(answer.text, "");
  });

  it("that fails before its first piece is an error", async () => {
    echo().handlers.Download = async function* () {
      yield* [];
      throw { code: status.NOT_FOUND, details: "no such file" };
    };
    const answer = await echo().get("/v1/streams/files/a");
    assert.equal(answer.status, 404);
    assert.equal(answer.json.message, "no such file");
  });

  it("that fails after its first piece is cut off, and its fault is told", async () => {
    echo().handlers.Download = async function* () {
      yield pieceOf(Buffer.from("begun"));
      throw new Error("disk on fire");
    };
    const { response } = await echo().open({ path: "/v1/streams/files/a" });
    await assert.rejects(readAnswer(response), { code: "ECONNRESET" });
    assert.match(String(echo().faults[0]), /disk on fire/);
  });

  it("waits for a reader that has stopped, and stops for one that has left", async () => {
    const producer = createProducer(pieceOf(Buffer.alloc(64 * 1024)));
    echo().handlers.Download = producer.produce;
    const { response, request } = await echo().open({ path: "/v1/streams/files/a" });
    response.pause();
    const ahead = await untilSteady(() => producer.made);
    // What fits in the buffers of both sockets: a few megabytes at most.
    assert(ahead < 200, `${ahead} pieces of 64 KiB`);
    assert.equal(producer.isClosed, false);
    request.destroy();
    while (!producer.isClosed) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(producer.made, ahead);
  });

  it("of many megabytes arrives whole", async () => {
    const sent = createHash("sha256");
    echo().handlers.Download = async function* () {
      for (let i = 0; i < 512; i++) {
        const data = Buffer.alloc(64 * 1024, i % 251);
        sent.update(data);
        yield pieceOf(data);
      }
    };
    const { bytes } = await echo().get("/v1/streams/files/a");
    assert.equal(bytes.length, 32 * 1024 * 1024);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sent.digest("hex"));
  });
});

describe("an upload", () => {
  const echo = useEcho({ options: { bodyLimit: 1000, json: { emitDefaults: false } } });
  beforeEach(() => echo().reset());

  /** An upload whose pieces are read when `allow` says so. */
  function readOnDemand(server: EchoServer) {
    const read: Message[] = [];
    let allow = () => {};
    const allowed = new Promise<void>((resolve) => {
      allow = resolve;
    });
    server.handlers.Upload = async (call) => {
      const hash = createHash("sha256");
      let length = 0;
      for await (const message of call) {
        if (read.push(message) === 1) await allowed;
        length += message.file.data.length;
        hash.update(message.file.data);
      }
      return { text: hash.digest("hex"), int64: String(length) };
    };
    return { read, allow };
  }

  it("comes in pieces, each with the type and what path and query say", async () => {
    const { read, allow } = readOnDemand(echo());
    const request = begin(echo().port, {
      httpMethod: "PUT",
      path: "/v1/streams/files/a?int32=5",
      headers: { "content-type": "video/mp4", "transfer-encoding": "chunked" },
    });
    const answered = once(request, "response");
    request.write("one");
    while (read.length === 0) await new Promise((resolve) => setImmediate(resolve));
    allow();
    request.write("two");
    while (read.length === 1) await new Promise((resolve) => setImmediate(resolve));
    request.end();
    await answered;
    for (const [i, data] of ["one", "two"].entries()) {
      assert.equal(read[i]?.text, "a");
      assert.equal(read[i]?.int32, 5);
      assert.equal(read[i]?.file.contentType, "video/mp4");
      assert.equal(String(read[i]?.file.data), data);
    }
  });

  it("is read no faster than the handler reads it, and without a limit to the whole", async () => {
    const { read, allow } = readOnDemand(echo());
    const request = begin(echo().port, {
      httpMethod: "PUT",
      path: "/v1/streams/files/a",
      headers: { "transfer-encoding": "chunked" },
    });
    const answered = answerOf(request);
    const block = Buffer.alloc(64 * 1024, "x");
    const hash = createHash("sha256");
    let written = 0;
    const pump = (async () => {
      while (written < 300) {
        written++;
        hash.update(block);
        if (!request.write(block)) await once(request, "drain");
      }
      request.end();
    })();
    const ahead = await untilSteady(() => written);
    assert(ahead < 200, `${ahead} blocks of 64 KiB were taken before the handler had read the second`);
    assert.equal(read.length, 1);
    allow();
    await pump;
    const answer = JSON.parse(await (await answered).readUntil("}"));
    assert.equal(answer.text, hash.digest("hex"));
    assert.equal(answer.int64, String(300 * 64 * 1024));
  });

  it("of a whole message comes in pieces, too", async () => {
    echo().handlers.UploadWhole = async (call) => {
      const types: string[] = [];
      for await (const { contentType, data } of call) types.push(`${contentType} ${data}`);
      return { tags: types };
    };
    const answer = await echo().send({
      httpMethod: "PUT",
      path: "/v1/streams/files",
      headers: { "content-type": "a/b" },
      body: "abc",
    });
    assert.deepEqual(answer.json, { tags: ["a/b abc"] });
  });

  it("of nothing is one empty piece, so that the path arrives", async () => {
    const { read, allow } = readOnDemand(echo());
    allow();
    const answer = await echo().send({ httpMethod: "PUT", path: "/v1/streams/files/a" });
    assert.equal(answer.status, 200);
    assert.equal(read.length, 1);
    assert.equal(read[0]?.text, "a");
    assert.equal(read[0]?.file.data.length, 0);
  });

  it("is inflated as it comes", async () => {
    const { allow } = readOnDemand(echo());
    allow();
    const content = Buffer.alloc(1024 * 1024, "abc");
    const answer = await echo().send({
      httpMethod: "PUT",
      path: "/v1/streams/files/a",
      headers: { "content-encoding": "gzip" },
      body: gzipSync(content),
    });
    assert.equal(answer.json.int64, String(content.length));
    assert.equal(answer.json.text, createHash("sha256").update(content).digest("hex"));
  });

  it("that is broken fails its call", async () => {
    const { allow } = readOnDemand(echo());
    allow();
    const answer = await echo().send({
      httpMethod: "PUT",
      path: "/v1/streams/files/a",
      headers: { "content-encoding": "gzip" },
      body: gzipSync(Buffer.alloc(100_000)).subarray(0, 50),
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.message, "the request body does not match its content encoding");
    assert.equal(answer.json.details[0].fieldViolations[0].field, "file");
  });

  it("may be answered before its end, and the connection serves the next request", async () => {
    echo().handlers.Upload = async (call) => {
      for await (const _ of call) return { text: "enough" };
      return {};
    };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const body = Buffer.alloc(1_000_000);
      const sending = { httpMethod: "PUT", path: "/v1/streams/files/a", body, agent };
      assert.deepEqual((await send(echo().port, sending)).json, { text: "enough" });
      assert.deepEqual((await send(echo().port, { path: "/v1/path/b", agent })).json, { text: "b" });
    } finally {
      agent.destroy();
    }
  });

  it("that its client breaks off cancels its call", async () => {
    let cancelled = () => {};
    const isCancelled = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let fault: unknown;
    echo().handlers.Upload = async (call) => {
      call.signal.addEventListener("abort", cancelled);
      try {
        for await (const _ of call) begun();
      } catch (error) {
        fault = error;
        throw error;
      }
      return {};
    };
    const request = begin(echo().port, {
      httpMethod: "PUT",
      path: "/v1/streams/files/a",
      headers: { "transfer-encoding": "chunked" },
    });
    request.write("begun");
    await hasBegun;
    request.destroy();
    await isCancelled;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal((fault as { code: number }).code, status.CANCELLED);
    assert.deepEqual(echo().faults, []);
  });
});
