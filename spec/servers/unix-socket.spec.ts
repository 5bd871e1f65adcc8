import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import http from "node:http";
import http2 from "node:http2";
import { connect, createServer } from "node:net";
import { join, relative } from "node:path";
import { describe, it, onTestFinished } from "vitest";
import { readSocketPath } from "../../lib/grpc/unix-socket.js";
import { listen, startGrpcServer } from "../../lib/index.js";
import { connectNotes, loadNotes, makeFolder, stopAfterwards } from "./notes.js";

/** Both servers keep the same promises; each is started at a path. */
const servers = {
  startGrpcServer: async (path: string, socketMode?: number) =>
    startGrpcServer(await loadNotes(), { address: `unix:${path}`, socketMode }),
  listen: async (path: string, socketMode?: number) => listen(await loadNotes(), { path, socketMode }),
};

async function send(target: string): Promise<unknown> {
  const { send } = connectNotes(await loadNotes(), target);
  return (await send({ text: "x" })).text;
}

/** A server in a process of its own, once it listens. */
async function startProcess(path: string): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "serve-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, path], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [message] = await once(child, "message");
  assert.equal(message, "listening");
  return child;
}

for (const [name, open] of Object.entries(servers)) {
  const start = async (path: string, socketMode?: number) => stopAfterwards(await open(path, socketMode));
  describe(`a Unix socket of ${name}`, () => {
    it("carries calls", async () => {
      const path = join(await makeFolder(), "notes.sock");
      await start(path);
      assert.equal(await send(`unix:${path}`), "sent x");
    });

    it("may be given by a relative path", async () => {
      const path = relative(process.cwd(), join(await makeFolder(), "notes.sock"));
      await start(path);
      assert.equal(await send(`unix:${path}`), "sent x");
    });

    it("is for the same user only, unless told otherwise", async () => {
      const folder = await makeFolder();
      await start(join(folder, "a.sock"));
      await start(join(folder, "b.sock"), 0o660);
      assert.equal((await lstat(join(folder, "a.sock"))).mode & 0o777, 0o600);
      assert.equal((await lstat(join(folder, "b.sock"))).mode & 0o777, 0o660);
      assert.deepEqual(await readdir(folder), ["a.sock", "b.sock"], "nothing else is left");
    });

    it("is removed on shutdown", async () => {
      const folder = await makeFolder();
      const server = await start(join(folder, "notes.sock"));
      await server.shutdown();
      assert.deepEqual(await readdir(folder), []);
    });

    it("is not removed on shutdown if it has become another server's", async () => {
      const path = join(await makeFolder(), "notes.sock");
      const server = await start(path);
      const { unlink } = await import("node:fs/promises");
      await unlink(path);
      await start(path);
      await server.shutdown();
      assert.equal(await send(`unix:${path}`), "sent x");
    });

    it("takes the place of one whose server was killed", async () => {
      const path = join(await makeFolder(), "notes.sock");
      const child = await startProcess(path);
      assert.equal(await send(`unix:${path}`), "sent x");
      child.kill("SIGKILL");
      await once(child, "exit");
      assert(existsSync(path));
      await start(path);
      assert.equal(await send(`unix:${path}`), "sent x");
    });

    it("does not take the place of one that a server listens on", async () => {
      const path = join(await makeFolder(), "notes.sock");
      await start(path);
      await assert.rejects(start(path), {
        message: `another server listens on "${path}": stop it or choose another path`,
      });
      assert.equal(await send(`unix:${path}`), "sent x");
    });

    it("does not take the place of one that a server listens on which is no gRPC server", async () => {
      const path = join(await makeFolder(), "notes.sock");
      const other = createServer().listen(path);
      await once(other, "listening");
      onTestFinished(() => {
        other.close();
      });
      await assert.rejects(start(path), /another server listens/);
    });

    it("that cannot be removed does not keep its server's connections", async () => {
      const folder = await makeFolder();
      await mkdir(join(folder, "run"));
      const path = join(folder, "run", "notes.sock");
      const server = await open(path);
      const session = http2.connect("http://notes", { createConnection: () => connect(path) });
      await once(session, "connect");
      await rename(join(folder, "run"), join(folder, "moved"));
      await writeFile(join(folder, "run"), "");
      const closed = once(session, "close");
      await assert.rejects(server.shutdown(), { code: "ENOTDIR" });
      await closed;
      await rm(join(folder, "run"));
    });

    it("leaves the files beside a stale one as they are", async () => {
      const folder = await makeFolder();
      const path = join(folder, "x.sock");
      const child = await startProcess(path);
      child.kill("SIGKILL");
      await once(child, "exit");
      await writeFile(join(folder, `.x.sock.${process.pid}`), "precious");
      await start(path);
      assert.equal(await send(`unix:${path}`), "sent x");
      assert.deepEqual(await readdir(folder), [`.x.sock.${process.pid}`, "x.sock"]);
    });

    it("leaves a file in its place as it is", async () => {
      const path = join(await makeFolder(), "notes.sock");
      await writeFile(path, "precious");
      await assert.rejects(start(path), /exists and is not a socket/);
      assert.equal(await readFile(path, "utf8"), "precious");
    });

    it("leaves folders and links in its place as they are", async () => {
      const folder = await makeFolder();
      await mkdir(join(folder, "folder"));
      await symlink("folder", join(folder, "link"));
      await assert.rejects(start(join(folder, "folder")), /exists and is not a socket/);
      await assert.rejects(start(join(folder, "link")), /exists and is not a socket/);
      assert.deepEqual(await readdir(folder), ["folder", "link"]);
    });

    it("needs a path that the system does not cut", async () => {
      const folder = await makeFolder();
      const longest = join(folder, "x".repeat(107 - Buffer.byteLength(folder) - 1));
      await start(longest);
      assert.equal(await send(`unix:${longest}`), "sent x");
      await assert.rejects(start(`${longest}x`), /is longer than 107 bytes: choose a shorter one/);
      assert.deepEqual((await readdir(folder)).length, 1);
    });

    it("needs a folder", async () => {
      const folder = join(await makeFolder(), "none");
      const path = join(folder, "notes.sock");
      await assert.rejects(start(path), {
        message: `cannot listen on unix:${path}: the folder "${folder}" does not exist (ENOENT)`,
      });
    });

    it("goes to one of two servers that start at once", async () => {
      const path = join(await makeFolder(), "notes.sock");
      const child = await startProcess(path);
      child.kill("SIGKILL");
      await once(child, "exit");
      const started = await Promise.allSettled([start(path), start(path), start(path)]);
      assert.equal(started.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal(await send(`unix:${path}`), "sent x");
    });
  });
}

describe("an abstract socket", { skip: process.platform !== "linux" }, () => {
  const name = `notes-${process.pid}`;

  it("needs no file", async () => {
    const services = await loadNotes();
    const { addresses } = stopAfterwards(
      await startGrpcServer(services, { address: `unix-abstract:${name}-1` }),
    );
    assert.deepEqual(addresses, [`unix-abstract:${name}-1`]);
    assert.equal(await send(`unix-abstract:${name}-1`), "sent x");
  });

  it("carries everything", async () => {
    stopAfterwards(await listen(await loadNotes(), { path: `unix-abstract:${name}-2` }));
    assert.equal(await send(`unix-abstract:${name}-2`), "sent x");
  });

  it("is one server's", async () => {
    const address = `unix-abstract:${name}-3`;
    stopAfterwards(await startGrpcServer(await loadNotes(), { address }));
    await assert.rejects(
      startGrpcServer(await loadNotes(), { address }),
      /cannot listen on unix-abstract:.*EADDRINUSE/,
    );
  });
});

describe("a socket of listen", () => {
  it("carries REST beside gRPC", async () => {
    const path = join(await makeFolder(), "notes.sock");
    const { address } = stopAfterwards(await listen(await loadNotes(), { path }));
    assert.equal(address, path);
    const req = http
      .request({ socketPath: path, path: "/v1/notes:send", method: "POST" })
      .end('{"text":"y"}');
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    assert.deepEqual(JSON.parse(String((await res.toArray())[0])), { text: "sent y", count: 0 });
    assert.equal(await send(`unix:${path}`), "sent x");
  });
});

describe("a Unix socket address", () => {
  const addresses = [
    { address: "unix:/tmp/a.sock", path: "/tmp/a.sock" },
    { address: "unix:///tmp/a.sock", path: "/tmp/a.sock" },
    { address: "unix:a.sock", path: join(process.cwd(), "a.sock") },
    { address: "unix:./b/../a.sock", path: join(process.cwd(), "a.sock") },
    { address: "unix-abstract:a", path: "\0a" },
    { address: "unix:\0a", path: "\0a" },
    { address: "localhost:1", path: undefined },
    { address: "dns:///unix:1", path: undefined },
  ];
  for (const { address, path } of addresses) {
    it(`${JSON.stringify(address)} is ${JSON.stringify(path)}`, () =>
      assert.equal(readSocketPath(address), path));
  }
});
