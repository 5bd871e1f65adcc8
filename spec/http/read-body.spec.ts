import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, it } from "vitest";
import type { HttpRequest } from "../../lib/http/http-message.js";
import { readBody, readPieces } from "../../lib/http/read-body.js";

function requestOf(
  body: Readable,
  headers: HttpRequest["headers"] = { "transfer-encoding": "chunked" },
): HttpRequest {
  return {
    httpMethod: "POST",
    path: "/",
    query: "",
    headers,
    body,
    parsedBody: undefined,
    context: undefined,
    getPeer: () => "spec",
    getAuthContext: () => ({}),
    onAbort() {},
  };
}

async function collect(pieces: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

const gzip = { "transfer-encoding": "chunked", "content-encoding": "gzip" };

for (const { name, read } of [
  { name: "readBody", read: async (request: HttpRequest) => String(await readBody(request, 1000)) },
  { name: "readPieces", read: (request: HttpRequest) => collect(readPieces(request)) },
]) {
  describe(name, () => {
    it("reads all of it", async () => {
      assert.equal(await read(requestOf(Readable.from([Buffer.from("ab"), Buffer.from("c")]))), "abc");
      assert.equal(await read(requestOf(Readable.from([]))), "");
      assert.equal(await read(requestOf(Readable.from([gzipSync("abc")]), gzip)), "abc");
    });

    it("reads nothing of a request that has ended without a body", async () => {
      const body = Readable.from([]);
      body.resume();
      await new Promise((resolve) => body.once("end", resolve));
      assert.equal(await read(requestOf(body, {})), "");
      assert.equal(await read(requestOf(body, { "content-length": "0" })), "");
    });

    it("fails when somebody else has read the body", async () => {
      const body = Readable.from([Buffer.from("a")]);
      await collect(body);
      await assert.rejects(read(requestOf(body)), { name: "Error", message: /has been read before/ });
      await assert.rejects(read(requestOf(body, { "content-length": "1" })), {
        message: /has been read before/,
      });
    });

    for (const { what, headers } of [
      { what: "", headers: { "transfer-encoding": "chunked" } },
      { what: " of a compressed body", headers: gzip },
    ]) {
      it(`is cancelled when the client leaves in the midst${what}`, async () => {
        for (const error of [undefined, new Error("aborted")]) {
          const body = new Readable({ read() {} });
          body.push(gzipSync("a".repeat(1000)).subarray(0, 15));
          const reading = read(requestOf(body, headers));
          setImmediate(() => body.destroy(error));
          await assert.rejects(reading, { name: "RpcError", code: 1 });
        }
      });

      it(`is cancelled when the client has left already${what}`, async () => {
        const body = new Readable({ read() {} });
        body.destroy();
        await new Promise((resolve) => body.once("close", resolve));
        await assert.rejects(read(requestOf(body, headers)), { name: "RpcError", code: 1 });
      });
    }

    it("refuses what is not of its encoding", async () => {
      const body = () => Readable.from([Buffer.from("plain")]);
      await assert.rejects(read(requestOf(body(), gzip)), { name: "RpcError", code: 3 });
      await assert.rejects(read(requestOf(body(), { ...gzip, "content-encoding": "zip" })), {
        httpStatus: 415,
      });
    });
  });
}

describe("readPieces", () => {
  it("leaves the request open when its reader stops", async () => {
    for (const headers of [{ "transfer-encoding": "chunked" }, gzip]) {
      const body = new Readable({ read() {} });
      body.push(headers === gzip ? gzipSync("a") : "a");
      for await (const piece of readPieces(requestOf(body, headers))) {
        assert.equal(String(piece), "a");
        break;
      }
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(body.destroyed, false);
      assert.equal(body.listenerCount("data"), 0);
      assert.equal(body.listenerCount("readable"), 0);
    }
  });
});

describe("readBody", () => {
  it("refuses more than the limit without waiting for the rest", async () => {
    const body = new Readable({ read() {} });
    body.push(Buffer.alloc(1001));
    await assert.rejects(readBody(requestOf(body), 1000), { httpStatus: 413, code: 8 });
    assert.equal(body.destroyed, false);
  });

  it("refuses a length over the limit without reading", async () => {
    const body = new Readable({
      read() {
        assert.fail("it is read");
      },
    });
    await assert.rejects(readBody(requestOf(body, { "content-length": "1001" }), 1000), { httpStatus: 413 });
  });
});

describe("readBody of bytes that come one by one", () => {
  it("keeps little more than the bytes", async () => {
    const count = 200_000;
    const body = new PassThrough();
    const whole = readBody(requestOf(body), count);
    const before = measureKept();
    for (let i = 0; i < count; i++) if (!body.write(Buffer.from("a"))) await once(body, "drain");
    const kept = measureKept() - before;
    assert(kept < 20 * count, `${kept} bytes`);
    body.end();
    assert.equal(String(await whole), "a".repeat(count));
  });
});

function measureKept(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
