import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { unlink } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it, onTestFinished } from "vitest";
import { createTranscoder, loadServices, status } from "../../lib/index.js";
import { behaviourProto } from "../behaviour/each-protocol.js";
import { serve } from "../server/hosts.js";
import { makeFolder } from "../servers/notes.js";

/** A gRPC server in a process of its own, once it listens at the path. */
async function startProcess(path: string): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "../servers/serve-process.ts");
  const child = fork(script, [path], { execArgv: ["--import", "tsx"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  assert.deepEqual(await once(child, "message"), ["listening", undefined]);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** The URL of a gateway to what listens at the path. */
async function startGateway(path: string): Promise<string> {
  const services = await loadServices(behaviourProto);
  services.addRemote("behaviour.v1.Notes", `unix:${path}`, {
    channelOptions: { "grpc.initial_reconnect_backoff_ms": 20, "grpc.min_reconnect_backoff_ms": 20 },
  });
  const { url, close } = await serve(createTranscoder(services));
  onTestFinished(async () => {
    services.close();
    await close();
  });
  return url;
}

async function send(url: string): Promise<{ httpStatus: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/v1/notes:send`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"text":"x"}',
  });
  return { httpStatus: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Call until the connection is up again. It is UNAVAILABLE until then, and nothing else. */
async function sendUntilAnswered(url: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { httpStatus, body } = await send(url);
    if (httpStatus === 200) return body;
    assert.deepEqual([httpStatus, body.code], [503, status.UNAVAILABLE]);
  }
}

describe("a remote server at a Unix socket", () => {
  it("that is killed in mid-conversation ends it with UNAVAILABLE, and is used again when it is back", async () => {
    const path = join(await makeFolder(), "notes.sock");
    const child = await startProcess(path);
    const url = await startGateway(path);
    const req = http.request(`${url}/v1/notes:chat`, { method: "POST" });
    req.write('{"text":"a"}\n');
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    const lines = createInterface(res)[Symbol.asyncIterator]();
    assert.equal(JSON.parse((await lines.next()).value as string).text, "heard a");

    await kill(child);
    assert.equal(JSON.parse((await lines.next()).value as string).error.code, status.UNAVAILABLE);
    assert.equal((await lines.next()).done, true);
    req.destroy();
    assert.equal((await send(url)).httpStatus, 503);

    await startProcess(path);
    assert.equal((await sendUntilAnswered(url)).text, "sent x");
  });

  it("whose file vanishes goes on over the connection that is there, and is named when that is gone", async () => {
    const path = join(await makeFolder(), "notes.sock");
    const child = await startProcess(path);
    const url = await startGateway(path);
    assert.equal((await send(url)).httpStatus, 200);

    await unlink(path);
    assert.deepEqual(await send(url), { httpStatus: 200, body: { text: "sent x", count: 0 } });

    await kill(child);
    let answer = await send(url);
    // The first call may have been on its way over the connection that breaks.
    while (!/^cannot reach/.test(answer.body.message as string)) {
      assert.equal(answer.httpStatus, 503);
      answer = await send(url);
    }
    assert.equal(answer.httpStatus, 503);
    assert.equal(answer.body.message, `cannot reach unix:${path}: connect ENOENT ${path}`);

    await startProcess(path);
    assert.equal((await sendUntilAnswered(url)).text, "sent x");
  });
});
