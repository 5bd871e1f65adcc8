import assert from "node:assert/strict";
import { it } from "vitest";
import { unexpectedMessage } from "../../lib/call/status.js";
import { RpcError, status } from "../../lib/index.js";
import { eachProtocol } from "./each-protocol.js";
import { collect, createDeferred, streamOf } from "./messages.js";

// The runner fails on every uncaught exception and unhandled rejection, so each of these specs also says that the
// process lives on.

type Callback = (error: unknown, response?: unknown, trailers?: unknown) => void;
// biome-ignore lint/suspicious/noExplicitAny: faulty handlers do with their call what no type allows
type Call = any;

const note = (text: string, count = 0) => ({ text, count });
const unexpected = { code: status.UNKNOWN, message: unexpectedMessage };
const notFound = { code: status.NOT_FOUND, message: "no such note" };
const secret = new Error("secret");

/** Faults of handlers with one answer: what the caller reads, and what the operator hears. */
const answerFaults: readonly {
  readonly fault: string;
  readonly handler: (call: Call, callback: Callback) => unknown;
  readonly error: { readonly code: number; readonly message: string };
  readonly heard?: string;
}[] = [
  {
    fault: "throws",
    handler: () => {
      throw secret;
    },
    error: unexpected,
    heard: "secret",
  },
  { fault: "rejects", handler: async () => Promise.reject(secret), error: unexpected, heard: "secret" },
  {
    fault: "rejects later, in the style of callbacks",
    handler: async (_call, _callback) => {
      await null;
      throw secret;
    },
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "calls back with an error",
    handler: (_call, callback) => callback(secret),
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws a string",
    handler: () => {
      throw "secret";
    },
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws undefined",
    handler: () => {
      throw undefined;
    },
    error: unexpected,
    heard: "a handler threw undefined",
  },
  {
    fault: "rejects with undefined",
    handler: async () => Promise.reject(undefined),
    error: unexpected,
    heard: "a handler threw undefined",
  },
  {
    fault: "calls back with metadata that is none",
    handler: (_call, callback) => callback({ code: 5, details: "no such note", metadata: { x: "1" } }),
    error: notFound,
  },
  {
    fault: "throws an error of a database",
    handler: () => {
      throw Object.assign(new Error("secret"), { code: 11000 });
    },
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws a DOMException",
    handler: () => {
      throw new DOMException("secret", "InvalidCharacterError");
    },
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws what cannot be looked at",
    handler: () => {
      throw Object.defineProperty(new Error("secret"), "code", {
        get() {
          throw new Error("hidden");
        },
      });
    },
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "makes an error with a code that gRPC does not have",
    handler: () => {
      throw new RpcError(77, "secret");
    },
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "makes an error with details that are no list",
    handler: () => {
      throw new RpcError(status.NOT_FOUND, "secret", { details: "secret" as never });
    },
    error: unexpected,
    heard: "the details of an RpcError are an array of Any messages as ProtoJSON",
  },
  {
    fault: "sends metadata that is none",
    handler: (call) => call.sendMetadata({ plain: "1" }),
    error: unexpected,
    heard: "sendMetadata takes a Metadata of @grpc/grpc-js",
  },
  {
    fault: "calls back with trailers that are none",
    handler: (_call, callback) => callback(null, note("a"), { plain: "1" }),
    error: unexpected,
    heard: "trailers are a Metadata of @grpc/grpc-js",
  },
  {
    fault: "calls back with a code alone",
    handler: (_call, callback) => callback({ code: status.NOT_FOUND }),
    error: { code: status.NOT_FOUND, message: "Unknown Error" },
  },
  {
    fault: "calls back with a string",
    handler: (_call, callback) => callback("secret"),
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "answers nothing",
    handler: async () => undefined,
    error: unexpected,
    heard: "answered undefined",
  },
  {
    fault: "returns at once without an answer",
    handler: () => undefined,
    error: unexpected,
    heard: "answered undefined",
  },
  {
    fault: "calls back without a response",
    handler: (_call, callback) => callback(null),
    error: unexpected,
    heard: "answered undefined",
  },
  { fault: "answers null", handler: async () => null, error: unexpected, heard: "answered null" },
  { fault: "answers a text", handler: async () => "hello", error: unexpected, heard: "answered hello" },
  {
    fault: "answers what cannot be written",
    handler: async () => ({ text: "", count: "many" }),
    error: unexpected,
    heard: "count",
  },
  {
    fault: "emits an error",
    handler: (call, _callback) => call.emit("error", secret),
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "fails as node does",
    handler: async () => Promise.reject(Object.assign(new Error("secret"), { code: "ENOENT" })),
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws an error with the code OK",
    handler: async () => Promise.reject(new RpcError(status.OK, "secret")),
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws a status",
    handler: async () => Promise.reject(new RpcError(status.NOT_FOUND, "no such note")),
    error: notFound,
  },
  {
    fault: "throws a status as grpc-js has it",
    handler: () => {
      throw { code: status.NOT_FOUND, details: "no such note" };
    },
    error: notFound,
  },
  {
    fault: "calls back with a status as grpc-js has it",
    handler: (_call, callback) => callback({ code: status.NOT_FOUND, details: "no such note" }),
    error: notFound,
  },
  {
    fault: "calls back with an error that has a code",
    handler: (_call, callback) =>
      callback(Object.assign(new Error("no such note"), { code: status.NOT_FOUND })),
    error: notFound,
  },
  {
    fault: "emits a status",
    handler: (call, _callback) => call.emit("error", { code: status.NOT_FOUND, details: "no such note" }),
    error: notFound,
  },
];

eachProtocol("a handler with one answer", (connect) => {
  for (const { fault, handler, error, heard } of answerFaults) {
    it(`that ${fault} fails its call once`, async () => {
      const {
        send,
        collect: collectNotes,
        faults,
      } = await connect({
        implementation: { send: handler, collect: handler },
      });
      await assert.rejects(send(note("a")), error);
      await assert.rejects(collectNotes(streamOf(note("a"))), error);
      if (heard === undefined) assert.deepEqual(faults, []);
      else {
        assert.equal(faults.length, 2);
        for (const one of faults) assert.match(String(one), new RegExp(heard));
      }
    });
  }

  const twice: readonly [string, (call: Call, callback: Callback) => unknown, string][] = [
    [
      "calls back twice",
      (_call, callback) => {
        callback(null, note("first"));
        callback(null, note("second"));
      },
      "called back after it had answered",
    ],
    [
      "calls back and throws",
      (_call, callback) => {
        callback(null, note("first"));
        throw secret;
      },
      "secret",
    ],
    [
      "calls back and rejects",
      async (_call, callback) => {
        callback(null, note("first"));
        throw secret;
      },
      "secret",
    ],
    [
      "calls back with a response and then with an error",
      (_call, callback) => {
        callback(null, note("first"));
        callback(secret);
      },
      "secret",
    ],
  ];
  for (const [fault, handler, heard] of twice) {
    it(`that ${fault} has answered the first time`, async () => {
      const {
        send,
        collect: collectNotes,
        faults,
      } = await connect({
        implementation: { send: handler, collect: handler },
      });
      assert.deepEqual(await send(note("a")), note("first"));
      assert.deepEqual(await collectNotes(streamOf(note("a"))), note("first"));
      assert.equal(faults.length, 2);
      for (const one of faults) assert.match(String(one), new RegExp(heard));
    });
  }

  it("that never answers ends at the deadline and is told", async () => {
    const told = createDeferred<boolean>();
    let isEntered = false;
    const { send, faults } = await connect({
      implementation: {
        send(call: Call, _callback: Callback) {
          isEntered = true;
          call.on("cancelled", () => told.resolve(call.cancelled));
        },
      },
    });
    // A busy machine may let a deadline pass before the call has come to its handler.
    for (let timeout = 30; !isEntered; timeout *= 2) {
      await assert.rejects(send(note("a"), { timeout }), { code: status.DEADLINE_EXCEEDED });
    }
    assert.equal(await told.promise, true);
    assert.deepEqual(faults, []);
  });
});

/** Faults of handlers that answer with a stream, with the messages that come before the failure. */
const streamFaults: readonly {
  readonly fault: string;
  readonly handler: (call: Call) => unknown;
  readonly messages: readonly string[];
  readonly error?: { readonly code: number; readonly message: string };
  readonly heard?: string;
}[] = [
  {
    fault: "throws",
    handler: () => {
      throw secret;
    },
    messages: [],
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws before it yields",
    // biome-ignore lint/correctness/useYield: it fails before
    handler: async function* () {
      throw new RpcError(status.NOT_FOUND, "no such note");
    },
    messages: [],
    error: notFound,
  },
  {
    fault: "throws after its first message",
    handler: async function* () {
      yield note("first");
      throw secret;
    },
    messages: ["first"],
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "throws a status after its first message",
    handler: async function* () {
      yield note("first");
      throw new RpcError(status.NOT_FOUND, "no such note");
    },
    messages: ["first"],
    error: notFound,
  },
  {
    fault: "yields undefined",
    handler: async function* () {
      yield note("first");
      yield undefined;
    },
    messages: ["first"],
    error: unexpected,
    heard: "answered undefined",
  },
  {
    fault: "writes null",
    handler: (call) => {
      call.write(note("first"));
      call.write(null);
    },
    messages: ["first"],
    error: unexpected,
    heard: "answered null",
  },
  {
    fault: "rejects",
    handler: async () => Promise.reject(secret),
    messages: [],
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "writes and rejects",
    handler: async (call) => {
      call.write(note("first"));
      throw secret;
    },
    messages: ["first"],
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "emits an error after two messages",
    handler: (call) => {
      call.write(note("first"));
      call.write(note("second"));
      call.emit("error", { code: status.NOT_FOUND, details: "no such note" });
    },
    messages: ["first", "second"],
    error: notFound,
  },
  {
    fault: "emits two errors",
    handler: (call) => {
      call.emit("error", { code: status.NOT_FOUND, details: "no such note" });
      call.emit("error", secret);
    },
    messages: [],
    error: notFound,
  },
  {
    fault: "emits no error",
    handler: (call) => call.emit("error", undefined),
    messages: [],
    error: unexpected,
    heard: "without a value",
  },
  {
    fault: "destroys its call with an error",
    handler: (call) => call.destroy(secret),
    messages: [],
    error: unexpected,
    heard: "secret",
  },
  {
    fault: "destroys its call",
    handler: (call) => call.destroy(),
    messages: [],
    error: unexpected,
    heard: "destroyed its call before the end",
  },
  {
    fault: "writes after the end",
    handler: (call) => {
      call.write(note("first"));
      call.end();
      call.write(note("second"));
    },
    messages: ["first"],
    heard: "wrote a message after the end",
  },
  {
    fault: "emits an error after the end",
    handler: (call) => {
      call.write(note("first"));
      call.end();
      call.emit("error", secret);
    },
    messages: ["first"],
    heard: "secret",
  },
  {
    fault: "ends with trailers that are none",
    handler: (call) => {
      call.write(note("first"));
      call.end({ plain: "1" });
    },
    messages: ["first"],
    error: unexpected,
    heard: "trailers are a Metadata of @grpc/grpc-js",
  },
  {
    fault: "promises one message",
    handler: async () => note("first"),
    messages: [],
    error: unexpected,
    heard: "answered one message: it must answer with an iterable of them",
  },
  {
    fault: "emits an error while it yields nothing",
    handler: async function* (call) {
      setImmediate(() => call.emit("error", { code: status.NOT_FOUND, details: "no such note" }));
      yield note("first");
      await new Promise(() => {});
    },
    messages: ["first"],
    error: notFound,
  },
  {
    fault: "emits an error and yields",
    handler: async function* (call) {
      yield note("first");
      call.emit("error", { code: status.NOT_FOUND, details: "no such note" });
      yield note("second");
    },
    messages: ["first"],
    error: notFound,
  },
  {
    fault: "ends twice",
    handler: (call) => {
      call.write(note("first"));
      call.end();
      call.end();
    },
    messages: ["first"],
  },
];

eachProtocol("a handler with a stream of answers", (connect) => {
  for (const { fault, handler, messages, error, heard } of streamFaults) {
    it(`that ${fault} ends its call once`, async () => {
      const { expand, chat, faults } = await connect({ implementation: { expand: handler, chat: handler } });
      for (const replies of [expand(note("a")), chat(streamOf(note("a")))]) {
        const texts: string[] = [];
        const reading = (async () => {
          for await (const { text } of replies) texts.push(text);
        })();
        if (error === undefined) await reading;
        else await assert.rejects(reading, error);
        assert.deepEqual(texts, messages);
      }
      assert.equal(faults.length, heard === undefined ? 0 : 2);
      for (const one of faults) assert.match(String(one), new RegExp(heard ?? ""));
    });
  }

  it("that never ends is cancelled at the deadline", async () => {
    const told = createDeferred<boolean>();
    const { expand } = await connect({
      implementation: {
        expand(call: Call) {
          call.write(note("first"));
          call.on("cancelled", () => told.resolve(call.cancelled));
        },
      },
    });
    // On a busy machine a deadline may pass on the way.
    for (let timeout = 100, isReached = false; !isReached; timeout *= 2) {
      const read = async () => {
        for await (const reply of expand(note("a"), { timeout })) {
          assert.deepEqual(reply, note("first"));
          isReached = true;
        }
      };
      await assert.rejects(read(), { code: status.DEADLINE_EXCEEDED });
    }
    assert.equal(await told.promise, true);
  });

  it("that yields for ever ends, with its finally blocks, when the caller leaves", async () => {
    const ended = createDeferred();
    const { expand } = await connect({
      implementation: {
        async *expand() {
          try {
            for (let count = 1; ; count++) yield note("again", count);
          } finally {
            ended.resolve();
          }
        },
      },
    });
    for await (const { count } of expand(note("a"))) if (count === 3) break;
    await ended.promise;
  });
});

eachProtocol("a listener of a call", (connect) => {
  const listeners = {
    throws: () => {
      throw secret;
    },
    rejects: async () => {
      await null;
      throw secret;
    },
  };
  for (const [fault, listener] of Object.entries(listeners)) {
    it(`that ${fault} fails its call once`, async () => {
      const {
        collect: collectNotes,
        chat,
        faults,
      } = await connect({
        implementation: {
          collect: (call: Call, _callback: Callback) => call.on("data", listener),
          chat(call: Call) {
            call.write(note("first"));
            call.on("data", listener);
          },
        },
      });
      await assert.rejects(collectNotes(streamOf(note("a"))), unexpected);
      const texts: string[] = [];
      const reading = (async () => {
        for await (const { text } of chat(streamOf(note("a")))) texts.push(text);
      })();
      await assert.rejects(reading, unexpected);
      assert.deepEqual(texts, ["first"]);
      assert.deepEqual(faults.map(String), ["Error: secret", "Error: secret"]);
    });

    it(`that ${fault} when its call is cancelled keeps nobody else from hearing of it`, async () => {
      const told = createDeferred();
      const { expand } = await connect({
        implementation: {
          expand(call: Call) {
            call.on("cancelled", listener);
            call.signal.addEventListener("abort", () => told.resolve());
            call.write(note("first"));
          },
        },
      });
      for await (const _ of expand(note("a"))) break;
      await told.promise;
    });
  }
});

eachProtocol("a handler that yields nothing more", (connect) => {
  it("fails its call by emitting an error, and ends with its finally blocks", async () => {
    const waiting = createDeferred();
    const go = createDeferred();
    const ended = createDeferred();
    const { expand } = await connect({
      implementation: {
        async *expand(call: Call) {
          try {
            yield note("first");
            void waiting.promise.then(() =>
              call.emit("error", { code: status.UNAVAILABLE, details: "gone" }),
            );
            await go.promise;
            yield note("second");
          } finally {
            ended.resolve();
          }
        },
      },
    });
    const replies = expand(note("a"));
    assert.deepEqual((await replies.next()).value, note("first"));
    const next = assert.rejects(replies.next(), { code: status.UNAVAILABLE, message: "gone" });
    waiting.resolve();
    await next;
    go.resolve();
    await ended.promise;
  });

  it("fails its call by a listener that throws", async () => {
    const { chat, faults } = await connect({
      implementation: {
        async *chat(call: Call) {
          call.on("data", () => {
            throw secret;
          });
          await new Promise(() => {});
          yield note("");
        },
      },
    });
    await assert.rejects(collect(chat(streamOf(note("a")))), unexpected);
    assert.deepEqual(faults.map(String), ["Error: secret"]);
  });
});

eachProtocol("a listener of errors that throws them on", (connect) => {
  const rethrow = (error: unknown) => {
    throw error;
  };

  it("fails its call once", async () => {
    const {
      collect: collectNotes,
      expand,
      chat,
      faults,
    } = await connect({
      implementation: {
        collect: (call: Call, _callback: Callback) =>
          call.on("error", rethrow).on("data", () => rethrow(secret)),
        expand: (call: Call) => call.on("error", rethrow).emit("error", secret),
        chat: (call: Call) => call.on("error", rethrow).on("data", () => rethrow(secret)),
      },
    });
    await assert.rejects(collectNotes(streamOf(note("a"))), unexpected);
    await assert.rejects(collect(expand(note("a"))), unexpected);
    await assert.rejects(collect(chat(streamOf(note("a")))), unexpected);
    assert.deepEqual(faults.map(String), Array(3).fill("Error: secret"));
  });

  it("hears of none when its call is cancelled, and what else it throws then is nobody's end", async () => {
    const begun = createDeferred();
    const heard: unknown[] = [];
    const told: string[] = [];
    const allTold = createDeferred();
    const watch = (call: Call) => {
      call.on("error", (error: unknown) => heard.push(error));
      call.on("error", rethrow);
      call.on("cancelled", () => {
        if (told.push(call.method.name) === 4) allTold.resolve();
      });
      call.on("data", () => {});
      count++;
      if (count === 4) begun.resolve();
    };
    let count = 0;
    const {
      send,
      collect: collectNotes,
      expand,
      chat,
    } = await connect({
      implementation: {
        send: (call: Call, _callback: Callback) => watch(call),
        collect: (call: Call, _callback: Callback) => watch(call),
        expand: watch,
        chat: watch,
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
      assert.rejects(send(note("a"), { signal }), cancelled),
      assert.rejects(collectNotes(endless(), { signal }), cancelled),
      assert.rejects(collect(expand(note("a"), { signal })), cancelled),
      assert.rejects(collect(chat(endless(), { signal })), cancelled),
    ];
    await begun.promise;
    caller.abort();
    await Promise.all([...calls, allTold.promise]);
    await new Promise(setImmediate);
    assert.deepEqual(heard, []);
  });

  it("keeps nobody else from hearing of a deadline", async () => {
    const told = createDeferred();
    const { send } = await connect({
      implementation: {
        send(call: Call, _callback: Callback) {
          call.on("error", rethrow);
          call.on("cancelled", () => {
            told.resolve();
            throw secret;
          });
        },
      },
    });
    // On a busy machine a deadline may pass on the way.
    for (let timeout = 50; ; timeout *= 2) {
      await assert.rejects(send(note("a"), { timeout }), { code: status.DEADLINE_EXCEEDED });
      if ((await Promise.race([told.promise.then(() => "told"), new Promise(setImmediate)])) === "told")
        break;
    }
  });
});

eachProtocol("a handler that ends its call while it reads", (connect) => {
  it("reads no more, and is not at fault", async () => {
    const done = createDeferred();
    const { chat, faults } = await connect({
      implementation: {
        async chat(call: Call) {
          for await (const { text } of call) {
            call.write(note(`${text}!`));
            call.end();
          }
          done.resolve();
        },
      },
    });
    assert.deepEqual(await collect(chat(streamOf(note("a"), note("b")))), [note("a!")]);
    await done.promise;
    assert.deepEqual(faults, []);
  });
});

eachProtocol("the details of an error", (connect) => {
  const details = [
    {
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: [{ field: "text", description: "must not be empty" }],
    },
  ];
  it("reach the caller, before and after the first message", async () => {
    const error = new RpcError(status.INVALID_ARGUMENT, "the text is empty", { details });
    const { send, expand } = await connect({
      implementation: {
        async send() {
          throw error;
        },
        async *expand() {
          yield note("first");
          throw error;
        },
      },
    });
    const read = (caught: RpcError) => {
      assert.equal(caught.message, "the text is empty");
      assert.deepEqual(
        caught.details.map(({ "@type": type, fieldViolations }) => ({
          "@type": type,
          // An emitted default more or less is the business of the JSON options.
          fieldViolations: (fieldViolations as Record<string, unknown>[]).map(({ field, description }) => ({
            field,
            description,
          })),
        })),
        details,
      );
      return true;
    };
    await assert.rejects(send(note("")), read);
    await assert.rejects(collect(expand(note(""))), read);
  });
});
