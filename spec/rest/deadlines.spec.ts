import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { beforeEach, describe, it, onTestFinished, vi } from "vitest";
import {
  Interceptor,
  type Message,
  type RpcError,
  type ServerCall,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { useEcho } from "./echo-server.js";
import { answerOf, begin } from "./http-client.js";

/** Settles when the call is over, with what the handler has seen of it. */
function watch() {
  let tell = (_: { reason: RpcError; cancelled: boolean }) => {};
  const told = new Promise<{ reason: RpcError; cancelled: boolean }>((resolve) => {
    tell = resolve;
  });
  const onAbort = (call: { signal: AbortSignal; cancelled: boolean }) =>
    call.signal.addEventListener("abort", () =>
      tell({ reason: call.signal.reason, cancelled: call.cancelled }),
    );
  return { told, onAbort };
}

const never = new Promise<never>(() => {});

describe("a deadline", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  for (const { header, value, milliseconds } of [
    { header: "grpc-timeout", value: "5S", milliseconds: 5000 },
    { header: "grpc-timeout", value: "250m", milliseconds: 250 },
    { header: "grpc-timeout", value: "2M", milliseconds: 120_000 },
    { header: "grpc-timeout", value: "1H", milliseconds: 3_600_000 },
    { header: "grpc-timeout", value: "2000000u", milliseconds: 2000 },
    { header: "grpc-timeout", value: "99999999n", milliseconds: 100 },
    { header: "grpc-timeout", value: "99999999H", milliseconds: 99999999 * 3_600_000 },
    { header: "x-server-timeout", value: "5", milliseconds: 5000 },
    { header: "x-server-timeout", value: "1.5", milliseconds: 1500 },
    { header: "x-server-timeout", value: ".5", milliseconds: 500 },
    { header: "x-server-timeout", value: "999999999", milliseconds: 999_999_999_000 },
  ]) {
    it(`is asked for by ${header}: ${value}`, async () => {
      let deadline = 0;
      echo().handlers.GetPath = async (call) => {
        deadline = call.getDeadline();
        return {};
      };
      const start = Date.now();
      assert.equal((await echo().get("/v1/path/a", { [header]: value })).status, 200);
      assert(
        deadline >= start + milliseconds - 1 && deadline <= Date.now() + milliseconds,
        String(deadline - start),
      );
    });
  }

  it("is of gRPC's header where there are both", async () => {
    let deadline = 0;
    echo().handlers.GetPath = async (call) => {
      deadline = call.getDeadline();
      return {};
    };
    await echo().get("/v1/path/a", { "grpc-timeout": "1H", "x-server-timeout": "1" });
    assert(deadline > Date.now() + 3_000_000);
  });

  it("is none where none is asked for", async () => {
    echo().handlers.GetPath = async (call) => ({ double: call.getDeadline() });
    assert.deepEqual((await echo().get("/v1/path/a")).json, { double: "Infinity" });
  });

  for (const { header, value } of [
    { header: "grpc-timeout", value: "5" },
    { header: "grpc-timeout", value: "S" },
    { header: "grpc-timeout", value: "-5S" },
    { header: "grpc-timeout", value: "5s" },
    { header: "grpc-timeout", value: "123456789S" },
    { header: "grpc-timeout", value: "1.5S" },
    { header: "x-server-timeout", value: "-1" },
    { header: "x-server-timeout", value: "soon" },
    { header: "x-server-timeout", value: "1e3" },
    { header: "x-server-timeout", value: "." },
    { header: "x-server-timeout", value: "9".repeat(500) },
  ]) {
    it(`is refused when it cannot be read: ${header}: ${value.slice(0, 12)}`, async () => {
      const answer = await echo().get("/v1/path/a", { [header]: value });
      assert.equal(answer.status, 400);
      assert.equal(answer.json.details[0].fieldViolations[0].field, header);
      assert(answer.json.message.length < 200);
      assert.equal(echo().requests.length, 0);
    });
  }

  it("that passes is 504, whatever the handler does, and cancels it", async () => {
    const { told, onAbort } = watch();
    echo().handlers.GetPath = (call) => {
      onAbort(call);
      return never;
    };
    const answer = await echo().get("/v1/path/a", { "grpc-timeout": "5m" });
    assert.equal(answer.status, 504);
    assert.deepEqual(answer.json, { code: 4, message: "the deadline was exceeded", details: [] });
    const { reason, cancelled } = await told;
    assert.equal(reason.code, status.DEADLINE_EXCEEDED);
    assert.equal(cancelled, true);
  });

  it("that has passed before the handler begins is 504, too", async () => {
    for (const timeout of ["0n", "0S"]) {
      const answer = await echo().get("/v1/path/a", { "grpc-timeout": timeout });
      assert.equal(answer.status, 504);
      assert.equal((await echo().get("/v1/watch/a", { "grpc-timeout": timeout })).status, 504);
      assert.equal((await echo().post("/v1/collect/a", "{}", { "grpc-timeout": timeout })).status, 504);
    }
    assert.equal(echo().requests.length, 0);
  });

  it("holds for a body that does not come", async () => {
    const request = begin(echo().port, {
      httpMethod: "POST",
      path: "/v1/whole",
      headers: { "transfer-encoding": "chunked", "grpc-timeout": "5m" },
    });
    const answered = answerOf(request);
    request.write('{"text":');
    const { response } = await answered;
    assert.equal(response.statusCode, 504);
    assert.equal(echo().requests.length, 0);
    request.destroy();
  });

  it("before the first message of a stream is 504", async () => {
    const { told, onAbort } = watch();
    echo().handlers.Watch = async function* (call) {
      onAbort(call);
      await never;
      yield {};
    };
    const answer = await echo().get("/v1/watch/a", { "grpc-timeout": "5m" });
    assert.equal(answer.status, 504);
    assert.equal((await told).reason.code, status.DEADLINE_EXCEEDED);
  });

  it("after the first message of a stream is its last item", async () => {
    echo().handlers.Watch = async function* () {
      yield { text: "a" };
      await never;
    };
    const answer = await echo().get("/v1/watch/a", { "x-server-timeout": "0.02" });
    assert.equal(answer.status, 200);
    assert.equal(
      answer.text,
      '{"text":"a"}\n{"error":{"code":4,"message":"the deadline was exceeded","details":[]}}\n',
    );
    assert.equal(answer.trailers["grpc-status"], "4");
  });

  it("cuts a download off", async () => {
    echo().handlers.Download = async function* () {
      yield { data: Buffer.from("a") };
      await never;
    };
    const { response } = await echo().open({
      path: "/v1/streams/files/a",
      headers: { "grpc-timeout": "20m" },
    });
    await assert.rejects(async () => {
      for await (const _ of response);
    });
  });

  it("does nothing to a call that has been answered", async () => {
    let signal: AbortSignal | undefined;
    echo().handlers.GetPath = async (call) => {
      signal = call.signal;
      return {};
    };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    await echo().get("/v1/path/a", { "grpc-timeout": "30S" });
    assert.equal(vi.getTimerCount(), 0);
    assert.equal(signal?.aborted, false);
  });
});

describe("defaultTimeout and maxTimeout", () => {
  const echo = useEcho({ options: { defaultTimeout: 60_000, maxTimeout: 100_000 } });

  for (const { asked, milliseconds } of [
    { asked: undefined, milliseconds: 60_000 },
    { asked: "10S", milliseconds: 10_000 },
    { asked: "99S", milliseconds: 99_000 },
    { asked: "5M", milliseconds: 100_000 },
    { asked: "99999999H", milliseconds: 100_000 },
  ]) {
    it(`give ${milliseconds} ms to a client that asks for ${asked ?? "nothing"}`, async () => {
      let deadline = 0;
      echo().handlers.GetPath = async (call) => {
        deadline = call.getDeadline();
        return {};
      };
      const start = Date.now();
      await echo().get("/v1/path/a", asked === undefined ? {} : { "grpc-timeout": asked });
      assert(deadline >= start + milliseconds && deadline <= Date.now() + milliseconds);
    });
  }
});

describe("maxTimeout", () => {
  const echo = useEcho({ options: { maxTimeout: 5 } });

  it("bounds a call whose client asks for no timeout", async () => {
    echo().handlers.GetPath = () => never;
    assert.equal((await echo().get("/v1/path/a")).status, 504);
  });
});

/** Notes every call and how it ends. */
class Log extends Interceptor {
  readonly lines: string[] = [];
  readonly events = new EventEmitter();
  override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
    try {
      return await next(request, call);
    } catch (error) {
      this.lines.push(`${call.method.name} ${(error as RpcError).code}`);
      this.events.emit("line");
      throw error;
    }
  }
  override async *serverStreamingServerHandler(
    request: Message,
    call: ServerCall,
    next: Parameters<Interceptor["serverStreamingServerHandler"]>[2],
  ) {
    try {
      yield* next(request, call);
    } catch (error) {
      this.lines.push(`${call.method.name} ${(error as RpcError).code}`);
      this.events.emit("line");
      throw error;
    }
  }
}

/** Ignores the cancellation of its call. */
class Deaf extends Interceptor {
  override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
    await next(request, call).catch(() => {});
    return never;
  }
}

describe("interceptors", () => {
  const log = new Log();
  const echo = useEcho({ prepare: (services) => services.use(log) });
  beforeEach(() => {
    echo().reset();
    log.lines.length = 0;
  });

  for (const { what, path, headers, line } of [
    { what: "cannot be read", path: "/v1/query?int32=x", headers: {}, line: "Query 3" },
    {
      what: "has a timeout that cannot be read",
      path: "/v1/path/a",
      headers: { "grpc-timeout": "x" },
      line: "GetPath 3",
    },
    {
      what: "has metadata that cannot be read",
      path: "/v1/path/a",
      headers: { "x-bin": "!" },
      line: "GetPath 3",
    },
    { what: "is late", path: "/v1/path/a", headers: { "grpc-timeout": "0S" }, line: "GetPath 4" },
    {
      what: "asks for a stream and cannot be read",
      path: "/v1/watch/a?int32=x",
      headers: {},
      line: "Watch 3",
    },
    {
      what: "asks for a stream and is late",
      path: "/v1/watch/a",
      headers: { "grpc-timeout": "0S" },
      line: "Watch 4",
    },
  ]) {
    it(`see the failure of a request that ${what}`, async () => {
      await echo().get(path, headers);
      assert.deepEqual(log.lines, [line]);
    });
  }
});

describe("a client that leaves before its body is complete", () => {
  const log = new Log();
  const echo = useEcho({ prepare: (services) => services.use(log) });

  it("keeps the handler from being called, and interceptors see it leave", async () => {
    const request = begin(echo().port, {
      httpMethod: "POST",
      path: "/v1/whole",
      headers: { "transfer-encoding": "chunked", expect: "100-continue" },
    });
    request.flushHeaders();
    await once(request, "continue");
    const logged = once(log.events, "line");
    request.write("{");
    request.destroy();
    await logged;
    assert.deepEqual(log.lines, ["Whole 1"]);
    assert.equal(echo().requests.length, 0);
    assert.deepEqual(echo().faults, []);
  });
});

describe("an interceptor that never answers", () => {
  const echo = useEcho({ prepare: (services) => services.use(new Deaf()) });

  it("does not hold up the deadline", async () => {
    assert.equal((await echo().get("/v1/path/a", { "grpc-timeout": "5m" })).status, 504);
    assert.equal((await echo().get("/v1/path/a", { "grpc-timeout": "0m" })).status, 504);
  });
});

describe("an interceptor that never answers a request that cannot be read", () => {
  const echo = useEcho({ options: { maxTimeout: 20 }, prepare: (services) => services.use(new Deaf()) });

  for (const headers of [{ "grpc-timeout": "soon" }, { "trace-bin": "***" }]) {
    it(`does not hold up the deadline: ${JSON.stringify(headers)}`, async () => {
      assert.equal((await echo().get("/v1/path/a", headers)).status, 504);
    });
  }
});

describe("a client that leaves", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("cancels its call, by signal, event and flag", async () => {
    const { told, onAbort } = watch();
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let heard: Promise<unknown[]> | undefined;
    echo().handlers.GetPath = (call) => {
      heard = once(call as unknown as NodeJS.EventEmitter, "cancelled");
      onAbort(call);
      begun();
      return never;
    };
    const request = begin(echo().port, { path: "/v1/path/a" });
    request.end();
    await hasBegun;
    request.destroy();
    const { reason, cancelled } = await told;
    assert.equal(reason.code, status.CANCELLED);
    assert.equal(cancelled, true);
    assert.deepEqual(await heard, ["cancelled"]);
    assert.deepEqual(echo().faults, []);
  });
});
