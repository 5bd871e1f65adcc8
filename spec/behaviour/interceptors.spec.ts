import assert from "node:assert/strict";
import { Metadata } from "@grpc/grpc-js";
import { it } from "vitest";
import { unexpectedMessage } from "../../lib/call/status.js";
import { encodeStatus, statusDetailsKey } from "../../lib/call/status-details.js";
import {
  type ClientStreamingHandler,
  type DuplexStreamingHandler,
  getHttpContext,
  type HandlerCall,
  Interceptor,
  type Message,
  RpcError,
  type ServerCall,
  type ServerStreamingHandler,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { eachProtocol } from "./each-protocol.js";
import { collect, createDeferred, streamOf } from "./messages.js";

const note = (text: string, count = 0) => ({ text, count });

const echo = {
  async send({ request }: HandlerCall) {
    return note(request.text, request.count);
  },
  async collect(call: HandlerCall) {
    const texts: string[] = [];
    for await (const { text } of call) texts.push(text);
    return note(texts.join(" "), texts.length);
  },
  async *expand({ request }: HandlerCall) {
    for (let count = 1; count <= request.count; count++) yield note(request.text, count);
  },
  async *chat(call: HandlerCall) {
    for await (const message of call) yield message;
  },
};

/** Runs the same code around calls of all four kinds. */
class Around extends Interceptor {
  readonly #around: (call: ServerCall, answer: () => AsyncIterable<Message>) => AsyncIterable<Message>;

  constructor(around: (call: ServerCall, answer: () => AsyncIterable<Message>) => AsyncIterable<Message>) {
    super();
    this.#around = around;
  }

  override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler): Promise<Message> {
    return only(this.#around(call, () => once(next(request, call))));
  }

  override clientStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: ClientStreamingHandler,
  ): Promise<Message> {
    return only(this.#around(call, () => once(next(requests, call))));
  }

  override serverStreamingServerHandler(
    request: Message,
    call: ServerCall,
    next: ServerStreamingHandler,
  ): AsyncIterable<Message> {
    return this.#around(call, () => next(request, call));
  }

  override duplexStreamingServerHandler(
    requests: AsyncIterable<Message>,
    call: ServerCall,
    next: DuplexStreamingHandler,
  ): AsyncIterable<Message> {
    return this.#around(call, () => next(requests, call));
  }
}

async function* once(answer: Promise<Message>): AsyncIterable<Message> {
  yield await answer;
}

async function only(answers: AsyncIterable<Message>): Promise<Message> {
  const [answer, ...others] = await collect(answers);
  assert.ok(answer);
  assert.deepEqual(others, []);
  return answer;
}

/** Writes down when calls enter and leave, and how. */
function logTo(lines: string[], name: string): Around {
  return new Around(async function* (call, answer) {
    lines.push(`> ${name} ${call.method.name}`);
    try {
      yield* answer();
      lines.push(`< ${name} OK`);
    } catch (error) {
      lines.push(`< ${name} ${error instanceof RpcError ? error.code : error}`);
      throw error;
    }
  });
}

/** Passes everything on, and keeps what it catches. */
function keepIn(caught: unknown[]): Around {
  return new Around(async function* (_call, answer) {
    try {
      yield* answer();
    } catch (error) {
      caught.push(error);
      throw error;
    }
  });
}

type Callback = (error: unknown) => void;

/** The ways for a handler to fail, first those with one answer, then those with a stream of them. */
const waysToFail: readonly {
  readonly way: string;
  readonly answer: (failure: unknown) => (call: HandlerCall, callback: Callback) => unknown;
  readonly stream: (failure: unknown) => (call: HandlerCall) => unknown;
}[] = [
  {
    way: "throws",
    answer: (failure) => () => {
      throw failure;
    },
    stream: (failure) => () => {
      throw failure;
    },
  },
  {
    way: "rejects with",
    answer: (failure) => async () => Promise.reject(failure),
    stream: (failure) => async () => Promise.reject(failure),
  },
  {
    way: "calls back with, or throws between its messages,",
    answer: (failure) => (_call, callback) => callback(failure),
    stream: (failure) =>
      async function* () {
        yield note("first");
        throw failure;
      },
  },
  {
    way: "emits",
    answer: (failure) => (call, _callback) => call.emit("error", failure),
    stream: (failure) => (call) => {
      call.write(note("first"));
      call.emit("error", failure);
    },
  },
  {
    way: "emits, and would have answered by what it returns,",
    answer: (failure) => async (call) => {
      call.emit("error", failure);
      return new Promise(() => {});
    },
    stream: (failure) =>
      async function* (call) {
        yield note("first");
        call.emit("error", failure);
        await new Promise(() => {});
      },
  },
];

eachProtocol("interceptors around a handler", (connect) => {
  const { isRemote } = connect.protocol;

  for (const { way, answer, stream } of waysToFail) {
    async function failWith(failure: unknown, expected: object) {
      const caught: unknown[] = [];
      const handler = { answer: answer(failure), stream: stream(failure) };
      const connection = await connect({
        implementation: {
          send: handler.answer,
          collect: handler.answer,
          expand: handler.stream,
          chat: handler.stream,
        },
        interceptors: [keepIn(caught)],
      });
      await assert.rejects(connection.send(note("x")), expected);
      await assert.rejects(connection.collect(streamOf(note("x"))), expected);
      await assert.rejects(collect(connection.expand(note("x"))), expected);
      await assert.rejects(collect(connection.chat(streamOf(note("x")))), expected);
      assert.equal(caught.length, 4);
      return { caught, faults: connection.faults };
    }

    it(`that ${way} a status of grpc-js catch an RpcError`, async () => {
      const metadata = new Metadata();
      const details = encodeStatus(status.NOT_FOUND, "no such note", []);
      metadata.set(statusDetailsKey, details);
      metadata.set("x-shelf", "3");
      const failure = { code: status.NOT_FOUND, details: "no such note", metadata };
      const { caught, faults } = await failWith(failure, {
        code: status.NOT_FOUND,
        message: "no such note",
      });
      for (const error of caught) {
        assert.ok(error instanceof RpcError);
        assert.equal(error.code, status.NOT_FOUND);
        assert.equal(error.message, "no such note");
        assert.deepEqual(error.details, []);
        assert.deepEqual(error.metadata?.get(statusDetailsKey), [details]);
        assert.deepEqual(error.metadata?.get("x-shelf"), ["3"]);
        if (!isRemote) assert.equal(error.cause, failure);
      }
      assert.deepEqual(faults, []);
    });

    it(`that ${way} a code with a message catch an RpcError with that message`, async () => {
      const failure = { code: status.NOT_FOUND, message: "no such note" };
      const { caught } = await failWith(failure, failure);
      for (const error of caught) {
        assert.ok(error instanceof RpcError);
        assert.deepEqual([error.code, error.message], [status.NOT_FOUND, "no such note"]);
      }
    });

    it(`that ${way} what is no error catch an Error that has it as its cause`, async () => {
      for (const failure of ["secret", 5, { secret: true }, { code: 77, details: "secret" }]) {
        const { caught, faults } = await failWith(failure, {
          code: status.UNKNOWN,
          message: unexpectedMessage,
        });
        for (const error of caught) {
          assert.ok(error instanceof Error);
          if (isRemote) continue;
          assert.equal(error.cause, failure);
          assert.match(error.message, /^a handler threw (secret|5|an object that is no Error)$/);
        }
        // The operator hears of the value itself.
        assert.deepEqual(faults, Array(4).fill(failure));
      }
    });

    it(`that ${way} an error of the application's own catch that one`, async () => {
      class ShelfError extends Error {
        readonly code = status.NOT_FOUND;
      }
      const failure = new ShelfError("no such note");
      const { caught } = await failWith(failure, { code: status.NOT_FOUND, message: "no such note" });
      for (const error of caught) {
        if (isRemote) assert.ok(error instanceof RpcError);
        else assert.equal(error, failure);
      }
    });
  }
});

eachProtocol("interceptors", (connect) => {
  it("run around each kind of call: global ones outside, in the order of their registration", async () => {
    const lines: string[] = [];
    const {
      send,
      collect: collectNotes,
      expand,
      chat,
    } = await connect({
      implementation: echo,
      interceptors: [logTo(lines, "a"), logTo(lines, "b")],
      add: { interceptors: [logTo(lines, "c"), logTo(lines, "d")] },
    });
    const around = (method: string) => [
      ...["a", "b", "c", "d"].map((name) => `> ${name} ${method}`),
      ...["d", "c", "b", "a"].map((name) => `< ${name} OK`),
    ];
    assert.deepEqual(await send(note("x", 1)), note("x", 1));
    assert.deepEqual(lines.splice(0), around("Send"));
    assert.deepEqual(await collectNotes(streamOf(note("x"), note("y"))), note("x y", 2));
    assert.deepEqual(lines.splice(0), around("Collect"));
    assert.deepEqual(await collect(expand(note("x", 2))), [note("x", 1), note("x", 2)]);
    assert.deepEqual(lines.splice(0), around("Expand"));
    assert.deepEqual(await collect(chat(streamOf(note("x", 1), note("y", 2)))), [note("x", 1), note("y", 2)]);
    assert.deepEqual(lines.splice(0), around("Chat"));
  });

  it("are made anew for each call from a class, with its arguments, and disposed of after it", async () => {
    const lines: string[] = [];
    let made = 0;
    class PerCall extends Interceptor {
      readonly #name: string;
      constructor(prefix: string, suffix: string) {
        super();
        this.#name = `${prefix}${++made}${suffix}`;
      }
      override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        lines.push(`${this.#name} runs`);
        return next(request, call);
      }
      override serverStreamingServerHandler(
        request: Message,
        call: ServerCall,
        next: ServerStreamingHandler,
      ) {
        lines.push(`${this.#name} runs`);
        return next(request, call);
      }
      async [Symbol.asyncDispose]() {
        await null;
        lines.push(`${this.#name} is gone`);
      }
    }
    class Sync extends Interceptor {
      [Symbol.dispose]() {
        lines.push("sync is gone");
      }
    }
    const { send, expand } = await connect({
      implementation: echo,
      interceptors: [[PerCall, "<", ">"], Sync],
    });
    await send(note("x"));
    assert.deepEqual(lines.splice(0), ["<1> runs", "sync is gone", "<1> is gone"]);
    await collect(expand(note("x", 2)));
    assert.deepEqual(lines.splice(0), ["<2> runs", "sync is gone", "<2> is gone"]);
  });

  it("are disposed of when the handler fails and when the caller leaves", async () => {
    const gone = createDeferred();
    let count = 0;
    class Disposable extends Interceptor {
      [Symbol.dispose]() {
        if (++count === 2) gone.resolve();
      }
    }
    const { send, expand } = await connect({
      implementation: {
        async send() {
          throw new RpcError(status.NOT_FOUND, "no such note");
        },
        async *expand(call: HandlerCall) {
          yield note("first");
          await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
        },
      },
      interceptors: [Disposable],
    });
    await assert.rejects(send(note("x")), { code: status.NOT_FOUND });
    for await (const _ of expand(note("x"))) break;
    await gone.promise;
  });

  it("that cannot be disposed of do not change the answer", async () => {
    class Stuck extends Interceptor {
      async [Symbol.asyncDispose]() {
        throw new Error("stuck");
      }
    }
    class Jammed extends Interceptor {
      [Symbol.dispose]() {
        throw new Error("jammed");
      }
    }
    const { send, expand, faults } = await connect({
      implementation: {
        async send() {
          throw new RpcError(status.NOT_FOUND, "no such note");
        },
        expand: echo.expand,
      },
      interceptors: [Stuck, Jammed],
    });
    await assert.rejects(send(note("x")), { code: status.NOT_FOUND, message: "no such note" });
    assert.deepEqual(await collect(expand(note("x", 1))), [note("x", 1)]);
    const told = ["Error: jammed", "Error: stuck"];
    assert.deepEqual(faults.map(String), [...told, ...told]);
  });

  it("are disposed of in one way", async () => {
    const lines: string[] = [];
    class Both extends Interceptor {
      [Symbol.asyncDispose](): undefined {
        lines.push("async");
      }
      [Symbol.dispose]() {
        lines.push("sync");
      }
    }
    const { send } = await connect({ implementation: echo, interceptors: [Both as never] });
    await send(note("x"));
    assert.deepEqual(lines, ["async"]);
  });

  it("that return nothing, or a promise of a stream, fail their call and are named", async () => {
    class Forgetful extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        await next(request, call);
        return undefined as never;
      }
      override serverStreamingServerHandler(
        request: Message,
        call: ServerCall,
        next: ServerStreamingHandler,
      ) {
        // What an async method gives, in code without types.
        const promise: unknown = Promise.resolve(next(request, call));
        return promise as AsyncIterable<Message>;
      }
    }
    for (const source of [Forgetful, new Forgetful()]) {
      const { send, expand, faults } = await connect({ implementation: echo, interceptors: [source] });
      const unexpected = { code: status.UNKNOWN, message: unexpectedMessage };
      await assert.rejects(send(note("x")), unexpected);
      await assert.rejects(collect(expand(note("x"))), unexpected);
      assert.deepEqual(
        faults.map((fault) => (fault as Error).message),
        [
          "Forgetful returned undefined for a response: return what next() gives",
          "Forgetful returned [object Promise] for a stream of responses: " +
            "return what next() gives, or write an async generator",
        ],
      );
    }
  });

  it("are shared by all calls as an instance", async () => {
    class Count extends Interceptor {
      calls = 0;
      override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        this.calls++;
        return next(request, call);
      }
    }
    const shared = new Count();
    const { send } = await connect({ implementation: echo, interceptors: [shared] });
    await Promise.all([send(note("x")), send(note("y")), send(note("z"))]);
    assert.equal(shared.calls, 3);
  });

  it("may answer in place of the handler", async () => {
    const fail = () => assert.fail("the handler ran");
    const {
      send,
      expand,
      collect: collectNotes,
    } = await connect({
      implementation: { send: fail, collect: fail, expand: fail },
      interceptors: [
        new Around(async function* () {
          yield note("cached");
        }),
      ],
    });
    assert.deepEqual(await send(note("x")), note("cached"));
    assert.deepEqual(await collectNotes(streamOf(note("x"))), note("cached"));
    assert.deepEqual(await collect(expand(note("x"))), [note("cached")]);
  });

  it("may call the handler again", async () => {
    let attempts = 0;
    class Retry extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        for (let attempt = 1; attempt < 3; attempt++) {
          try {
            return await next(request, call);
          } catch (error) {
            if (!(error instanceof RpcError && error.code === status.UNAVAILABLE)) throw error;
          }
        }
        return next(request, call);
      }
    }
    const { send } = await connect({
      implementation: {
        async send() {
          if (++attempts < 3) throw new RpcError(status.UNAVAILABLE, "not yet");
          return note("at last", attempts);
        },
      },
      interceptors: [new Retry()],
    });
    assert.deepEqual(await send(note("x")), note("at last", 3));
  });

  it("get nothing of a failed attempt in the trailers of the next one", async () => {
    let attempts = 0;
    const { send } = await connect({
      implementation: {
        send(
          _call: HandlerCall,
          callback: (error: unknown, response?: unknown, trailers?: Metadata) => void,
        ) {
          const trailers = new Metadata();
          trailers.set("x-attempt", String(++attempts));
          trailers.set("mark-bin", Buffer.from([attempts]));
          if (attempts === 1) callback({ code: status.UNAVAILABLE, details: "busy" }, null, trailers);
          else callback(null, note("done"), trailers);
        },
      },
      interceptors: [
        new Around(async function* (call, answer) {
          call.trailers.add("x-attempt", "0");
          try {
            yield* answer();
          } catch {
            yield* answer();
          }
        }),
      ],
    });
    const seen: unknown[] = [];
    await send(note("x"), {
      onTrailers: (trailers: Metadata) =>
        // Over HTTP/2, values of one name come joined.
        seen.push(trailers.get("x-attempt").join(", "), ...trailers.get("mark-bin")),
    });
    assert.deepEqual(seen, ["0, 2", Buffer.from([2])]);
  });

  it("may replace requests and responses, and wrap streams", async () => {
    class Shout extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        const response = await next({ ...request, text: `${request.text}?` }, call);
        return { ...response, text: response.text.toUpperCase() };
      }
      override clientStreamingServerHandler(
        requests: AsyncIterable<Message>,
        call: ServerCall,
        next: ClientStreamingHandler,
      ) {
        return next(mapEach(requests, "?"), call);
      }
      override serverStreamingServerHandler(
        request: Message,
        call: ServerCall,
        next: ServerStreamingHandler,
      ) {
        return mapEach(next({ ...request, count: 2 }, call), "!");
      }
      override duplexStreamingServerHandler(
        requests: AsyncIterable<Message>,
        call: ServerCall,
        next: DuplexStreamingHandler,
      ) {
        return mapEach(next(mapEach(requests, "?"), call), "!");
      }
    }
    async function* mapEach(messages: AsyncIterable<Message>, mark: string) {
      for await (const message of messages) yield { ...message, text: `${message.text}${mark}` };
    }
    const {
      send,
      collect: collectNotes,
      expand,
      chat,
    } = await connect({
      implementation: echo,
      interceptors: [new Shout()],
    });
    assert.deepEqual(await send(note("x")), note("X?"));
    assert.deepEqual(await collectNotes(streamOf(note("x"), note("y"))), note("x? y?", 2));
    assert.deepEqual(await collect(expand(note("x", 5))), [note("x!", 1), note("x!", 2)]);
    assert.deepEqual(await collect(chat(streamOf(note("x"), note("y")))), [note("x?!"), note("y?!")]);
  });

  it("may catch what a handler throws, and throw something else", async () => {
    const { send, expand } = await connect({
      implementation: {
        async send() {
          throw new RpcError(status.NOT_FOUND, "no such note");
        },
        async *expand() {
          yield note("first");
          throw new RpcError(status.NOT_FOUND, "no such note");
        },
      },
      interceptors: [
        new Around(async function* (_call, answer) {
          try {
            yield* answer();
          } catch (error) {
            assert.ok(error instanceof RpcError);
            assert.equal(error.code, status.NOT_FOUND);
            throw new RpcError(status.PERMISSION_DENIED, "none of your business");
          }
        }),
      ],
    });
    const denied = { code: status.PERMISSION_DENIED, message: "none of your business" };
    await assert.rejects(send(note("x")), denied);
    await assert.rejects(collect(expand(note("x"))), denied);
  });

  it("stop a call by throwing, in whatever way they are written", async () => {
    class Deny extends Interceptor {
      override unaryServerHandler(): never {
        throw new RpcError(status.UNAUTHENTICATED, "no token");
      }
      override async clientStreamingServerHandler(): Promise<never> {
        throw new RpcError(status.UNAUTHENTICATED, "no token");
      }
      override serverStreamingServerHandler(): never {
        throw new RpcError(status.UNAUTHENTICATED, "no token");
      }
      // biome-ignore lint/correctness/useYield: it fails before
      override async *duplexStreamingServerHandler(): AsyncGenerator<never> {
        throw new RpcError(status.UNAUTHENTICATED, "no token");
      }
    }
    const handled: string[] = [];
    const implementation = {
      send: () => handled.push("send"),
      collect: () => handled.push("collect"),
      expand: () => handled.push("expand"),
      chat: () => handled.push("chat"),
    };
    for (const source of [new Deny(), Deny]) {
      const lines: string[] = [];
      const {
        send,
        collect: collectNotes,
        expand,
        chat,
      } = await connect({
        implementation,
        interceptors: [logTo(lines, "outer"), source],
      });
      const denied = { code: status.UNAUTHENTICATED, message: "no token" };
      await assert.rejects(send(note("x")), denied);
      await assert.rejects(collectNotes(streamOf(note("x"))), denied);
      await assert.rejects(collect(expand(note("x"))), denied);
      await assert.rejects(collect(chat(streamOf(note("x")))), denied);
      assert.deepEqual(
        lines.filter((line) => line.startsWith("<")),
        Array(4).fill(`< outer ${status.UNAUTHENTICATED}`),
      );
    }
    assert.deepEqual(handled, []);
  });

  it("read the metadata of the request, and send that of the response", async () => {
    class Tag extends Interceptor {
      override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        const metadata = call.metadata.clone();
        metadata.set("x-seen", String(call.metadata.get("x-request-id")[0]));
        call.sendMetadata(metadata);
        call.trailers.set("x-cost", "1");
        return next(request, call);
      }
    }
    const { send } = await connect({ implementation: echo, interceptors: [new Tag()] });
    const seen: unknown[] = [];
    await send(note("x"), {
      metadata: { "x-request-id": "7" },
      onMetadata: (metadata) => seen.push(...metadata.get("x-seen")),
      onTrailers: (trailers) => seen.push(...trailers.get("x-cost")),
    });
    assert.deepEqual(seen, ["7", "1"]);
  });

  it("see Express's request and response unless over native gRPC", async () => {
    const urls: unknown[] = [];
    const { send } = await connect({
      implementation: echo,
      interceptors: [
        new Around((call, answer) => {
          urls.push(getHttpContext(call)?.req.url);
          return answer();
        }),
      ],
    });
    await send(note("x"));
    const { callProtocol } = connect.protocol;
    const url = callProtocol === "rest" ? "/v1/notes:send" : "/behaviour.v1.Notes/Send";
    assert.deepEqual(urls, [callProtocol === "grpc" ? undefined : url]);
  });

  it("see a call of a method that nobody implements", async () => {
    const lines: string[] = [];
    const { send, expand } = await connect({
      implementation: { collect: echo.collect },
      interceptors: [logTo(lines, "a")],
      add: { interceptors: [logTo(lines, "b")] },
    });
    await assert.rejects(send(note("x")), { code: status.UNIMPLEMENTED });
    assert.deepEqual(lines.splice(0), [
      "> a Send",
      "> b Send",
      `< b ${status.UNIMPLEMENTED}`,
      `< a ${status.UNIMPLEMENTED}`,
    ]);
    await assert.rejects(collect(expand(note("x"))), { code: status.UNIMPLEMENTED });
    assert.equal(lines.at(-1), `< a ${status.UNIMPLEMENTED}`);
  });

  it("that ignore a cancelled call do not keep its caller waiting", async () => {
    const { send, expand } = await connect({
      implementation: echo,
      interceptors: [
        new Around(async function* () {
          await new Promise(() => {});
        }),
      ],
    });
    const late = { code: status.DEADLINE_EXCEEDED };
    await assert.rejects(send(note("x"), { timeout: 30 }), late);
    await assert.rejects(collect(expand(note("x"), { timeout: 30 })), late);
  });

  it("whose stream cannot be left end nobody but their call", async () => {
    const left = createDeferred();
    class Sloppy extends Interceptor {
      override serverStreamingServerHandler(
        request: Message,
        call: ServerCall,
        next: ServerStreamingHandler,
      ): AsyncIterable<Message> {
        const iterator = next(request, call)[Symbol.asyncIterator]();
        return {
          [Symbol.asyncIterator]: () => ({
            next: () => iterator.next(),
            return() {
              left.resolve();
              throw new Error("cannot be left");
            },
          }),
        };
      }
    }
    const told = createDeferred();
    const { expand } = await connect({
      implementation: {
        expand(call: HandlerCall) {
          call.on("cancelled", () => told.resolve());
          call.write(note("first"));
        },
      },
      interceptors: [new Sloppy()],
    });
    for await (const _ of expand(note("x"))) break;
    await Promise.all([told.promise, left.promise]);
  });

  it("hear that a call is cancelled, and clean up", async () => {
    const begun = createDeferred();
    const ended = createDeferred<unknown>();
    const { send } = await connect({
      implementation: { send: (_call: HandlerCall, _callback: unknown) => begun.resolve() },
      interceptors: [
        new Around(async function* (call, answer) {
          try {
            yield* answer();
          } catch (error) {
            ended.resolve([error instanceof RpcError && error.code, call.cancelled]);
            throw error;
          }
        }),
      ],
    });
    const caller = new AbortController();
    const answer = assert.rejects(send(note("x"), { signal: caller.signal }), { code: status.CANCELLED });
    await begun.promise;
    caller.abort();
    await answer;
    assert.deepEqual(await ended.promise, [status.CANCELLED, true]);
  });
});
