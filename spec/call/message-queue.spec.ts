import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createMessageQueue } from "../../lib/call/message-queue.js";

const end = { done: true, value: undefined };
const item = (value: object) => ({ done: false, value });

describe("createMessageQueue", () => {
  it("accepts a message when it is taken", async () => {
    const accepted: number[] = [];
    const { push, messages } = createMessageQueue(() => {});
    push({ n: 1 }, () => accepted.push(1));
    push({ n: 2 }, () => accepted.push(2));
    assert.deepEqual(accepted, []);
    assert.deepEqual(await messages.next(), item({ n: 1 }));
    assert.deepEqual(accepted, [1]);
    assert.deepEqual(await messages.next(), item({ n: 2 }));
    assert.deepEqual(accepted, [1, 2]);
  });

  it("hands a message to a reader that waits", async () => {
    const { push, messages } = createMessageQueue(() => {});
    const next = messages.next();
    push({ n: 1 });
    assert.deepEqual(await next, item({ n: 1 }));
  });

  it("serves readers that wait in their order", async () => {
    const { push, end: finish, messages } = createMessageQueue(() => {});
    const results = [messages.next(), messages.next(), messages.next()];
    push({ n: 1 });
    push({ n: 2 });
    finish();
    assert.deepEqual(await Promise.all(results), [item({ n: 1 }), item({ n: 2 }), end]);
  });

  it("ends after what was pushed, for ever", async () => {
    const queue = createMessageQueue(() => {});
    queue.push({ n: 1 });
    queue.end();
    queue.push({ n: 2 });
    queue.fail(new Error("late"));
    assert.deepEqual(await queue.messages.next(), item({ n: 1 }));
    assert.deepEqual(await queue.messages.next(), end);
    assert.deepEqual(await queue.messages.next(), end);
  });

  it("fails after what was pushed", async () => {
    const queue = createMessageQueue(() => {});
    queue.push({ n: 1 });
    queue.fail(new Error("broken"));
    queue.end();
    assert.deepEqual(await queue.messages.next(), item({ n: 1 }));
    await assert.rejects(queue.messages.next(), { message: "broken" });
  });

  it("ends or fails a reader that waits", async () => {
    const ended = createMessageQueue(() => {});
    const next = ended.messages.next();
    ended.end();
    assert.deepEqual(await next, end);
    const failed = createMessageQueue(() => {});
    const rejected = assert.rejects(failed.messages.next(), { message: "broken" });
    failed.fail(new Error("broken"));
    await rejected;
  });

  it("tells when its reader leaves before the end, and accepts everything then", async () => {
    let left = 0;
    const accepted: number[] = [];
    const queue = createMessageQueue(() => left++);
    queue.push({ n: 1 });
    await queue.messages.return?.();
    await queue.messages.return?.();
    queue.push({ n: 2 }, () => accepted.push(2));
    assert.equal(left, 1);
    assert.deepEqual(accepted, [2]);
    assert.deepEqual(await queue.messages.next(), end);
  });

  it("tells nothing when its reader leaves after the end", async () => {
    const queue = createMessageQueue(() => assert.fail("it was at its end"));
    queue.end();
    await queue.messages.return?.();
  });

  it("tells the first reader of a failure, and those after it of the end", async () => {
    const queue = createMessageQueue(() => {});
    const readers = [queue.messages.next(), queue.messages.next()];
    queue.fail(new Error("broken"));
    const [first, second] = await Promise.allSettled(readers);
    assert.equal(first?.status, "rejected");
    assert.deepEqual(second, { status: "fulfilled", value: { done: true, value: undefined } });
    assert.deepEqual(await queue.messages.next(), { done: true, value: undefined });
  });
});
