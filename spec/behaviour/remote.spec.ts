import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { Client, credentials, Metadata, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { describe, it, onTestFinished, vi } from "vitest";
import { statusDetailsKey } from "../../lib/call/status-details.js";
import {
  type AddRemoteOptions,
  ConfigError,
  createClient,
  createTranscoder,
  type GrpcServerOptions,
  type HandlerCall,
  Interceptor,
  loadServices,
  type Message,
  RpcError,
  type ServerCall,
  type ServerStreamingHandler,
  type Services,
  startGrpcServer,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { readTls } from "../servers/notes.js";
import { behaviourProto } from "./each-protocol.js";
import { collect, createDeferred } from "./messages.js";

const notes = "behaviour.v1.Notes";
const note = (text: string, count = 0) => ({ text, count });

async function startBackend(implementation: object, options: Partial<GrpcServerOptions> = {}) {
  const services = await loadServices(behaviourProto);
  services.add(notes, implementation);
  const server = await startGrpcServer(services, {
    address: "127.0.0.1:0",
    gracePeriod: 50,
    onError: () => {},
    ...options,
  });
  onTestFinished(() => server.shutdown());
  return { ...server, address: server.addresses[0] as string };
}

async function forwardTo(target: string, options?: AddRemoteOptions): Promise<Services> {
  const services = await loadServices(behaviourProto);
  services.addRemote(notes, target, options);
  onTestFinished(() => services.close());
  return services;
}

/** The front over native gRPC, and over HTTP as a base URL. */
async function serve(services: Services) {
  const grpc = await startGrpcServer(services, { address: "127.0.0.1:0", gracePeriod: 50 });
  const target = grpc.addresses[0] as string;
  const client = createClient(services.definition(notes), target);
  const server = http.createServer(createTranscoder(services)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    client.close();
    server.closeAllConnections();
    server.close();
    await grpc.shutdown();
  });
  return { client, target, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A connection to a server that can break. */
async function startLine(target: string): Promise<{ address: string; cut(): void }> {
  const sockets: net.Socket[] = [];
  const [host, port] = target.split(":");
  const server = net.createServer((near) => {
    const far = net.connect(Number(port), host as string);
    sockets.push(near, far);
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
}

describe("a remote server that cannot be reached", () => {
  const targets = {
    "127.0.0.1:1": /^cannot reach 127\.0\.0\.1:1: connect ECONNREFUSED 127\.0\.0\.1:1$/,
    "unix:/nowhere/x.sock": /^cannot reach unix:\/nowhere\/x\.sock: connect ENOENT \/nowhere\/x\.sock$/,
    "dns:///no.such.host.invalid:1":
      /^cannot reach dns:\/\/\/no\.such\.host\.invalid:1: Name resolution failed/,
  };
  for (const [target, text] of Object.entries(targets)) {
    it(`is UNAVAILABLE, by name: ${target}`, async () => {
      const { client, url } = await serve(await forwardTo(target));
      const unavailable = { code: status.UNAVAILABLE, message: text };
      await assert.rejects(client.send(note("a")), unavailable);
      await assert.rejects(collect(client.expand(note("a"))), unavailable);
      for (const path of ["/v1/notes:send", "/v1/notes:expand", "/v1/notes:collect", "/v1/notes:chat"]) {
        const response = await post(url + path, "{}");
        assert.equal(response.status, 503);
        const body = (await response.json()) as { code: number; message: string };
        assert.equal(body.code, status.UNAVAILABLE);
        assert.match(body.message, text);
      }
    });
  }

  it("is reached when it is there again", async () => {
    const implementation = { send: async () => note("here") };
    const first = await startBackend(implementation);
    const options = {
      channelOptions: { "grpc.initial_reconnect_backoff_ms": 20, "grpc.min_reconnect_backoff_ms": 20 },
    };
    const { client } = await serve(await forwardTo(first.address, options));
    assert.deepEqual(await client.send({}), note("here"));
    await first.shutdown();
    await assert.rejects(client.send({}), { code: status.UNAVAILABLE });
    await startBackend(implementation, { address: first.address });
    for (;;) {
      const answer = await client
        .send({})
        .catch(({ code }: RpcError) => assert.equal(code, status.UNAVAILABLE));
      if (answer === undefined) continue;
      assert.deepEqual(answer, note("here"));
      return;
    }
  });

  it("in the middle of a stream is UNAVAILABLE, after what has come", async () => {
    const backend = await startBackend({
      async *expand(call: HandlerCall) {
        yield note("first");
        await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
      },
    });
    const line = await startLine(backend.address);
    const { client, url } = await serve(await forwardTo(line.address));
    const replies = client.expand({});
    assert.deepEqual((await replies.next()).value, note("first"));
    const response = await post(`${url}/v1/notes:expand`, "{}");
    line.cut();
    await assert.rejects(replies.next(), { code: status.UNAVAILABLE });
    const [first, last] = (await response.text()).trim().split("\n");
    assert.deepEqual(JSON.parse(first as string), note("first"));
    assert.equal(JSON.parse(last as string).error.code, status.UNAVAILABLE);
  });
});

describe("a remote server that answers UNAVAILABLE", () => {
  it("is quoted, whomever it speaks of", async () => {
    const text = "No connection established. Last error: Error: connect ECONNREFUSED db:5432";
    const backend = await startBackend({
      async send() {
        throw new RpcError(status.UNAVAILABLE, text);
      },
    });
    const { client } = await serve(await forwardTo(backend.address));
    await assert.rejects(client.send({}), { code: status.UNAVAILABLE, message: text });
  });
});

describe("a call to a remote server", () => {
  it("goes from JSON to bytes and back, without the objects of handlers", async () => {
    const backend = await startBackend({
      send: async ({ request }: HandlerCall) => request,
      async *expand({ request }: HandlerCall) {
        yield request;
      },
      async collect(call: HandlerCall) {
        for await (const request of call) return request;
        return {};
      },
      async *chat(call: HandlerCall) {
        yield* call;
      },
    });
    const services = await forwardTo(backend.address);
    const refuse = () => {
      throw new Error("an object is made for handlers");
    };
    // What makes the objects of handlers: of bytes, and of JSON.
    const type = services.schema.root.lookupType("behaviour.v1.Note");
    type.setup();
    type.toObject = refuse;
    vi.spyOn(services.codecs, "message").mockImplementation(refuse);
    const { url } = await serve(services);
    for (const path of ["send", "expand", "collect", "chat"]) {
      const response = await post(`${url}/v1/notes:${path}`, JSON.stringify(note("a", 1)));
      assert.equal((await response.text()).trim(), JSON.stringify(note("a", 1)));
      assert.equal(response.status, 200);
    }
    // An interceptor wants to see them.
    services.use(class extends Interceptor {});
    assert.equal((await post(`${url}/v1/notes:send`, "{}")).status, 500);
  });

  it("has no deadline there when its own is too far away for a timer", async () => {
    const deadlines: unknown[] = [];
    const backend = await startBackend({
      async send(call: HandlerCall) {
        deadlines.push(call.getDeadline());
        return note("");
      },
    });
    const { url } = await serve(await forwardTo(backend.address));
    await post(`${url}/v1/notes:send`, "{}", { "grpc-timeout": "99999999H" });
    assert.deepEqual(deadlines, [Number.POSITIVE_INFINITY]);
  });

  it("passes messages on as they are, while nobody looks into them", async () => {
    // A field that the services do not know: 15, of bytes.
    const unknown = Buffer.from([0x7a, 0x02, 0x68, 0x69]);
    const received: Buffer[] = [];
    const passOn = (bytes: Buffer) => bytes;
    const definition = Object.fromEntries(
      ["Send", "Expand"].map((name) => [
        name,
        {
          path: `/behaviour.v1.Notes/${name}`,
          requestStream: false,
          responseStream: name === "Expand",
          requestSerialize: passOn,
          requestDeserialize: passOn,
          responseSerialize: passOn,
          responseDeserialize: passOn,
        },
      ]),
    );
    const services = await loadServices(behaviourProto);
    services.add(definition, {
      async send({ request }: HandlerCall) {
        received.push(request as Buffer);
        return unknown;
      },
      async *expand({ request }: HandlerCall) {
        received.push(request as Buffer);
        yield unknown;
      },
    });
    await using backend = await startGrpcServer(services, { address: "127.0.0.1:0", gracePeriod: 50 });
    const front = await forwardTo(backend.addresses[0] as string);
    const { target } = await serve(front);
    const client = createClient(definition, target);
    onTestFinished(() => client.close());
    assert.deepEqual(await client.send(unknown), unknown);
    assert.deepEqual(await collect(client.expand(unknown)), [unknown]);
    assert.deepEqual(received, [unknown, unknown]);

    // Who looks into messages sees them as handlers do.
    const seen: Message[] = [];
    class Look extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        const response = await next(request, call);
        seen.push(request, response);
        return response;
      }
      override serverStreamingServerHandler(
        request: Message,
        call: ServerCall,
        next: ServerStreamingHandler,
      ) {
        seen.push(request);
        return next(request, call);
      }
    }
    front.use(new Look());
    await client.send(unknown);
    await collect(client.expand(unknown));
    assert.deepEqual(seen, [note(""), note(""), note("")]);
  });

  it("hands on metadata, but not what belongs to the connection", async () => {
    const seen: Metadata[] = [];
    const backend = await startBackend({
      async send(call: HandlerCall) {
        seen.push(call.metadata);
        const metadata = new Metadata();
        metadata.add("x-many", "a");
        metadata.add("x-many", "b");
        call.sendMetadata(metadata);
        return note("");
      },
    });
    const { client, url } = await serve(await forwardTo(backend.address));
    const metadata = new Metadata();
    metadata.add("x-many", "1");
    metadata.add("x-many", "2");
    const received: Metadata[] = [];
    await client.send({}, { metadata, onMetadata: (one: Metadata) => received.push(one) });
    assert.deepEqual(seen[0]?.get("x-many"), ["1, 2"]);
    assert.match(String(seen[0]?.get("user-agent")), /^grpc-node-js\/[\d.]+$/);
    assert.deepEqual(received[0]?.get("x-many"), ["a, b"]);
    const response = await post(`${url}/v1/notes:send`, "{}", { "x-trace": "7", "user-agent": "browser" });
    assert.deepEqual(seen[1]?.get("x-trace"), ["7"]);
    assert.match(String(seen[1]?.get("user-agent")), /^grpc-node-js\/[\d.]+$/);
    assert.equal(response.headers.get("x-many"), "a, b");
    assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
    // The front's own.
    assert.equal(response.headers.get("date")?.split(",").length, 2);
  });

  it("hands on details of types that it does not know", async () => {
    const any = protobuf.Writer.create()
      .uint32(10)
      .string("example.com/unknown.Type")
      .uint32(18)
      .bytes(Buffer.from([1, 2, 3]));
    const bytes = protobuf.Writer.create()
      .uint32(8)
      .int32(5)
      .uint32(18)
      .string("gone")
      .uint32(26)
      .bytes(any.finish());
    const details = Buffer.from(bytes.finish());
    const backend = await startBackend({
      send(_call: HandlerCall, callback: (error: unknown) => void) {
        const metadata = new Metadata();
        metadata.set(statusDetailsKey, details);
        callback({ code: status.NOT_FOUND, details: "gone", metadata });
      },
    });
    const { client, url, target } = await serve(await forwardTo(backend.address));
    const decoded = [{ "@type": "example.com/unknown.Type", value: "AQID" }];
    await assert.rejects(client.send({}), (error: RpcError) => {
      assert.deepEqual(error.details, decoded);
      return true;
    });
    const response = await post(`${url}/v1/notes:send`, "{}");
    assert.equal(response.status, 404);
    assert.deepEqual(await response.json(), { code: status.NOT_FOUND, message: "gone", details: decoded });
    // Over native gRPC not a byte is lost.
    const raw = new Client(target, credentials.createInsecure());
    onTestFinished(() => raw.close());
    const passOn = (value: Buffer) => value;
    const error = await new Promise<ServiceError | null>((resolve) =>
      raw.makeUnaryRequest("/behaviour.v1.Notes/Send", passOn, passOn, Buffer.alloc(0), resolve),
    );
    assert.deepEqual(error?.metadata.get(statusDetailsKey), [details]);
  });

  it("ends there when a request cannot be read here", async () => {
    const begun = createDeferred();
    const cancelled = createDeferred();
    const backend = await startBackend({
      // It never answers, so that it hears how the call ends.
      collect(call: HandlerCall, _callback: unknown) {
        call.on("data", () => begun.resolve());
        call.on("cancelled", () => cancelled.resolve());
      },
    });
    const { url } = await serve(await forwardTo(backend.address));
    const request = http.request(`${url}/v1/notes:collect`, { method: "POST" });
    request.write('{"text":"a"}\n');
    await begun.promise;
    request.end('{"text":5}\n');
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    assert.equal(response.statusCode, 400);
    const body = JSON.parse(Buffer.concat(await response.toArray()).toString());
    assert.equal(body.code, status.INVALID_ARGUMENT);
    assert.match(body.message, /invalid value .* for field "text"/);
    await cancelled.promise;
  });

  it("is answered before all of its requests have been read", async () => {
    const backend = await startBackend({
      async collect(call: HandlerCall) {
        for await (const { text } of call) return note(text);
        return note("none");
      },
    });
    const { client } = await serve(await forwardTo(backend.address));
    const left = createDeferred();
    async function* endless() {
      try {
        for (let count = 1; ; count++) {
          yield note("x".repeat(10_000), count);
          await new Promise(setImmediate);
        }
      } finally {
        left.resolve();
      }
    }
    assert.equal((await client.collect(endless())).text.length, 10_000);
    await left.promise;
  });
});

describe("services.addRemote", () => {
  it("reaches a server over TLS with credentials", async () => {
    const backend = await startBackend(
      { send: async () => note("secure") },
      {
        credentials: ServerCredentials.createSsl(null, [
          { private_key: readTls("server.key"), cert_chain: readTls("server.pem") },
        ]),
      },
    );
    const secure = await serve(
      await forwardTo(backend.address, { credentials: credentials.createSsl(readTls("ca.pem")) }),
    );
    assert.deepEqual(await secure.client.send({}), note("secure"));
    const plain = await serve(await forwardTo(backend.address));
    await assert.rejects(plain.client.send({}), { code: status.UNAVAILABLE });
  });

  it("spreads calls over several servers by a service configuration", async () => {
    const backends = await Promise.all(
      ["one", "two"].map((name) => startBackend({ send: async () => note(name) })),
    );
    const { client } = await serve(
      await forwardTo(`ipv4:${backends.map(({ address }) => address).join(",")}`, {
        channelOptions: {
          "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
          "grpc.keepalive_time_ms": 10_000,
        },
      }),
    );
    const answers = new Set<string>();
    while (answers.size < 2) answers.add((await client.send({})).text);
    assert.deepEqual([...answers].sort(), ["one", "two"]);
  });

  it("reaches a server by name, and says by which it cannot", async () => {
    const backend = await startBackend({ send: async () => note("named") });
    const port = backend.address.split(":").at(-1);
    const target = `dns:///localhost:${port}`;
    const { client } = await serve(
      await forwardTo(target, {
        channelOptions: {
          "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
        },
      }),
    );
    assert.deepEqual(await client.send({}), note("named"));
    await backend.shutdown();
    const message = new RegExp(`^cannot reach ${target}: connect ECONNREFUSED [^ ]+$`);
    const send = () => client.send({}).catch((caught: RpcError) => caught);
    let error: RpcError = await send();
    // The connection that was there may be what is lost at first.
    for (let tries = 1; tries < 100 && !message.test(error.message); tries++) error = await send();
    assert.equal(error.code, status.UNAVAILABLE);
    assert.match(error.message, message);
  });

  it("asks a silent server whether it is there", async () => {
    const server = http2.createServer();
    const pinged = createDeferred();
    server.on("session", (session) => session.once("ping", () => pinged.resolve()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const channelOptions = { "grpc.keepalive_time_ms": 20 };
    const services = await forwardTo(`127.0.0.1:${port}`, { channelOptions });
    const { client } = await serve(services);
    const caller = new AbortController();
    const cancelled = assert.rejects(client.send({}, { signal: caller.signal }), { code: status.CANCELLED });
    await pinged.promise;
    caller.abort();
    await cancelled;
    services.close();
    server.close();
  });

  it("refuses a target without a server", async () => {
    const services = await loadServices(behaviourProto);
    assert.throws(() => services.addRemote(notes, "http://127.0.0.1:50051"), {
      name: "ConfigError",
      message: 'the target "http://127.0.0.1:50051" is a URL: give "127.0.0.1:50051"',
    });
  });

  it("takes interceptors, which run here", async () => {
    const backend = await startBackend({ send: async ({ request }: HandlerCall) => request });
    const { client } = await serve(
      await forwardTo(backend.address, {
        interceptors: [
          class extends Interceptor {
            override unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
              return next({ ...request, text: `${request.text}!` }, call);
            }
          },
        ],
      }),
    );
    assert.deepEqual(await client.send(note("a")), note("a!"));
  });

  it("refuses a service that is not loaded, or that is served already", async () => {
    const services = await loadServices(behaviourProto);
    assert.throws(() => services.addRemote("behaviour.v1.Note", "x:1"), {
      name: "ConfigError",
      message: /no service "behaviour\.v1\.Note" was loaded; did you mean "behaviour\.v1\.Notes"\?/,
    });
    services.add(notes, { send: () => {} });
    assert.throws(
      () => services.addRemote(notes, "x:1"),
      (error) => error instanceof ConfigError && error.faults[0]?.method === `${notes}.Send`,
    );
  });

  it("keeps a connection until the services are closed", async () => {
    const backend = await startBackend({ send: async () => note("open") });
    const services = await forwardTo(backend.address);
    const { client } = await serve(services);
    assert.deepEqual(await client.send({}), note("open"));
    await services[Symbol.asyncDispose]();
    const closed = {
      code: status.UNAVAILABLE,
      message: `cannot reach ${backend.address}: the connection has been closed`,
    };
    await assert.rejects(client.send({}), closed);
    await assert.rejects(collect(client.expand({})), closed);
  });
});
