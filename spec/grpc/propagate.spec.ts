import assert from "node:assert/strict";
import { Metadata } from "@grpc/grpc-js";
import { describe, it } from "vitest";
import type { PropagatedCall } from "../../lib/grpc/client-call-options.js";
import { createClientCall, defaultPropagation } from "../../lib/grpc/propagate.js";

function callWith(entries: Record<string, string>, deadline = Number.POSITIVE_INFINITY): PropagatedCall {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
  return { metadata, signal: new AbortController().signal, getDeadline: () => deadline };
}

describe("createClientCall", () => {
  it("hands on the metadata that are chosen, unless the caller has its own", () => {
    const propagate = callWith({ "x-request-id": "7", traceparent: "00-a", authorization: "secret" });
    const { metadata } = createClientCall(
      "/a/B",
      { propagate, metadata: { "x-request-id": "8" } },
      defaultPropagation,
    );
    assert.deepEqual(metadata.getMap(), { "x-request-id": "8", traceparent: "00-a" });
  });

  it("has the earliest of all deadlines", () => {
    const now = Date.now();
    const propagate = callWith({}, now + 1000);
    assert.equal(createClientCall("/a/B", { propagate, timeout: 60_000 }, []).deadline, now + 1000);
    assert.equal(createClientCall("/a/B", { propagate, deadline: new Date(now + 5) }, []).deadline, now + 5);
    assert.equal(createClientCall("/a/B", {}, []).deadline, Number.POSITIVE_INFINITY);
  });

  it("is aborted by whichever signal aborts first", () => {
    const one = new AbortController();
    const other = new AbortController();
    const propagate = { ...callWith({}), signal: other.signal };
    assert.equal(createClientCall("/a/B", {}, []).signal, undefined);
    assert.equal(createClientCall("/a/B", { signal: one.signal }, []).signal, one.signal);
    assert.equal(createClientCall("/a/B", { propagate }, []).signal, other.signal);
    const { signal } = createClientCall("/a/B", { propagate, signal: one.signal }, []);
    assert.equal(signal?.aborted, false);
    other.abort();
    assert.equal(signal?.aborted, true);
  });

  it("copies metadata, of another copy of grpc-js too", () => {
    const metadata = new Metadata();
    metadata.add("x-many", "1");
    metadata.add("x-many", "2");
    const foreign = {
      getMap: () => metadata.getMap(),
      get: (key: string) => metadata.get(key),
      clone: () => metadata.clone(),
      merge: (other: Metadata) => metadata.merge(other),
    } as Metadata;
    for (const given of [metadata, foreign]) {
      const call = createClientCall("/a/B", { metadata: given }, []);
      assert.notEqual(call.metadata, metadata);
      assert.deepEqual(call.metadata.get("x-many"), ["1", "2"]);
    }
  });
});
