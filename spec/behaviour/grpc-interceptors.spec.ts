import assert from "node:assert/strict";
import {
  Metadata,
  ResponderBuilder,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { it } from "vitest";
import { unexpectedMessage } from "../../lib/call/status.js";
import {
  createClient,
  type HandlerCall,
  Interceptor,
  loadServices,
  type Message,
  RpcError,
  type ServerCall,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { behaviourProto, type Connection, eachProtocol } from "./each-protocol.js";
import { collect, createDeferred, streamOf, until } from "./messages.js";

const note = (text: string, count = 0) => ({ text, count });

type Callback = (error: unknown, response?: unknown, trailers?: Metadata) => void;

/** Handlers as grpc-js takes them, so that a plain server of grpc-js can run them as well. */
const echo = {
  send(call: HandlerCall, callback: Callback) {
    callback(null, note(call.request.text, call.request.count));
  },
  collect(call: HandlerCall, callback: Callback) {
    const texts: string[] = [];
    call.on("data", ({ text }) => texts.push(text));
    call.on("end", () => callback(null, note(texts.join(" "), texts.length)));
  },
  expand(call: HandlerCall) {
    for (let count = 1; count <= call.request.count; count++) call.write(note(call.request.text, count));
    call.end();
  },
  chat(call: HandlerCall) {
    call.on("data", (message) => call.write(message));
    call.on("end", () => call.end());
  },
};

/** Ends every call that has no token, before the handler hears of it. */
const authInStart: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start(next) {
      next({
        onReceiveMetadata(metadata, mdNext) {
          if (metadata.get("authorization")[0] === "Bearer secret") mdNext(metadata);
          else call.sendStatus({ code: status.UNAUTHENTICATED, details: "no token" });
        },
      });
    },
  });

/** The same, without starting the call at all. */
const denyInStart: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start() {
      call.sendStatus({ code: status.UNAUTHENTICATED, details: "no token" });
    },
  });

const asyncMetadata: ServerInterceptor = (_method, call) => {
  const listener = new ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, next) => {
      setTimeout(() => {
        metadata.set("x-user", "ada");
        next(metadata);
      }, 5);
    })
    .build();
  return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build());
};

const changeMessages: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) =>
      next({ onReceiveMessage: (message, deliver) => deliver({ ...message, text: `${message.text}?` }) }),
    sendMessage: (message, next) => setImmediate(() => next({ ...message, text: `${message.text}!` })),
  });

/** Writes down everything that passes. */
function logTo(lines: string[], name = ""): ServerInterceptor {
  return (method, call) => {
    lines.push(`${name}call ${method.path} ${method.requestStream} ${method.responseStream}`);
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        lines.push(`${name}metadata ${metadata.get("x-request-id")}`);
        next(metadata);
      })
      .withOnReceiveMessage((message, next) => {
        lines.push(`${name}message ${message.text}`);
        next(message);
      })
      .withOnReceiveHalfClose((next) => {
        lines.push(`${name}half-close`);
        next();
      })
      .withOnCancel(() => {
        lines.push(`${name}cancel`);
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => {
        lines.push(`${name}start`);
        next(listener);
      })
      .withSendMetadata((metadata, next) => {
        lines.push(`${name}send metadata`);
        next(metadata);
      })
      .withSendMessage((message, next) => {
        lines.push(`${name}send message ${message.text} ${message.count}`);
        next(message);
      })
      .withSendStatus((sent, next) => {
        lines.push(`${name}send status ${sent.code} ${sent.details}`);
        next(sent);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

const metadata = { "x-request-id": "7" };

/** One call of each kind. */
async function callAll({
  send,
  collect: collectNotes,
  expand,
  chat,
}: Omit<Connection, "faults">): Promise<void> {
  assert.deepEqual(await send(note("a", 1), { metadata }), note("a", 1));
  assert.deepEqual(await collectNotes(streamOf(note("a"), note("b")), { metadata }), note("a b", 2));
  assert.deepEqual(await collect(expand(note("a", 2), { metadata })), [note("a", 1), note("a", 2)]);
  assert.deepEqual(await collect(chat(streamOf(note("a", 1), note("b", 2)), { metadata })), [
    note("a", 1),
    note("b", 2),
  ]);
}

/** What an interceptor sees on a server of grpc-js. */
async function logOfGrpcServer(): Promise<string[]> {
  const lines: string[] = [];
  const services = await loadServices(behaviourProto);
  const definition = services.definition("behaviour.v1.Notes");
  const server = new Server({ interceptors: [logTo(lines)] });
  server.addService(definition, echo as unknown as UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = createClient(definition, `127.0.0.1:${port}`);
  await callAll(client);
  client.close();
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  return lines;
}

/** The lines of each call in turn: what comes and what goes may overlap in time. */
function perCall(lines: readonly string[]): string[][] {
  const calls: string[][] = [];
  for (const line of lines) {
    if (line.startsWith("call")) calls.push([]);
    calls.at(-1)?.push(line);
  }
  const isSent = (line: string) => line.startsWith("send");
  return calls.map((call) => [...call.filter((line) => !isSent(line)), ...call.filter(isSent)]);
}

eachProtocol("interceptors of grpc-js", (connect) => {
  it("see what they see on a server of grpc-js", async () => {
    const lines: string[] = [];
    const connection = await connect({ implementation: echo, interceptors: [logTo(lines)] });
    await callAll(connection);
    await until(() => lines.filter((line) => line === "cancel").length === 4);
    const expected = await logOfGrpcServer();
    await until(() => expected.filter((line) => line === "cancel").length === 4);
    assert.deepEqual(perCall(lines), perCall(expected));
  });

  it("run outside the others, global ones first, the first one next to the wire", async () => {
    const lines: string[] = [];
    class Own extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        lines.push("own start");
        const response = await next(request, call);
        lines.push("own end");
        return response;
      }
    }
    const { send } = await connect({
      implementation: echo,
      interceptors: [Own, logTo(lines, "a ")],
      add: { interceptors: [logTo(lines, "b ")] },
    });
    await send(note("x"));
    assert.deepEqual(
      lines.filter((line) => /own|message|status/.test(line)),
      [
        "a message x",
        "b message x",
        "own start",
        "own end",
        "b send message x 0",
        "a send message x 0",
        "b send status 0 OK",
        "a send status 0 OK",
      ],
    );
  });

  for (const [where, auth] of Object.entries({
    "when the metadata come": authInStart,
    "instead of starting the call": denyInStart,
  })) {
    it(`reject a call ${where}`, async () => {
      const fail = () => assert.fail("the handler ran");
      const {
        send,
        collect: collectNotes,
        expand,
        chat,
      } = await connect({
        implementation: { send: fail, collect: fail, expand: fail, chat: fail },
        interceptors: [auth],
      });
      const denied = { code: status.UNAUTHENTICATED, message: "no token" };
      await assert.rejects(send(note("x")), denied);
      await assert.rejects(collectNotes(streamOf(note("x"))), denied);
      await assert.rejects(collect(expand(note("x"))), denied);
      await assert.rejects(collect(chat(streamOf(note("x")))), denied);
    });
  }

  it("let a call through", async () => {
    const connection = await connect({ implementation: echo, interceptors: [authInStart] });
    const authorization = { authorization: "Bearer secret" };
    assert.deepEqual(await connection.send(note("x"), { metadata: authorization }), note("x"));
    assert.deepEqual(await collect(connection.expand(note("x", 1), { metadata: authorization })), [
      note("x", 1),
    ]);
  });

  it("rewrite metadata in their own time", async () => {
    const users: unknown[] = [];
    const { send, chat } = await connect({
      implementation: {
        send(call: HandlerCall, callback: Callback) {
          users.push(...call.metadata.get("x-user"));
          callback(null, note(""));
        },
        async *chat(call: HandlerCall) {
          users.push(...call.metadata.get("x-user"));
          for await (const message of call) yield message;
        },
      },
      interceptors: [asyncMetadata],
    });
    await send(note("x"));
    assert.deepEqual(await collect(chat(streamOf(note("x")))), [note("x")]);
    assert.deepEqual(users, ["ada", "ada"]);
  });

  it("change requests and responses", async () => {
    const {
      send,
      collect: collectNotes,
      expand,
      chat,
    } = await connect({ implementation: echo, interceptors: [changeMessages] });
    assert.deepEqual(await send(note("x")), note("x?!"));
    assert.deepEqual(await collectNotes(streamOf(note("x"), note("y"))), note("x? y?!", 2));
    assert.deepEqual(await collect(expand(note("x", 2))), [note("x?!", 1), note("x?!", 2)]);
    assert.deepEqual(await collect(chat(streamOf(note("x"), note("y")))), [note("x?!"), note("y?!")]);
  });

  it("change response metadata, status and trailers", async () => {
    const mark: ServerInterceptor = (_method, call) =>
      new ServerInterceptingCall(call, {
        sendMetadata(sent, next) {
          sent.set("x-served-by", "a");
          next(sent);
        },
        sendStatus(sent, next) {
          const trailers = sent.metadata?.clone() ?? new Metadata();
          trailers.set("x-cost", "1");
          next({ ...sent, metadata: trailers });
        },
      });
    const { send, expand } = await connect({
      implementation: {
        send(_call: HandlerCall, callback: Callback) {
          const trailers = new Metadata();
          trailers.set("x-own", "2");
          callback(null, note("x"), trailers);
        },
        expand() {
          throw new RpcError(status.NOT_FOUND, "no such note");
        },
      },
      interceptors: [mark],
    });
    const seen: unknown[] = [];
    await send(note("x"), {
      onMetadata: (one) => seen.push(...one.get("x-served-by")),
      onTrailers: (one) => seen.push(...one.get("x-own"), ...one.get("x-cost")),
    });
    assert.deepEqual(seen, ["a", "2", "1"]);
    await assert.rejects(collect(expand(note("x"))), (error: RpcError) => {
      assert.deepEqual([error.code, error.message], [status.NOT_FOUND, "no such note"]);
      assert.deepEqual(error.metadata?.get("x-cost"), ["1"]);
      return true;
    });
  });

  it("see all the trailers of a call that fails, and may keep them back", async () => {
    const seen: unknown[] = [];
    const keepBack: ServerInterceptor = (_method, call) =>
      new ServerInterceptingCall(call, {
        sendStatus(sent, next) {
          seen.push(sent.metadata?.get("x-own"), sent.metadata?.get("x-cost"));
          next({ code: sent.code, details: sent.details });
        },
      });
    const { send } = await connect({
      implementation: {
        async send(call: HandlerCall) {
          call.trailers.set("x-cost", "1");
          const metadata = new Metadata();
          metadata.set("x-own", "2");
          throw new RpcError(status.NOT_FOUND, "no such note", { metadata });
        },
      },
      interceptors: [keepBack],
    });
    await assert.rejects(send(note("x")), (error: RpcError) => {
      assert.deepEqual([error.code, error.message], [status.NOT_FOUND, "no such note"]);
      assert.deepEqual([error.metadata?.get("x-own"), error.metadata?.get("x-cost")], [[], []]);
      return true;
    });
    assert.deepEqual(seen, [["2"], ["1"]]);
  });

  it("see the status that a handler fails with, whose details go on", async () => {
    const lines: string[] = [];
    const details = [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "GONE",
        domain: "notes",
        metadata: { id: "1" },
      },
    ];
    const { send, expand, faults } = await connect({
      implementation: {
        async send() {
          throw new RpcError(status.NOT_FOUND, "no such note", { details });
        },
        expand() {
          throw new Error("secret");
        },
      },
      interceptors: [logTo(lines)],
    });
    await assert.rejects(send(note("x")), (error: RpcError) => {
      assert.deepEqual(
        [error.code, error.message, error.details],
        [status.NOT_FOUND, "no such note", details],
      );
      return true;
    });
    await assert.rejects(collect(expand(note("x"))), { code: status.UNKNOWN, message: unexpectedMessage });
    assert.deepEqual(
      lines.filter((line) => line.startsWith("send status")),
      [`send status ${status.NOT_FOUND} no such note`, `send status ${status.UNKNOWN} ${unexpectedMessage}`],
    );
    assert.match(String(faults), /secret/);
  });

  it("make another status of a failure", async () => {
    const hide: ServerInterceptor = (_method, call) =>
      new ServerInterceptingCall(call, {
        sendStatus: (sent, next) =>
          next(
            sent.code === status.OK
              ? sent
              : { code: status.PERMISSION_DENIED, details: "none of your business" },
          ),
      });
    const { send, expand, faults } = await connect({
      implementation: {
        async send() {
          throw new RpcError(status.NOT_FOUND, "no such note");
        },
        async *expand() {
          yield note("first");
          throw new Error("secret");
        },
      },
      interceptors: [hide],
    });
    const denied = { code: status.PERMISSION_DENIED, message: "none of your business" };
    await assert.rejects(send(note("x")), denied);
    await assert.rejects(collect(expand(note("x"))), denied);
    assert.match(String(faults), /secret/);
  });

  it("fail their call, and nothing else, by throwing", async () => {
    const throwing: Record<string, ServerInterceptor> = {
      "when they are made": () => {
        throw new Error("secret");
      },
      "in start": (_method, call) =>
        new ServerInterceptingCall(call, {
          start() {
            throw new Error("secret");
          },
        }),
      "on metadata": (_method, call) =>
        new ServerInterceptingCall(call, {
          start: (next) =>
            next({
              onReceiveMetadata() {
                throw new Error("secret");
              },
            }),
        }),
      "on a message": (_method, call) =>
        new ServerInterceptingCall(call, {
          start: (next) =>
            next({
              onReceiveMessage() {
                throw new Error("secret");
              },
            }),
        }),
      "on a response": (_method, call) =>
        new ServerInterceptingCall(call, {
          sendMessage() {
            throw new Error("secret");
          },
        }),
      "on the status": (_method, call) =>
        new ServerInterceptingCall(call, {
          sendStatus() {
            throw new Error("secret");
          },
        }),
    };
    for (const [when, interceptor] of Object.entries(throwing)) {
      const { send, chat, faults } = await connect({ implementation: echo, interceptors: [interceptor] });
      const failed = { code: status.UNKNOWN, message: unexpectedMessage };
      await assert.rejects(send(note("x")), failed, when);
      await assert.rejects(collect(chat(streamOf(note("x")))), failed, when);
      assert.deepEqual(faults.map(String), ["Error: secret", "Error: secret"], when);
    }
  });

  it("fail their call by throwing on response metadata, wherever these come from", async () => {
    const throwing: ServerInterceptor = (_method, call) =>
      new ServerInterceptingCall(call, {
        sendMetadata() {
          throw new Error("secret");
        },
      });
    const greet = (call: HandlerCall) => call.sendMetadata(new Metadata());
    const { send, expand, faults } = await connect({
      implementation: {
        send: (call: HandlerCall, _callback: unknown) => greet(call),
        async *expand(call: HandlerCall) {
          greet(call);
          await new Promise(() => {});
          yield note("");
        },
      },
      interceptors: [throwing],
    });
    const failed = { code: status.UNKNOWN, message: unexpectedMessage };
    await assert.rejects(send(note("x")), failed);
    await assert.rejects(collect(expand(note("x"))), failed);
    assert.deepEqual(faults.map(String), ["Error: secret", "Error: secret"]);
  });

  it("end a call whose handler has not, and it is told", async () => {
    const kinds = ["Send", "Collect", "Expand", "Chat"];
    const begun = new Map(kinds.map((name) => [name, createDeferred()]));
    const told = new Map(kinds.map((name) => [name, createDeferred<unknown>()]));
    const expire: ServerInterceptor = ({ path }, call) => {
      const intercepting = new ServerInterceptingCall(call);
      void begun
        .get(path.split("/").at(-1) ?? "")
        ?.promise.then(() =>
          intercepting.sendStatus({ code: status.UNAUTHENTICATED, details: "the token has expired" }),
        );
      return intercepting;
    };
    const listen = (call: HandlerCall) => {
      const { name } = call.method;
      const events: unknown[] = [];
      call.signal.addEventListener("abort", () => events.push(call.signal.reason.code));
      call.on("cancelled", () => {
        events.push(call.cancelled);
        setImmediate(() => told.get(name)?.resolve(events.sort()));
      });
      begun.get(name)?.resolve();
    };
    const {
      send,
      collect: collectNotes,
      expand,
      chat,
      faults,
    } = await connect({
      implementation: {
        async send(call: HandlerCall) {
          listen(call);
          return new Promise(() => {});
        },
        collect: (call: HandlerCall, _callback: unknown) => listen(call),
        expand: listen,
        async *chat(call: HandlerCall) {
          listen(call);
          await new Promise(() => {});
          yield note("");
        },
      },
      interceptors: [expire],
    });
    const expired = { code: status.UNAUTHENTICATED, message: "the token has expired" };
    await Promise.all([
      assert.rejects(send(note("x")), expired),
      assert.rejects(collectNotes(streamOf(note("x"))), expired),
      assert.rejects(collect(expand(note("x"))), expired),
      assert.rejects(collect(chat(streamOf(note("x")))), expired),
    ]);
    for (const { promise } of told.values()) {
      assert.deepEqual(await promise, [status.CANCELLED, true]);
    }
    assert.deepEqual(faults, []);
  });

  it("start no handler for a call that they have ended", async () => {
    const deny: ServerInterceptor = (_method, call) => {
      const intercepting = new ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata(metadata, pass) {
              intercepting.sendStatus({ code: status.PERMISSION_DENIED, details: "not you" });
              pass(metadata);
            },
          }),
      });
      return intercepting;
    };
    const ran: string[] = [];
    const run = ({ method }: HandlerCall) => ran.push(method.name);
    const { send, chat } = await connect({
      implementation: { send: run, chat: run },
      interceptors: [deny],
    });
    const denied = { code: status.PERMISSION_DENIED };
    await assert.rejects(send(note("x")), denied);
    await assert.rejects(collect(chat(streamOf(note("x")))), denied);
    assert.deepEqual(ran, []);
  });

  it("hear of a call that is aborted, and so does its handler", async () => {
    const begun = createDeferred();
    const cancelled = createDeferred();
    const lines: string[] = [];
    const { chat } = await connect({
      implementation: {
        chat(call: HandlerCall) {
          call.on("data", (message) => call.write(message));
          call.on("cancelled", () => cancelled.resolve());
        },
      },
      interceptors: [logTo(lines)],
    });
    const caller = new AbortController();
    async function* endless() {
      yield note("first");
      await new Promise((resolve) => caller.signal.addEventListener("abort", resolve));
    }
    const replies = (async () => {
      for await (const _ of chat(endless(), { signal: caller.signal })) begun.resolve();
    })();
    const rejected = assert.rejects(replies, { code: status.CANCELLED });
    await begun.promise;
    caller.abort();
    await rejected;
    await cancelled.promise;
    await until(() => lines.includes("cancel"));
    // As on a server of grpc-js, that is all they hear.
    assert.deepEqual(
      lines.filter((line) => line.startsWith("send status")),
      [],
    );
  });

  it("end at the deadline although an interceptor lets nothing through", async () => {
    const hold: ServerInterceptor = (_method, call) => new ServerInterceptingCall(call, { start() {} });
    const { send, expand } = await connect({ implementation: echo, interceptors: [hold] });
    await assert.rejects(send(note("x"), { timeout: 30 }), { code: status.DEADLINE_EXCEEDED });
    await assert.rejects(collect(expand(note("x"), { timeout: 30 })), { code: status.DEADLINE_EXCEEDED });
  });

  it("hold back a handler whose caller does not read", async () => {
    let written = 0;
    const { expand } = await connect({
      implementation: {
        async *expand() {
          while (written < 2000) yield note("x".repeat(64 * 1024), ++written);
        },
      },
      interceptors: [changeMessages],
    });
    const replies = expand(note("x"));
    await replies.next();
    let last = -1;
    for (let calm = 0; calm < 50; calm++) {
      if (written !== last) calm = 0;
      last = written;
      await new Promise(setImmediate);
    }
    assert.ok(written < 400, `${written} messages are on the way`);
    await replies.return();
  });

  it("ask the call where it comes from", async () => {
    const seen: unknown[] = [];
    const ask: ServerInterceptor = (_method, call) => {
      seen.push(call.getHost(), call.getDeadline(), call.getAuthContext(), call.getPeer());
      seen.push(typeof call.getConnectionInfo().remotePort);
      call.getMetricsRecorder().recordRequestCostMetric("cost", 1);
      return new ServerInterceptingCall(call);
    };
    const { send } = await connect({ implementation: echo, interceptors: [ask] });
    await send(note("x"));
    assert.match(String(seen[0]), /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(seen.slice(1, 3), [Number.POSITIVE_INFINITY, {}]);
    assert.match(String(seen[3]), /^127\.0\.0\.1:\d+$/);
    assert.equal(seen[4], "number");
  });
});
