import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { describe, it } from "vitest";
import { PieceWriter } from "../../lib/server/piece-writer.js";

describe("PieceWriter", () => {
  it("writes what is there at once as one", async () => {
    const { sink, written } = createSink();
    assert.equal(await new PieceWriter(sink).writeAll(yieldEach("a", "b", "ö")), true);
    assert.deepEqual(written, ["abö"]);
  });

  it("joins bytes, and bytes with text", async () => {
    const { sink, written } = createSink();
    await new PieceWriter(sink).writeAll(
      yieldEach<string | Uint8Array>(Buffer.from("a"), "ö", new Uint8Array([98])),
    );
    assert.deepEqual(written, ["aöb"]);
  });

  it("writes what comes within a turn of the event loop as one", async () => {
    const { sink, written } = createSink();
    async function* body() {
      yield "a";
      await new Promise<void>((resolve) => process.nextTick(resolve));
      yield "b";
    }
    await new PieceWriter(sink).writeAll(body());
    assert.deepEqual(written, ["ab"]);
  });

  it("holds no piece back for one that has not come", async () => {
    const { sink, written } = createSink();
    async function* body() {
      yield "a";
      yield "b";
      await setImmediate();
      assert.deepEqual(written, ["ab"]);
      yield "c";
    }
    await new PieceWriter(sink).writeAll(body());
    assert.deepEqual(written, ["ab", "c"]);
  });

  it("asks for no more than the stream takes", async () => {
    const { sink, written, accept } = createSink({ isSlow: true });
    let asked = 0;
    async function* body() {
      for (; asked < 1000; asked++) yield "12345";
    }
    const done = new PieceWriter(sink).writeAll(body());
    await setImmediate();
    assert.deepEqual(written, ["1234512345123451234" + "5"]);
    assert.equal(asked, 3);
    accept();
    await setImmediate();
    assert.equal(written.length, 2);
    assert.equal(asked, 7);
    sink.destroy();
    assert.equal(await done, false);
  });

  it("tells compression to send each write", async () => {
    const { sink } = createSink();
    let flushes = 0;
    const response = Object.assign(sink, { flush: () => void flushes++ });
    await new PieceWriter(response).writeAll(yieldEach("a", "b"));
    assert.equal(flushes, 1);
  });

  it("cuts a response off that cannot be written to when a turn ends", async () => {
    const { sink } = createSink();
    sink.write = () => {
      throw new Error("write refused");
    };
    async function* body() {
      yield "a";
      await setImmediate();
      yield "b";
    }
    assert.equal(await new PieceWriter(sink).writeAll(body()), false);
  });

  it("writes what came before a failure, which it throws", async () => {
    const { sink, written } = createSink();
    async function* body() {
      yield "a";
      throw new Error("broken");
    }
    await assert.rejects(new PieceWriter(sink).writeAll(body()), { message: "broken" });
    assert.deepEqual(written, ["a"]);
  });
});

async function* yieldEach<T>(...values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** A stream that asks to wait from 16 bytes on; a slow one takes a write when `accept` is called. */
function createSink({ isSlow = false } = {}) {
  const written: string[] = [];
  let accept = () => {};
  const sink = new Writable({
    highWaterMark: 16,
    decodeStrings: false,
    write(piece: string | Buffer, _encoding, callback) {
      written.push(piece.toString());
      if (isSlow) accept = callback;
      else callback();
    },
  });
  return { sink, written, accept: () => accept() };
}
