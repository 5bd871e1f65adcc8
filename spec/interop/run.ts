import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { loadServices } from "../../lib/index.js";
import { describeFiles } from "../../lib/schema/describe-files.js";
import { behaviourProto } from "../behaviour/each-protocol.js";

// npm run interop
//
// The gateway of the command line in front of servers in other languages: grpc-go, which describes itself, and gRPC's
// C library by Python, whose protos are given. What is not installed is skipped, and said so.

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "interop-"));
const children: ChildProcess[] = [];

interface Backend {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where the gateway gets the services from. */
  readonly source: readonly string[];
}

/** Start a program, and wait for a line that it prints. */
async function start(command: string, args: readonly string[], pattern: RegExp): Promise<string> {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    const match = pattern.exec(line);
    if (match !== null) return match[1] as string;
  }
  throw new Error(`${command} ended without printing ${pattern}`);
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function buildGoServer(): Promise<Backend | string> {
  const program = join(folder, "server");
  const { error, status, stderr } = spawnSync("go", ["build", "-o", program, "."], {
    cwd: join(import.meta.dirname, "go"),
  });
  if (error !== undefined) return "Go is not installed: see https://go.dev/dl";
  if (status !== 0) return `go could not build the server: ${stderr}`;
  const { schema } = await loadServices(behaviourProto);
  const file = describeFiles(schema).map(({ bytes }) => fromBinary(FileDescriptorProtoSchema, bytes));
  const set = join(folder, "set.binpb");
  writeFileSync(
    set,
    toBinary(FileDescriptorSetSchema, { $typeName: "google.protobuf.FileDescriptorSet", file }),
  );
  return { title: "grpc-go", command: program, args: [set, "127.0.0.1:0"], source: ["--reflect"] };
}

function findPython(): Backend | string {
  const python = ["/usr/bin/python3", "python3"].find(
    (command) => spawnSync(command, ["-c", "import grpc"]).status === 0,
  );
  if (python === undefined)
    return "gRPC for Python is not installed: python3-grpcio of Debian, or pip install grpcio";
  const script = join(import.meta.dirname, "server.py");
  return {
    title: "gRPC's C library",
    command: python,
    args: [script, "127.0.0.1:0"],
    source: [behaviourProto],
  };
}

const checks: Readonly<Record<string, (url: string) => Promise<void>>> = {
  async "calls of all four kinds"(url) {
    const note = { text: "a note, ü", count: 3 };
    for (const method of ["send", "collect", "expand", "chat"]) {
      const response = await post(`${url}/v1/notes:${method}`, note);
      assert.equal(response.status, 200, method);
      assert.deepEqual(JSON.parse(await response.text()), note, method);
    }
  },
  async "messages as they come, both ways"(url) {
    const req = http.request(`${url}/v1/notes:chat`, { method: "POST" });
    req.write('{"text":"1"}\n');
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    const lines = createInterface(res)[Symbol.asyncIterator]();
    for (const text of ["1", "2", "3"]) {
      assert.equal(JSON.parse((await lines.next()).value as string).text, text);
      if (text < "3") req.write(`{"text":"${Number(text) + 1}"}\n`);
    }
    req.end();
    assert.equal((await lines.next()).done, true);
  },
  async "a message of 2 MB"(url) {
    const text = "x".repeat(2_000_000);
    assert.equal(
      ((await (await post(`${url}/v1/notes:send`, { text })).json()) as { text: string }).text,
      text,
    );
  },
  async "metadata both ways"(url) {
    const response = await post(`${url}/v1/notes:send`, {}, { "x-sent": "a, b" });
    assert.equal(response.headers.get("x-seen"), "a, b");
  },
  async "errors with details and text outside ASCII"(url) {
    for (const method of ["send", "collect", "expand", "chat"]) {
      const response = await post(`${url}/v1/notes:${method}`, { text: "nothing" });
      assert.equal(response.status, 404, method);
      assert.deepEqual(JSON.parse(await response.text()), {
        code: 5,
        message: "nichts da: ü",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            fieldViolations: [{ field: "text", description: "names nothing" }],
          },
        ],
      });
    }
  },
  async "the deadline"(url) {
    const response = await post(`${url}/v1/notes:send`, { text: "late" }, { "x-server-timeout": "0.2" });
    assert.equal(response.status, 504);
  },
};

function post(url: string, note: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify(note),
    headers: { "content-type": "application/json", ...headers },
  });
}

async function tryBackend({ title, command, args, source }: Backend): Promise<void> {
  const target = await start(command, args, /^(127\.0\.0\.1:\d+)$/);
  const backend = children.at(-1);
  const cli = ["--import", "tsx", "lib/cli/main.ts", "serve", ...source, "--target", target, "--port", "0"];
  const url = await start(process.execPath, cli, /^listening on (\S+), for /);
  for (const [name, check] of Object.entries(checks)) {
    await check(url);
    console.log(`${title}: ${name}`);
  }
  await stop(backend);
  assert.equal((await post(`${url}/v1/notes:send`, {})).status, 503);
  console.log(`${title}: 503 when it is gone`);
}

try {
  for (const backend of [await buildGoServer(), findPython()]) {
    if (typeof backend === "string") console.log(`skipped: ${backend}`);
    else await tryBackend(backend);
  }
} finally {
  await Promise.all(children.map(stop));
  rmSync(folder, { recursive: true });
}
