import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { flag, frameType, openRawHttp2, printFrame, printRequest } from "./raw-http2.js";

/** glibc looks after each piece of memory, and ends a process that writes to what is free. */
const guard = { LD_PRELOAD: "libc_malloc_debug.so.0", MALLOC_CHECK_: "3", MALLOC_PERTURB_: "165" };
const hasGlibc = "glibcVersionRuntime" in (process.report.getReport() as { header: object }).header;

describe("a server whose clients say farewell and ask in one piece", () => {
  const script = join(import.meta.dirname, "echo-process.ts");
  let server: ChildProcess;
  let port: number;

  beforeEach(async () => {
    const env = { ...process.env, ...(hasGlibc ? guard : {}) };
    server = fork(script, { execArgv: ["--import", "tsx"], env });
    [port] = (await once(server, "message")) as [number];
  });

  afterEach(() => server.kill());

  it("writes to no memory that is free", async () => {
    const request = (stream: number) => printRequest(stream, { ":path": "/v1/path/late" });
    // The last stream of the server's that the client has seen, and an error code.
    const payload = Buffer.alloc(8);
    const farewell = printFrame({ type: frameType.goaway, flags: flag.none, stream: 0, payload });
    const piece = Buffer.concat([farewell, request(1), request(3), request(5)]);
    for (let i = 0; i < 20; i++) {
      const client = await openRawHttp2(port);
      await client.frame(({ type, flags }) => type === frameType.settings && flags === flag.ack);
      await client.write(piece);
      await client.frame(({ type }) => type === frameType.goaway);
      client.socket.destroy();
    }
    const { status } = await fetch(`http://127.0.0.1:${port}/v1/path/alive`);
    assert.equal(status, 200);
  });
});
