import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Interceptor as GrpcInterceptor, InterceptingCall, Metadata } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { describe, it, onTestFinished } from "vitest";
import {
  type ClientCall,
  type ClientOptions,
  type ClientStreamingHandler,
  createClient,
  createTranscoder,
  type DuplexStreamingHandler,
  type HandlerCall,
  Interceptor,
  loadServices,
  type Message,
  RpcError,
  type ServerCall,
  type ServerStreamingHandler,
  startGrpcServer,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { behaviourProto } from "./each-protocol.js";
import { collect, createDeferred, streamOf } from "./messages.js";

const note = (text: string, count = 0) => ({ text, count });

const echo = {
  async send({ request }: HandlerCall) {
    return request;
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

/** A server and a client of it, both gone after the spec. */
async function connect(implementation: object, options: ClientOptions = {}, address = "127.0.0.1:0") {
  const services = await loadServices(behaviourProto);
  services.add("behaviour.v1.Notes", implementation);
  const server = await startGrpcServer(services, { address, gracePeriod: 50, onError: () => {} });
  const target = server.addresses[0] as string;
  const client = createClient(services.definition("behaviour.v1.Notes"), target, options);
  onTestFinished(async () => {
    client.close();
    await server.shutdown();
  });
  return { client, services, target };
}

describe("a client", () => {
  it("makes calls of each kind, with iterables of either sort", async () => {
    const { client } = await connect(echo);
    assert.deepEqual(await client.send(note("a", 1)), note("a", 1));
    assert.deepEqual(await client.collect([note("a"), note("b")]), note("a b", 2));
    assert.deepEqual(await client.collect(streamOf(note("a"), note("b"))), note("a b", 2));
    assert.deepEqual(await collect(client.expand(note("a", 2))), [note("a", 1), note("a", 2)]);
    assert.deepEqual(await collect(client.chat([note("a")])), [note("a")]);
  });

  it("talks over a Unix socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "clients-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { client, target } = await connect(echo, {}, `unix:${join(folder, "notes.sock")}`);
    assert.match(target, /^unix:\//);
    assert.deepEqual(await client.send(note("a")), note("a"));
  });

  it("answers two calls of a conversation in turn", async () => {
    const { client } = await connect(echo);
    const answers: string[] = [];
    const questions = createDeferred();
    async function* ask() {
      yield note("one");
      await questions.promise;
      yield note("two");
    }
    for await (const { text } of client.chat(ask())) {
      answers.push(text);
      questions.resolve();
    }
    assert.deepEqual(answers, ["one", "two"]);
  });

  it("sends metadata as a record or as grpc-js has them, which stay as they are", async () => {
    const { client } = await connect({
      async send({ metadata }: HandlerCall) {
        return note([...metadata.get("x-a"), ...metadata.get("x-bin").map(String)].join(" "));
      },
    });
    assert.equal(
      (await client.send({}, { metadata: { "x-a": "1", "x-bin": Buffer.from("b") } })).text,
      "1 b",
    );
    const metadata = new Metadata();
    metadata.set("x-a", "2");
    class Add extends Interceptor {
      override unaryCall(request: Message, call: ClientCall, next: UnaryHandler<ClientCall>) {
        call.metadata.set("x-a", "3");
        return next(request, call);
      }
    }
    const other = await connect(echo, { interceptors: [new Add()] });
    await other.client.send({}, { metadata });
    assert.deepEqual(metadata.get("x-a"), ["2"]);
  });

  it("fails with an RpcError: code, text, decoded details, trailers, and grpc-js's own as its cause", async () => {
    const details = [
      { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "GONE", domain: "notes", metadata: {} },
      // Of a type that only the services know.
      { "@type": "type.googleapis.com/behaviour.v1.Note", text: "lost", count: 1 },
    ];
    const metadata = new Metadata();
    metadata.set("x-shard", "4");
    const { client } = await connect({
      async send() {
        throw new RpcError(status.NOT_FOUND, "no such note", { details, metadata });
      },
      async *expand() {
        yield note("first");
        throw new RpcError(status.NOT_FOUND, "no such note", { details, metadata });
      },
    });
    for (const call of [() => client.send({}), () => collect(client.expand({}))]) {
      await assert.rejects(call, (error) => {
        assert.ok(error instanceof RpcError);
        assert.equal(error.code, status.NOT_FOUND);
        assert.equal(error.message, "no such note");
        assert.deepEqual(
          error.details.map(({ "@type": type, reason, text }) => [type, reason ?? text]),
          details.map(({ "@type": type, reason, text }) => [type, reason ?? text]),
        );
        assert.deepEqual(error.metadata?.get("x-shard"), ["4"]);
        assert.match(String(error.cause), /5 NOT_FOUND: no such note/);
        return true;
      });
    }
  });

  it("hears of metadata and trailers of calls that succeed", async () => {
    const { client } = await connect({
      async collect(call: HandlerCall) {
        const metadata = new Metadata();
        metadata.set("x-served-by", "a");
        call.sendMetadata(metadata);
        call.trailers.set("x-cost", "1");
        return note("");
      },
    });
    const heard: unknown[] = [];
    await client.collect([], {
      onMetadata: (metadata: Metadata) => heard.push(metadata.getMap()),
      onTrailers: (trailers: Metadata) => heard.push(trailers.getMap()),
    });
    assert.deepEqual(heard, [{ "x-served-by": "a" }, { "x-cost": "1" }]);
  });

  it("fails a call with what its caller's listeners throw", async () => {
    const { client } = await connect(echo);
    const fail = () => {
      throw new Error("no listener");
    };
    for (const listener of [{ onMetadata: fail }, { onTrailers: fail }]) {
      await assert.rejects(client.send(note("a"), listener), { message: "no listener" });
      await assert.rejects(collect(client.expand(note("a", 2), listener)), { message: "no listener" });
    }
  });

  it("ends a call at its deadline, and at whichever is earlier", async () => {
    const { client } = await connect({ send: () => new Promise(() => {}), expand: () => {} });
    const late = { code: status.DEADLINE_EXCEEDED, message: "the deadline was exceeded" };
    await assert.rejects(client.send({}, { timeout: 20 }), late);
    await assert.rejects(client.send({}, { deadline: Date.now() + 20 }), late);
    await assert.rejects(client.send({}, { deadline: new Date(Date.now() + 20), timeout: 60_000 }), late);
    await assert.rejects(collect(client.expand({}, { timeout: 20, deadline: Date.now() + 60_000 })), late);
  });

  it("cancels a call whose signal aborts, before it and in it", async () => {
    const begun = createDeferred();
    const told = createDeferred();
    const { client } = await connect({
      send(call: HandlerCall) {
        call.on("cancelled", () => told.resolve());
        begun.resolve();
        return new Promise(() => {});
      },
    });
    const cancelled = { code: status.CANCELLED };
    await assert.rejects(client.send({}, { signal: AbortSignal.abort() }), cancelled);
    await assert.rejects(collect(client.expand({}, { signal: AbortSignal.abort() })), cancelled);
    const caller = new AbortController();
    const answer = assert.rejects(client.send({}, { signal: caller.signal }), cancelled);
    await begun.promise;
    caller.abort();
    await Promise.all([answer, told.promise]);
  });

  it("cancels a stream that its reader leaves", async () => {
    const told = createDeferred();
    const { client } = await connect({
      async *expand(call: HandlerCall) {
        call.on("cancelled", () => told.resolve());
        for (let count = 1; ; count++) yield note("", count);
      },
    });
    for await (const { count } of client.expand({})) if (count === 2) break;
    await told.promise;
  });

  class Passing extends Interceptor {}
  for (const [name, options] of Object.entries({
    "a client": {},
    "a client with an interceptor made for each call": { interceptors: [Passing] },
  })) {
    it(`cancels a stream that its reader leaves while it waits: ${name}`, async () => {
      const told = createDeferred();
      const { client } = await connect(
        {
          expand(call: HandlerCall) {
            call.on("cancelled", () => told.resolve());
            call.write(note("first"));
          },
        },
        options,
      );
      const replies = client.expand({});
      assert.deepEqual(await replies.next(), { done: false, value: note("first") });
      const next = replies.next();
      const end = { done: true, value: undefined };
      assert.deepEqual([await replies.return(), await next, await replies.next()], [end, end, end]);
      await told.promise;
    });
  }

  it("fails with what the source of its requests fails with", async () => {
    const { client } = await connect(echo);
    async function* broken() {
      yield note("a");
      throw new Error("the source is broken");
    }
    await assert.rejects(client.collect(broken()), { message: "the source is broken" });
    await assert.rejects(collect(client.chat(broken())), { message: "the source is broken" });
  });

  it("is UNAVAILABLE when it is closed", async () => {
    const { client } = await connect(echo);
    client.close();
    const closed = { code: status.UNAVAILABLE, message: /^cannot reach .*: the connection has been closed$/ };
    await assert.rejects(client.send({}), closed);
    await assert.rejects(client.collect([]), closed);
    await assert.rejects(collect(client.expand({})), closed);
  });

  it("fails where its responses would have come when it is asked for what makes no sense", async () => {
    const { client } = await connect(echo);
    const noRequests = { name: "TypeError", message: /^(Collect|Chat) takes an iterable of requests$/ };
    await assert.rejects(client.collect(note("a")), noRequests);
    await assert.rejects(collect(client.chat()), noRequests);
    const noTime = {
      name: "TypeError",
      message: "the timeout and the deadline of a call are points in time",
    };
    await assert.rejects(client.send({}, { timeout: Number.NaN }), noTime);
    await assert.rejects(client.send({}, { deadline: new Date("soon") }), noTime);
    await assert.rejects(collect(client.expand({}, { timeout: Number.NaN })), noTime);
    await assert.rejects(client.send({}, { metadata: { "no key": "1" } }), /illegal characters/);
    await assert.rejects(client.send({ count: "many" }), { code: status.INTERNAL, message: /"count"/ });
  });

  it("takes a deadline that is far away for none, and metadata without a value for none", async () => {
    const seen: unknown[] = [];
    const { client } = await connect({
      async send(call: HandlerCall) {
        seen.push(call.getDeadline(), call.metadata.get("x-none"));
        return note("");
      },
    });
    for (const timeout of [2 ** 31 - 100, 2 ** 31, 1e15, 1e300]) {
      await client.send({}, { timeout, metadata: { "x-none": undefined } });
      assert.deepEqual(seen.splice(0), [Number.POSITIVE_INFINITY, []]);
    }
  });

  it("refuses options that do not exist, interceptors that are none, and a target without a server", async () => {
    const { services } = await connect(echo);
    const definition = services.definition("behaviour.v1.Notes");
    const refusals: readonly (readonly [target: unknown, options: object, message: RegExp])[] = [
      ["x:1", { interceptor: [] }, /unknown option "interceptor"; did you mean "interceptors"\?/],
      ["x:1", { interceptors: [undefined] }, /interceptors\[0\] is not an Interceptor/],
      ["x:1", { interceptors: [class Other {}] }, /interceptors\[0\] is not an Interceptor/],
      ["x:1", { interceptors: [[new Interceptor()]] }, /interceptors\[0\] is not an Interceptor/],
      ["x:1", { interceptors: [[() => {}, "x"]] }, /interceptors\[0\] is not an Interceptor/],
      ["x:1", { interceptors: [{ unaryServerHandler() {} }] }, /interceptors\[0\] is not an Interceptor/],
      ["", {}, /the target of a client is "host:port", "dns:\/\/\/host:port" or "unix:path", not ""/],
      [undefined, {}, /or "unix:path", not undefined/],
      ["http://x:1/", {}, /the target "http:\/\/x:1\/" is a URL: give "x:1"$/],
      ["x:99999", {}, /the port of "x:99999" must be a number, 1 to 65535$/],
      ["https://x", {}, /the target "https:\/\/x" is a URL: give "x" and credentials$/],
    ];
    for (const [target, options, message] of refusals) {
      assert.throws(() => createClient(definition, target as string, options), {
        name: "ConfigError",
        message,
      });
    }
  });

  it("tells which server it cannot reach", async () => {
    const { services } = await connect(echo);
    const client = createClient(services.definition("behaviour.v1.Notes"), "127.0.0.1:1");
    onTestFinished(() => client.close());
    await assert.rejects(client.send({}), {
      code: status.UNAVAILABLE,
      message: "cannot reach 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1",
    });
  });

  it("leaves the name close to a method", async () => {
    const { root } = protobuf.parse(`
      syntax = "proto3";
      message Door { string name = 1; }
      service Doors { rpc Close(Door) returns (Door); }
    `);
    const services = await loadServices(root);
    services.add("Doors", {
      close: async ({ request }: HandlerCall) => ({ name: `closed ${request.name}` }),
    });
    await using server = await startGrpcServer(services, { address: "127.0.0.1:0" });
    using client = createClient(services.definition("Doors"), server.addresses[0] as string);
    assert.deepEqual(await client.close({ name: "front" }), { name: "closed front" });
    assert.deepEqual(await client.close({ name: "back" }), { name: "closed back" });
  });

  it("is closed at the end of its block", async () => {
    const { services, target } = await connect(echo);
    const useClient = async () => {
      using client = createClient(services.definition("behaviour.v1.Notes"), target);
      assert.deepEqual(await client.send(note("a")), note("a"));
      return client;
    };
    const escaped = await useClient();
    await assert.rejects(escaped.send({}), { code: status.UNAVAILABLE });
  });
});

describe("the interceptors of a client", () => {
  it("run around calls of each kind, the first one outermost", async () => {
    const lines: string[] = [];
    class Log extends Interceptor {
      readonly #name: string;
      constructor(name: string) {
        super();
        this.#name = name;
      }
      override async unaryCall(request: Message, call: ClientCall, next: UnaryHandler<ClientCall>) {
        lines.push(`${this.#name} ${call.path}`);
        return next(request, call);
      }
      override async clientStreamingCall(
        requests: AsyncIterable<Message>,
        call: ClientCall,
        next: ClientStreamingHandler<ClientCall>,
      ) {
        lines.push(`${this.#name} ${call.path}`);
        return next(requests, call);
      }
      override async *serverStreamingCall(
        request: Message,
        call: ClientCall,
        next: ServerStreamingHandler<ClientCall>,
      ) {
        lines.push(`${this.#name} ${call.path}`);
        yield* next(request, call);
      }
      override async *duplexStreamingCall(
        requests: AsyncIterable<Message>,
        call: ClientCall,
        next: DuplexStreamingHandler<ClientCall>,
      ) {
        lines.push(`${this.#name} ${call.path}`);
        yield* next(requests, call);
      }
    }
    const { client } = await connect(echo, { interceptors: [new Log("a"), [Log, "b"]] });
    await client.send({});
    await client.collect([]);
    await collect(client.expand({}));
    await collect(client.chat([]));
    assert.deepEqual(
      lines,
      ["Send", "Collect", "Expand", "Chat"].flatMap((name) => [
        `a /behaviour.v1.Notes/${name}`,
        `b /behaviour.v1.Notes/${name}`,
      ]),
    );
  });

  it("may try again, change metadata and deadline, and make another error", async () => {
    let attempts = 0;
    class Retry extends Interceptor {
      override async unaryCall(request: Message, call: ClientCall, next: UnaryHandler<ClientCall>) {
        call.metadata.set("x-token", "secret");
        for (;;) {
          try {
            return await next(request, { ...call, deadline: Date.now() + 60_000 });
          } catch (error) {
            if (!(error instanceof RpcError)) throw error;
            if (error.code !== status.UNAVAILABLE) throw new RpcError(status.ABORTED, error.message);
          }
        }
      }
    }
    const { client } = await connect(
      {
        async send(call: HandlerCall) {
          assert.deepEqual(call.metadata.get("x-token"), ["secret"]);
          assert.ok(call.getDeadline() < Number.POSITIVE_INFINITY);
          if (++attempts < 3) throw new RpcError(status.UNAVAILABLE, "not yet");
          if (call.request.text === "fail") throw new RpcError(status.NOT_FOUND, "no such note");
          return note("", attempts);
        },
      },
      { interceptors: [Retry] },
    );
    assert.equal((await client.send({})).count, 3);
    await assert.rejects(client.send(note("fail")), { code: status.ABORTED, message: "no such note" });
  });

  it("may be grpc-js's, which run inside", async () => {
    const lines: string[] = [];
    const grpc: GrpcInterceptor = (options, nextCall) =>
      new InterceptingCall(nextCall(options), {
        start(metadata, listener, next) {
          lines.push(`grpc ${metadata.get("x-own")}`);
          metadata.set("x-grpc", "2");
          next(metadata, listener);
        },
      });
    class Own extends Interceptor {
      override unaryCall(request: Message, call: ClientCall, next: UnaryHandler<ClientCall>) {
        lines.push("own");
        call.metadata.set("x-own", "1");
        return next(request, call);
      }
    }
    const { client } = await connect(
      {
        async send({ metadata }: HandlerCall) {
          return note(`${metadata.get("x-own")} ${metadata.get("x-grpc")}`);
        },
      },
      { interceptors: [grpc, Own] },
    );
    assert.equal((await client.send({})).text, "1 2");
    assert.deepEqual(lines, ["own", "grpc 1"]);
  });

  it("are the same objects that guard a server", async () => {
    const sides: string[] = [];
    class Both extends Interceptor {
      override unaryCall(request: Message, call: ClientCall, next: UnaryHandler<ClientCall>) {
        sides.push("client");
        return next(request, call);
      }
      override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        sides.push("server");
        return next(request, call);
      }
    }
    const both = new Both();
    const { client, services } = await connect(echo, { interceptors: [both] });
    services.use(both);
    await client.send({});
    assert.deepEqual(sides, ["client", "server"]);
  });
});

describe("a call that is made for another", () => {
  /** A backend, and a front whose handler calls it with `propagate`. */
  async function chain(seen: (call: HandlerCall) => Promise<object>, options: ClientOptions = {}) {
    const { client: backend } = await connect({ send: seen }, options);
    const services = await loadServices(behaviourProto);
    services.add("behaviour.v1.Notes", {
      send: (call: HandlerCall) =>
        backend.send(call.request, { propagate: call, metadata: { "x-own": "front" }, timeout: 60_000 }),
    });
    const server = http.createServer(createTranscoder(services)).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/notes:send`;
  }

  const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  it("has its deadline and chosen metadata, and its own", async () => {
    let seen: HandlerCall | undefined;
    const url = await chain(async (call) => {
      seen = call;
      return {};
    });
    const headers = {
      "grpc-timeout": "5S",
      "x-request-id": "7",
      traceparent: trace,
      tracestate: "a=1",
      authorization: "Bearer secret",
    };
    assert.equal((await fetch(url, { method: "POST", headers })).status, 200);
    assert.ok(seen);
    const left = seen.getDeadline() - Date.now();
    assert.ok(left > 1000 && left <= 5000, `${left} ms are left`);
    assert.deepEqual(seen.metadata.get("x-request-id"), ["7"]);
    assert.deepEqual(seen.metadata.get("traceparent"), [trace]);
    assert.deepEqual(seen.metadata.get("tracestate"), ["a=1"]);
    assert.deepEqual(seen.metadata.get("x-own"), ["front"]);
    assert.deepEqual(seen.metadata.get("authorization"), []);
  });

  it("has the metadata that the client chooses to hand on", async () => {
    let seen: HandlerCall | undefined;
    const url = await chain(
      async (call) => {
        seen = call;
        return {};
      },
      { propagateMetadata: ["authorization", "x-own"] },
    );
    const headers = { authorization: "Bearer secret", "x-own": "caller", traceparent: trace };
    assert.equal((await fetch(url, { method: "POST", headers })).status, 200);
    assert.deepEqual(seen?.metadata.get("authorization"), ["Bearer secret"]);
    assert.deepEqual(seen?.metadata.get("x-own"), ["front"]);
    assert.deepEqual(seen?.metadata.get("traceparent"), []);
  });

  it("is cancelled with it", async () => {
    const begun = createDeferred();
    const told = createDeferred();
    const url = await chain((call) => {
      call.on("cancelled", () => told.resolve());
      begun.resolve();
      return new Promise(() => {});
    });
    const caller = new AbortController();
    const answer = assert.rejects(fetch(url, { method: "POST", signal: caller.signal }));
    await begun.promise;
    caller.abort();
    await Promise.all([answer, told.promise]);
  });
});
