import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createClient, status } from "express-grpc-transcoding";
import supertest from "supertest";
import { afterAll, beforeAll, describe, it } from "vitest";
import { loadDemoServices } from "../../demo/load-demo-services.js";
import { type Demo, startDemo } from "../../demo/start.js";

interface HelloReply {
  readonly message: string;
}

interface GreeterClient {
  sayHello(request: { name: string }): Promise<HelloReply>;
  sayHellos(request: { name: string; count?: number }): AsyncIterable<HelloReply>;
}

describe("the greeter", () => {
  const folder = mkdtempSync(join(tmpdir(), "greeter-"));
  const log = new EventEmitter();
  let demo: Demo;
  let client: GreeterClient & { close(): void };

  beforeAll(async () => {
    demo = await startDemo({
      port: 0,
      grpcPort: 0,
      socket: join(folder, "demo.sock"),
      log: (line) => log.emit("line", line),
      greetingPause: (signal) => setTimeout(1, undefined, { signal }),
    });
    const services = await loadDemoServices();
    client = createClient<GreeterClient>(services.definition("greet.v1.Greeter"), demo.socketAddress);
  });

  afterAll(async () => {
    client.close();
    await demo.stop();
    rmSync(folder, { recursive: true });
  });

  async function sayHellos(count: number | undefined): Promise<string[]> {
    const messages: string[] = [];
    const request = count === undefined ? { name: "Ada" } : { name: "Ada", count };
    for await (const { message } of client.sayHellos(request)) messages.push(message);
    return messages;
  }

  it("greets by name, from a path and from a body", async () => {
    const reply = { message: "Hello Ada Lovelace" };
    assert.deepEqual((await supertest(demo.url).get("/v1/greeter/Ada%20Lovelace")).body, reply);
    assert.deepEqual(
      (await supertest(demo.url).post("/v1/greeter").send({ name: "Ada Lovelace" })).body,
      reply,
    );
    assert.deepEqual(await client.sayHello({ name: "Ada Lovelace" }), reply);
  });

  for (const { count, expected } of [
    { count: undefined, expected: 3 },
    { count: 0, expected: 3 },
    { count: 1, expected: 1 },
    { count: 100, expected: 100 },
  ]) {
    it(`greets ${expected} times when asked for ${count}`, async () => {
      const messages = await sayHellos(count);
      assert.equal(messages.length, expected);
      assert.equal(messages.at(-1), `Hello Ada ${expected}`);
    });
  }

  for (const count of [-1, 101]) {
    it(`does not greet ${count} times`, async () => {
      await assert.rejects(sayHellos(count), {
        code: status.INVALID_ARGUMENT,
        message: "count must be 0 to 100",
      });
      const { status: httpStatus, body } = await supertest(demo.url).get(
        `/v1/greeter/Ada/hellos?count=${count}`,
      );
      assert.deepEqual([httpStatus, body.message], [400, "count must be 0 to 100"]);
    });
  }

  it("stops when the caller leaves", async () => {
    const logged = once(log, "line");
    for await (const { message } of client.sayHellos({ name: "Ada", count: 100 })) {
      assert.equal(message, "Hello Ada 1");
      break;
    }
    const [line] = await logged;
    assert.match(line, /^gRPC -> greet\.v1\.Greeter\.SayHellos CANCELLED /);
  });
});
