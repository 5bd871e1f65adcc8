import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { ChangeFeed } from "../../demo/bookstore/change-feed.js";

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe("ChangeFeed", () => {
  it("hands every change to every watch, in order", async () => {
    const feed = new ChangeFeed<number>();
    const { signal } = new AbortController();
    const readers = [feed.watch(signal), feed.watch(signal)].map((watch) => watch[Symbol.asyncIterator]());
    for (const change of [1, 2]) feed.publish(change);
    for (const reader of readers) {
      assert.deepEqual(await reader.next(), { done: false, value: 1 });
      assert.deepEqual(await reader.next(), { done: false, value: 2 });
    }
  });

  it("wakes a reader that waits", async () => {
    const feed = new ChangeFeed<number>();
    const next = feed.watch(new AbortController().signal)[Symbol.asyncIterator]().next();
    feed.publish(1);
    assert.deepEqual(await next, { done: false, value: 1 });
  });

  it("ends a watch that waits when its signal aborts", async () => {
    const controller = new AbortController();
    const reading = collect(new ChangeFeed<number>().watch(controller.signal));
    controller.abort();
    assert.deepEqual(await reading, []);
  });

  it("ends a watch whose signal has aborted before it began", async () => {
    assert.deepEqual(await collect(new ChangeFeed<number>().watch(AbortSignal.abort())), []);
  });

  it("ends all watches when it closes", async () => {
    const feed = new ChangeFeed<number>();
    const readings = [1, 2].map(() => collect(feed.watch(new AbortController().signal)));
    feed.close();
    assert.deepEqual(await Promise.all(readings), [[], []]);
    assert.deepEqual(await collect(feed.watch(new AbortController().signal)), []);
  });

  it("drops a reader that is 1000 changes behind", async () => {
    const feed = new ChangeFeed<number>();
    const slow = feed.watch(new AbortController().signal);
    for (let change = 0; change <= 1000; change++) feed.publish(change);
    assert.deepEqual(await collect(slow), []);
  });
});
