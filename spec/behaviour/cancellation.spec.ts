import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { it, onTestFinished } from "vitest";
import {
  Interceptor,
  listen,
  loadServices,
  type Message,
  type ServerCall,
  type ServerStreamingHandler,
  type Services,
  startGrpcServer,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { behaviourProto, eachProtocol } from "./each-protocol.js";
import { FailureLog } from "./failure-log.js";
import { collect, until } from "./messages.js";

const note = (text: string) => ({ text, count: 0 });
const exceeded = { code: status.DEADLINE_EXCEEDED };
/** The same, as interceptors see it. */
const late = { ...exceeded, message: "the deadline was exceeded" };
const cancelled = { code: status.CANCELLED };

eachProtocol("a call that is cancelled", (connect) => {
  it("while an interceptor takes its time does not reach its handler", async () => {
    const callers = [new AbortController(), new AbortController()] as const;
    let passed = 0;
    class Slow extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        callers[0].abort();
        await once(call.signal, "abort");
        return next(request, call).finally(() => passed++);
      }

      override async *serverStreamingServerHandler(
        request: Message,
        call: ServerCall,
        next: ServerStreamingHandler,
      ) {
        callers[1].abort();
        await once(call.signal, "abort");
        try {
          yield* next(request, call);
        } finally {
          passed++;
        }
      }
    }
    let ran = false;
    const run = () => {
      ran = true;
    };
    const { send, expand } = await connect({
      implementation: { send: run, expand: run },
      interceptors: [new Slow()],
    });
    await assert.rejects(send(note("x"), { signal: callers[0].signal }), cancelled);
    await assert.rejects(collect(expand(note("x"), { signal: callers[1].signal })), cancelled);
    await until(() => passed === 2);
    assert(!ran);
  });
});

// The client of native gRPC may be the one whose clock is faster, and has left then.
eachProtocol(
  "a call whose deadline passes",
  (connect) => {
    it("has failed with that for interceptors, wherever its handler is", async () => {
      const log = new FailureLog();
      const { send, expand } = await connect({
        implementation: {
          send: () => new Promise(() => {}),
          async *expand() {
            yield note("first");
            await new Promise(() => {});
          },
        },
        interceptors: [log],
      });
      await assert.rejects(send(note("x"), { timeout: 50 }), exceeded);
      await assert.rejects(collect(expand(note("x"), { timeout: 50 })), exceeded);
      await until(() => log.failures.length === 2);
      for (const { code, message } of log.failures) assert.deepEqual({ code, message }, late);
    });
  },
  ({ callProtocol }) => callProtocol === "rest",
);

/** Servers of native gRPC, by the port that they listen on. */
const servers: Readonly<Record<string, (services: Services) => Promise<number>>> = {
  startGrpcServer: async (services) => {
    const server = await startGrpcServer(services, { address: "127.0.0.1:0", gracePeriod: 50 });
    onTestFinished(() => server.shutdown());
    return Number(server.addresses[0]?.split(":").at(-1));
  },
  listen: async (services) => {
    const server = await listen(services, { host: "127.0.0.1", gracePeriod: 50 });
    onTestFinished(() => server.shutdown());
    return (server.address as AddressInfo).port;
  },
};

const requests = [
  ["half a request", "Send", Buffer.from([0, 0, 0])],
  ["half a request", "Expand", Buffer.from([0, 0, 0])],
  ["a request", "Send", Buffer.from([0, 0, 0, 0, 0])],
] as const;

for (const [name, start] of Object.entries(servers)) {
  for (const [what, method, sent] of requests) {
    it(`${what} of ${method} to ${name} is a call that interceptors see fail at its deadline`, async () => {
      const log = new FailureLog();
      const services = await loadServices(behaviourProto);
      services.add("behaviour.v1.Notes", { send: () => new Promise(() => {}) });
      services.use(log);
      const session = http2.connect(`http://127.0.0.1:${await start(services)}`);
      onTestFinished(() => session.destroy());
      const stream = session.request({
        ":method": "POST",
        ":path": `/behaviour.v1.Notes/${method}`,
        "content-type": "application/grpc",
        te: "trailers",
        "grpc-timeout": "50m",
      });
      stream.write(sent);
      const [headers] = await once(stream, "response");
      assert.equal(headers["grpc-status"], String(status.DEADLINE_EXCEEDED));
      await until(() => log.failures.length === 1);
      for (const { code, message } of log.failures) assert.deepEqual({ code, message }, late);
    });
  }
}
