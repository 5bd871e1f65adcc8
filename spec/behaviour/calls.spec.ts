import assert from "node:assert/strict";
import { Metadata } from "@grpc/grpc-js";
import { it } from "vitest";
import { getHttpContext, type HandlerCall, RpcError, status } from "../../lib/index.js";
import { eachProtocol } from "./each-protocol.js";
import { collect, createDeferred, streamOf } from "./messages.js";

type Callback = (error: unknown, response?: unknown, trailers?: Metadata) => void;

const note = (text: string, count = 0) => ({ text, count });

function metadataOf(entries: Record<string, string | Buffer>): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.add(key, value);
  return metadata;
}

eachProtocol("the metadata of a call", (connect) => {
  it("reaches the handler, binary values too", async () => {
    const seen: unknown[] = [];
    const { send, expand } = await connect({
      implementation: {
        async send({ metadata }: HandlerCall) {
          seen.push(metadata.get("x-request-id"), metadata.get("trace-bin"));
          return note("");
        },
        async *expand({ metadata }: HandlerCall) {
          seen.push(metadata.get("x-request-id"), metadata.get("trace-bin"));
          yield note("");
        },
      },
    });
    const metadata = { "x-request-id": "7", "trace-bin": Buffer.from([1, 2, 255]) };
    await send(note(""), { metadata });
    await collect(expand(note(""), { metadata }));
    assert.deepEqual(seen, [["7"], [Buffer.from([1, 2, 255])], ["7"], [Buffer.from([1, 2, 255])]]);
  });

  it("comes back ahead of the first message, and once", async () => {
    const { send, expand } = await connect({
      implementation: {
        send(call: HandlerCall, callback: Callback) {
          call.sendMetadata(metadataOf({ "x-served-by": "a", "mark-bin": Buffer.from([3]) }));
          call.sendMetadata(metadataOf({ "x-served-by": "b" }));
          callback(null, note(""));
        },
        expand(call: HandlerCall) {
          call.sendMetadata(metadataOf({ "x-served-by": "a", "mark-bin": Buffer.from([3]) }));
          call.write(note("first"));
          call.end();
        },
      },
    });
    const received: Metadata[] = [];
    const onMetadata = (metadata: Metadata) => received.push(metadata);
    await send(note(""), { onMetadata });
    for await (const reply of expand(note(""), { onMetadata })) {
      assert.deepEqual([reply, received.length], [note("first"), 2]);
    }
    for (const metadata of received) {
      assert.deepEqual(metadata.get("x-served-by"), ["a"]);
      assert.deepEqual(metadata.get("mark-bin"), [Buffer.from([3])]);
    }
  });

  it("comes back as it was when it was sent, though the handler has one for all calls", async () => {
    const shared = new Metadata();
    let sent = createDeferred();
    const go = createDeferred();
    const { send } = await connect({
      implementation: {
        async send(call: HandlerCall) {
          shared.set("x-user", call.request.text);
          call.sendMetadata(shared);
          sent.resolve();
          await go.promise;
          return call.request;
        },
      },
    });
    const received: Record<string, unknown> = {};
    const answers: unknown[] = [];
    for (const user of ["ada", "grace"]) {
      sent = createDeferred();
      answers.push(
        send(note(user), {
          onMetadata: (metadata: Metadata) => {
            received[user] = metadata.get("x-user");
          },
        }),
      );
      await sent.promise;
    }
    go.resolve();
    await Promise.all(answers);
    assert.deepEqual(received, { ada: ["ada"], grace: ["grace"] });
  });

  it("does not come back when it is sent after a message", async () => {
    const late = (call: HandlerCall) => {
      call.write(note("first"));
      call.sendMetadata(metadataOf({ "x-served-by": "late" }));
      call.end();
    };
    const { expand, chat } = await connect({ implementation: { expand: late, chat: late } });
    const received: unknown[] = [];
    const onMetadata = (metadata: Metadata) => received.push(...metadata.get("x-served-by"));
    assert.deepEqual(await collect(expand(note(""), { onMetadata })), [note("first")]);
    assert.deepEqual(await collect(chat(streamOf(note("")), { onMetadata })), [note("first")]);
    assert.deepEqual(received, []);
  });

  it("ends with the trailers of every way to give them", async () => {
    const {
      send,
      collect: collectNotes,
      expand,
      chat,
    } = await connect({
      implementation: {
        send: (_call: HandlerCall, callback: Callback) =>
          callback(null, note(""), metadataOf({ "x-cost": "1" })),
        async collect(call: HandlerCall) {
          call.trailers.set("x-cost", "2");
          return note("");
        },
        expand(call: HandlerCall) {
          call.write(note(""));
          (call.end as (trailers: Metadata) => void)(metadataOf({ "x-cost": "3" }));
        },
        async *chat(call: HandlerCall) {
          yield note("");
          call.trailers.set("x-cost", "4");
        },
      },
    });
    const costs: unknown[] = [];
    const onTrailers = (trailers: Metadata) => costs.push(...trailers.get("x-cost"));
    await send(note(""), { onTrailers });
    await collectNotes(streamOf(note("")), { onTrailers });
    await collect(expand(note(""), { onTrailers }));
    await collect(chat(streamOf(note("")), { onTrailers }));
    assert.deepEqual(costs, ["1", "2", "3", "4"]);
  });

  it("of an error comes with it", async () => {
    const { send } = await connect({
      implementation: {
        async send() {
          throw new RpcError(status.UNAVAILABLE, "later", { metadata: metadataOf({ "retry-after": "3" }) });
        },
      },
    });
    await assert.rejects(send(note("")), ({ metadata }: RpcError) => {
      assert.deepEqual(metadata?.get("retry-after"), ["3"]);
      return true;
    });
  });
});

eachProtocol("a call", (connect) => {
  const { callProtocol, isRemote } = connect.protocol;
  const hasHttp = callProtocol !== "grpc" && !isRemote;

  it("tells where it comes from and where it goes", async () => {
    const seen: Record<string, unknown>[] = [];
    const look = (call: HandlerCall) => {
      seen.push({
        path: call.getPath(),
        method: call.method.fullName,
        peer: call.getPeer(),
        host: call.getHost(),
        auth: call.getAuthContext(),
        deadline: call.getDeadline(),
        cancelled: call.cancelled,
        protocol: call.protocol,
      });
    };
    const { send, expand } = await connect({
      implementation: {
        async send(call: HandlerCall) {
          look(call);
          return note("");
        },
        async *expand(call: HandlerCall) {
          look(call);
          yield note("");
        },
      },
    });
    await send(note(""));
    await collect(expand(note("")));
    for (const [index, name] of ["Send", "Expand"].entries()) {
      const { path, method, peer, host, auth, deadline, cancelled, protocol } = seen[index] ?? {};
      assert.equal(path, `/behaviour.v1.Notes/${name}`);
      assert.equal(method, `behaviour.v1.Notes.${name}`);
      assert.match(String(peer), isRemote ? /^unknown$/ : /^127\.0\.0\.1:\d+$/);
      assert.match(String(host), isRemote ? /^localhost$/ : /^127\.0\.0\.1:\d+$/);
      assert.deepEqual(auth, {});
      assert.equal(deadline, Number.POSITIVE_INFINITY);
      assert.equal(cancelled, false);
      assert.equal(protocol, isRemote ? "grpc" : callProtocol);
    }
  });

  it("has the deadline that its caller asked for", async () => {
    const { send } = await connect({
      implementation: {
        async send(call: HandlerCall) {
          return note("", Math.round(call.getDeadline() - Date.now()));
        },
      },
    });
    const { count } = await send(note(""), { timeout: 60_000 });
    assert.ok(count > 55_000 && count <= 60_000, `${count} ms are left`);
  });

  it("has Express's request and response unless over native gRPC", async () => {
    const { send } = await connect({
      implementation: {
        async send(call: HandlerCall) {
          const http = getHttpContext(call);
          http?.res.setHeader("cache-control", "no-store");
          return note(http?.req.method ?? "none");
        },
      },
    });
    const metadata: Metadata[] = [];
    const reply = await send(note(""), { onMetadata: (one) => metadata.push(one) });
    assert.equal(reply.text, hasHttp ? "POST" : "none");
    if (hasHttp) assert.deepEqual(metadata[0]?.get("cache-control"), ["no-store"]);
  });

  it("is cancelled when its caller leaves: event, property and signal", async () => {
    const started = createDeferred();
    const told = createDeferred<unknown>();
    const { send } = await connect({
      implementation: {
        send(call: HandlerCall, _callback: Callback) {
          const events: string[] = [];
          call.signal.addEventListener("abort", () => events.push(`signal ${call.signal.reason.code}`));
          call.on("cancelled", (text) => {
            events.push(`event ${text}`, `property ${call.cancelled}`);
            setImmediate(() => told.resolve(events.sort()));
          });
          started.resolve();
        },
      },
    });
    const caller = new AbortController();
    const answer = assert.rejects(send(note(""), { signal: caller.signal }), { code: status.CANCELLED });
    await started.promise;
    caller.abort();
    await answer;
    assert.deepEqual(await told.promise, ["event cancelled", "property true", `signal ${status.CANCELLED}`]);
  });

  it("is cancelled in each kind", async () => {
    const started: string[] = [];
    const told = createDeferred();
    const ended = new Set<string>();
    const end = (kind: string) => {
      ended.add(kind);
      if (ended.size === 3) told.resolve();
    };
    const begun = createDeferred();
    const begin = (kind: string) => {
      if (started.push(kind) === 3) begun.resolve();
    };
    const {
      collect: collectNotes,
      expand,
      chat,
    } = await connect({
      implementation: {
        collect(call: HandlerCall, _callback: Callback) {
          call.once("data", () => begin("collect"));
          call.on("cancelled", () => end("collect"));
        },
        expand(call: HandlerCall) {
          call.write(note("first"));
          begin("expand");
          call.on("cancelled", () => end("expand"));
        },
        async *chat(call: HandlerCall) {
          try {
            for await (const message of call) {
              begin("chat");
              yield message;
            }
          } finally {
            end("chat");
          }
        },
      },
    });
    const caller = new AbortController();
    const { signal } = caller;
    async function* endless() {
      yield note("first");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
    const cancelled = { code: status.CANCELLED };
    const calls = [
      assert.rejects(collectNotes(endless(), { signal }), cancelled),
      assert.rejects(collect(expand(note(""), { signal })), cancelled),
      assert.rejects(collect(chat(endless(), { signal })), cancelled),
    ];
    await begun.promise;
    caller.abort();
    await Promise.all([...calls, told.promise]);
  });

  it("that is answered is not cancelled", async () => {
    const calls: HandlerCall[] = [];
    const events: string[] = [];
    const { send, expand } = await connect({
      implementation: {
        async send(call: HandlerCall) {
          calls.push(call);
          call.on("cancelled", () => events.push("send"));
          return note("");
        },
        async *expand(call: HandlerCall) {
          calls.push(call);
          call.on("cancelled", () => events.push("expand"));
          yield note("");
        },
      },
    });
    await send(note(""));
    await collect(expand(note("")));
    // Another call after them, for whatever they may still hear.
    await send(note(""));
    assert.deepEqual(
      calls.map(({ cancelled }) => cancelled),
      [false, false, false],
    );
    assert.deepEqual(events, []);
  });
});
