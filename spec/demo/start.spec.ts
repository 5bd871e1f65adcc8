import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "express-grpc-transcoding";
import { afterAll, describe, it } from "vitest";
import { readEnvironment } from "../../demo/environment.js";
import { loadDemoServices } from "../../demo/load-demo-services.js";
import { type Demo, startDemo } from "../../demo/start.js";
import { startProgram } from "./demo-process.js";

const folder = mkdtempSync(join(tmpdir(), "demo-"));
const socket = join(folder, "demo.sock");

afterAll(() => rmSync(folder, { recursive: true }));

function start(log: (line: string) => void = () => {}): Promise<Demo> {
  return startDemo({ port: 0, grpcPort: 0, socket, log, greetingPause: async () => {} });
}

describe("startDemo", () => {
  it("listens on free ports and on a socket, and answers the page", async () => {
    const demo = await start();
    try {
      assert.match(demo.url, /^http:\/\/127\.0\.0\.1:\d+$/);
      assert.match(demo.grpcAddress, /^127\.0\.0\.1:\d+$/);
      assert.equal(demo.socketAddress, `unix:${socket}`);
      const page = await fetch(`${demo.url}/`);
      assert.match(
        page.headers.get("content-security-policy") ?? "",
        /^default-src 'self'; connect-src 'self' /,
      );
      assert.match(await page.text(), /<h1>Greeter and bookstore<\/h1>/);
    } finally {
      await demo.stop();
    }
  });

  it("serves the document of openapi/", async () => {
    const demo = await start();
    try {
      const document = await (await fetch(`${demo.url}/openapi.json`)).json();
      const file = new URL("../../openapi/demo.json", import.meta.url);
      assert.deepEqual(document, JSON.parse(readFileSync(file, "utf8")));
    } finally {
      await demo.stop();
    }
  });

  it("logs the same call by each of its ways", async () => {
    const lines: string[] = [];
    const demo = await start((line) => lines.push(line));
    const services = await loadDemoServices();
    try {
      await (await fetch(`${demo.url}/v1/greeter/world`)).text();
      for (const address of [demo.grpcAddress, demo.socketAddress]) {
        const greeter = createClient(services.definition("greet.v1.Greeter"), address);
        await greeter.sayHello({ name: "world" });
        greeter.close();
      }
    } finally {
      await demo.stop();
    }
    assert.deepEqual(
      lines.map((line) => line.replace(/\d+\.\d ms$/, "? ms")),
      [
        "GET /v1/greeter/world -> greet.v1.Greeter.SayHello 200 OK ? ms",
        "gRPC -> greet.v1.Greeter.SayHello OK ? ms",
        "gRPC -> greet.v1.Greeter.SayHello OK ? ms",
      ],
    );
  });

  it("logs a caller who leaves in the middle of a stream", async () => {
    const logged = new EventEmitter();
    const demo = await start((line) => logged.emit("line", line));
    try {
      const controller = new AbortController();
      const response = await fetch(`${demo.url}/v1/shelves/fiction/books:watch`, {
        signal: controller.signal,
      });
      await response.body?.getReader().read();
      controller.abort();
      const [line] = await once(logged, "line");
      assert.match(
        line,
        /^GET \/v1\/shelves\/fiction\/books:watch -> .+WatchBooks 200 CANCELLED \d+\.\d ms$/,
      );
    } finally {
      await demo.stop();
    }
  });

  it("ends watches when it stops, and tells them to watch again", async () => {
    const demo = await start();
    const response = await fetch(`${demo.url}/v1/shelves/science/books:watch`);
    await demo.stop();
    const lines = (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(lines.at(-1), {
      error: { code: 14, message: "the watch has ended: watch again", details: [] },
    });
  });

  it("stops as often as it is told to", async () => {
    const demo = await start();
    await Promise.all([demo.stop(), demo.stop()]);
    await demo.stop();
  });

  it("gives its port back when its socket cannot be had", async () => {
    const other = createServer().listen(socket);
    await once(other, "listening");
    try {
      await assert.rejects(start(), { message: /^another server listens on ".*demo\.sock"/ });
    } finally {
      other.close();
      await once(other, "close");
    }
    await (await start()).stop();
  });
});

describe("the demo as a program", () => {
  it("says what to do when its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    assert.ok(typeof address === "object" && address !== null);
    const program = startProgram("demo/server.ts", {
      PORT: String(address.port),
      GRPC_PORT: "0",
      SOCKET: socket,
    });
    try {
      assert.equal(await program.waitForExit(), 1);
    } finally {
      other.close();
    }
    assert.match(program.output(), /^the demo cannot start: .*EADDRINUSE.*:\d+$/m);
    assert.match(
      program.output(),
      /^PORT, GRPC_PORT and SOCKET choose other places: PORT=3001 npm run demo$/m,
    );
  });

  it("leaves a socket that can be taken over when it is killed", async () => {
    const environment = { PORT: "0", GRPC_PORT: "0", SOCKET: socket };
    const killed = startProgram("demo/server.ts", environment);
    await killed.waitFor(/one call over TCP\n.+\n/);
    killed.kill("SIGKILL");
    await killed.waitForExit();
    assert.ok(statSync(socket).isSocket());
    const demo = await start();
    await demo.stop();
    assert.throws(() => statSync(socket), { code: "ENOENT" });
  });
});

describe("the client of the demo", () => {
  it("says so when no server answers", async () => {
    const program = startProgram("demo/client.ts", { SOCKET: join(folder, "nobody.sock") });
    assert.equal(await program.waitForExit(), 1);
    assert.match(
      program.output(),
      /^cannot finish the tour: UNAVAILABLE: .*; is the demo running\? npm run demo$/m,
    );
  });
});

describe("readEnvironment", () => {
  it("has a default for everything", () => {
    assert.deepEqual(readEnvironment({}), {
      port: 3000,
      grpcPort: 50_051,
      socket: join(tmpdir(), "express-grpc-transcoding-demo.sock"),
    });
  });

  it("reads what is set", () => {
    assert.deepEqual(readEnvironment({ PORT: "8080", GRPC_PORT: "0", SOCKET: "/run/demo.sock" }), {
      port: 8080,
      grpcPort: 0,
      socket: "/run/demo.sock",
    });
  });

  for (const port of ["", "http", "-1", "65536", "1e3", "0x50", " 80"]) {
    it(`refuses the port "${port}"`, () => {
      assert.throws(() => readEnvironment({ PORT: port }), {
        message: `PORT is "${port}": it must be a port, 0 to 65535 (0 for any that is free)`,
      });
    });
  }
});
