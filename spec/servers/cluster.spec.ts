import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it, onTestFinished } from "vitest";
import { createClient } from "../../lib/index.js";
import { loadNotes, makeFolder } from "./notes.js";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

describe("a cluster of two workers", () => {
  it("shares a port and a Unix socket, and leaves nothing behind", { timeout: 120_000 }, async () => {
    const port = await freePort();
    const path = join(await makeFolder(), "notes.sock");
    const primary = spawn(
      process.execPath,
      ["--import", "tsx", join(import.meta.dirname, "cluster-primary.ts"), String(port), path],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    onTestFinished(() => {
      primary.kill("SIGKILL");
    });
    const [first] = await once(primary, "message");
    const [second] = await once(primary, "message");
    assert.notEqual(first.pid, second.pid);
    assert.equal(first.address.port, port);

    const services = await loadNotes();
    // Connections are dealt out, so each call has one of its own.
    const ask = async (target: string): Promise<string> => {
      using client = createClient(services.definition("behaviour.v1.Notes"), target, {
        channelOptions: { "grpc.use_local_subchannel_pool": 1 },
      });
      return (await client.send({})).text;
    };
    const both = [`worker ${first.pid}`, `worker ${second.pid}`].sort();
    for (const target of [`127.0.0.1:${port}`, `unix:${path}`]) {
      const answers = new Set<string>();
      while (answers.size < 2) answers.add(await ask(target));
      assert.deepEqual([...answers].sort(), both, target);
    }

    // As in a rolling restart.
    primary.send("stop one");
    assert.deepEqual(await once(primary, "message"), ["stopped one", undefined]);
    assert.match(await ask(`unix:${path}`), /^worker /);
    primary.send("fork");
    const [third] = await once(primary, "message");
    assert.equal(third.address.port, port);
    assert.match(await ask(`unix:${path}`), /^worker /);
    primary.send("stop");
    const [code] = await once(primary, "exit");
    assert.equal(code, 0);
    assert(!existsSync(path));
  });
});
