import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { describe, it } from "vitest";
import { createMessageQueue } from "../../lib/call/message-queue.js";
import { readStream } from "../../lib/grpc/read-stream.js";

/** A stream that is read as those of grpc-js are; `asked` counts how often it has been asked for more. */
function open() {
  let asked = 0;
  const stream = new Readable({ objectMode: true, read: () => void asked++ });
  const queue = createMessageQueue(() => {});
  let ends = 0;
  readStream(stream, queue, (failure) => {
    ends++;
    if (failure === undefined) queue.end();
    else queue.fail(failure.error);
  });
  return { stream, messages: queue.messages, asked: () => asked, ends: () => ends };
}

describe("readStream", () => {
  it("gives the messages of a stream, and its end once", async () => {
    const { stream, messages, ends } = open();
    stream.push({ n: 1 });
    stream.push({ n: 2 });
    stream.push(null);
    assert.deepEqual(await messages.next(), { done: false, value: { n: 1 } });
    assert.deepEqual(await messages.next(), { done: false, value: { n: 2 } });
    assert.deepEqual(await messages.next(), { done: true, value: undefined });
    await setImmediate();
    assert.equal(stream.destroyed, true);
    assert.equal(ends(), 1);
  });

  it("gives what waits ahead of a failure that is told before it", async () => {
    const { stream, messages } = open();
    const failure = new Error("the server is gone");
    for (const n of [1, 2, 3]) stream.push({ n });
    stream.push(null);
    stream.emit("error", failure);
    for (const n of [1, 2, 3]) assert.deepEqual((await messages.next()).value, { n });
    await assert.rejects(messages.next(), failure);
  });

  it("leaves messages in the stream while nobody takes them", async () => {
    const { stream, messages, asked } = open();
    let pushed = 0;
    while (stream.push({ n: ++pushed }));
    await setImmediate();
    const before = asked();
    await setImmediate();
    assert.equal(asked(), before);
    assert.ok(stream.isPaused());
    for (let n = 1; n <= pushed; n++) assert.deepEqual((await messages.next()).value, { n });
    assert.ok(!stream.isPaused());
  });

  it("ends when the stream is destroyed", async () => {
    const { stream, messages } = open();
    stream.destroy();
    assert.deepEqual(await messages.next(), { done: true, value: undefined });
  });
});
