import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import http2 from "node:http2";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { Client, credentials, ServerCredentials } from "@grpc/grpc-js";
import { describe, it, onTestFinished } from "vitest";
import { startGrpcServer, status } from "../../lib/index.js";
import { connectNotes, loadNotes, makeFolder, notes, readTls, stopAfterwards, toArray } from "./notes.js";

const start = async (
  options: Partial<Parameters<typeof startGrpcServer>[1]> = {},
  implementation: object = notes,
) => {
  const services = await loadNotes(implementation);
  const server = stopAfterwards(await startGrpcServer(services, { address: "127.0.0.1:0", ...options }));
  return { services, server, address: server.addresses[0] as string };
};

/** A port that somebody else listens on. */
async function takePort(): Promise<number> {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => {
    other.close();
  });
  return (other.address() as { port: number }).port;
}

function isRefused(address: string): Promise<boolean> {
  const [host, port] = address.split(":") as [string, string];
  return new Promise((resolve) => {
    const socket = connect(Number(port), host)
      .once("connect", () => {
        socket.destroy();
        resolve(false);
      })
      .once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"));
  });
}

describe("startGrpcServer", () => {
  it("listens on several addresses at once", async () => {
    const path = join(await makeFolder(), "notes.sock");
    const { server, services } = await start({ address: ["127.0.0.1:0", "localhost:0", `unix:${path}`] });
    assert.equal(server.addresses.length, 3);
    for (const address of server.addresses) {
      assert.equal((await connectNotes(services, address).send({ text: "x" })).text, "sent x");
    }
  });

  it("gives addresses that can be dialled", async () => {
    const { server, services } = await start({ address: ["0.0.0.0:0", "dns:///localhost:0"] });
    assert.match(server.addresses[0] as string, /^127\.0\.0\.1:\d+$/);
    assert.match(server.addresses[1] as string, /^localhost:\d+$/);
    for (const address of server.addresses) {
      assert.equal((await connectNotes(services, address).send({ text: "x" })).text, "sent x");
    }
  });

  it("releases every address when one of them is taken", async () => {
    const taken = await takePort();
    const free = await takeFreePort();
    const path = join(await makeFolder(), "notes.sock");
    await assert.rejects(
      start({ address: [`127.0.0.1:${free}`, `unix:${path}`, `127.0.0.1:${taken}`] }),
      new RegExp(`^Error: cannot listen on 127\\.0\\.0\\.1:${taken}: `),
    );
    assert(await isRefused(`127.0.0.1:${free}`));
    assert(!existsSync(path));
  });

  for (const address of ["127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:NaN", "::1:0"]) {
    it(`refuses the address ${address}`, async () => {
      await assert.rejects(start({ address }), {
        name: "ConfigError",
        message: `cannot listen on "${address}": write "host:port", "[::1]:port" or "unix:path", with a port from 0 to 65535`,
      });
    });
  }

  it("is stopped by await using", async () => {
    let address = "";
    {
      await using server = await startGrpcServer(await loadNotes(), { address: "127.0.0.1:0" });
      address = server.addresses[0] as string;
      assert(!(await isRefused(address)));
    }
    assert(await isRefused(address));
  });

  it("may be shut down twice", async () => {
    const { server } = await start();
    await Promise.all([server.shutdown(), server.shutdown()]);
    await server.shutdown();
  });

  it("lets calls end that are in flight at its shutdown, and takes no others", async () => {
    let finish = () => {};
    const entered = new Promise<void>((enter) => {
      finish = enter;
    });
    let answer = (_: object) => {};
    const { server, services, address } = await start(
      {},
      {
        send: () =>
          new Promise((resolve) => {
            answer = resolve;
            finish();
          }),
      },
    );
    const { send } = connectNotes(services, address);
    const first = send({ text: "x" });
    await entered;
    const stopping = server.shutdown();
    await assert.rejects(connectNotes(services, address).send({ text: "y" }), { code: status.UNAVAILABLE });
    answer({ text: "in time" });
    assert.equal((await first).text, "in time");
    await stopping;
  });

  it("cancels what is left after the grace period", async () => {
    let cancelled = () => {};
    const isCancelled = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const { server, services, address } = await start(
      { gracePeriod: 50 },
      {
        async *expand(call: { signal: AbortSignal }) {
          call.signal.addEventListener("abort", cancelled);
          yield { text: "first" };
          await new Promise(() => {});
        },
      },
    );
    const replies = connectNotes(services, address).expand({ text: "x" })[Symbol.asyncIterator]();
    await replies.next();
    const failed = assert.rejects(replies.next());
    await server.shutdown();
    await failed;
    await isCancelled;
  });

  it("does not wait longer for a client that says nothing and does not leave", async () => {
    const { server, address } = await start({ gracePeriod: 50 });
    const [host, port] = address.split(":") as [string, string];
    const silent = connect({ host, port: Number(port), allowHalfOpen: true });
    await once(silent, "connect");
    await server.shutdown();
    silent.destroy();
  });

  it("does not leave a TLS handshake open that has not come to its end", async () => {
    const { server, address } = await start({
      credentials: ServerCredentials.createSsl(null, [
        { private_key: readTls("server.key"), cert_chain: readTls("server.pem") },
      ]),
    });
    const [host, port] = address.split(":") as [string, string];
    const silent = connect({ host, port: Number(port) });
    await once(silent, "connect");
    const closed = once(silent.resume(), "close");
    await server.shutdown();
    await closed;
  });

  it("speaks TLS, and knows who the client is", async () => {
    const seen: unknown[] = [];
    const serverCredentials = ServerCredentials.createSsl(
      readTls("ca.pem"),
      [{ private_key: readTls("server.key"), cert_chain: readTls("server.pem") }],
      true,
    );
    const { services, address } = await start(
      { credentials: serverCredentials },
      {
        async send(call: { getAuthContext(): { sslPeerCertificate?: { subject: { CN: string } } } }) {
          seen.push(call.getAuthContext().sslPeerCertificate?.subject.CN);
          return {};
        },
      },
    );
    const withClientKey = credentials.createSsl(
      readTls("ca.pem"),
      readTls("client.key"),
      readTls("client.pem"),
    );
    await connectNotes(services, address, { credentials: withClientKey }).send({});
    assert.deepEqual(seen, ["spec client"]);
    const withoutKey = credentials.createSsl(readTls("ca.pem"));
    await assert.rejects(connectNotes(services, address, { credentials: withoutKey }).send({}), {
      code: status.UNAVAILABLE,
    });
    assert.equal(seen.length, 1);
  });

  it("leaves calls of other services to the handlers of its grpc-js server", async () => {
    const { server, address } = await start();
    const same = (bytes: Buffer) => bytes;
    const path = "/other.v1.Other/Get";
    const method = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    server.server.addService(
      { get: method },
      {
        get: ({ request }: { request: Buffer }, callback: (error: null, bytes: Buffer) => void) =>
          callback(null, Buffer.concat([request, Buffer.from("!")])),
      },
    );
    const client = new Client(address, credentials.createInsecure());
    onTestFinished(() => client.close());
    const answer = await new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, same, same, Buffer.from("x"), (error, bytes) =>
        error ? reject(error) : resolve(String(bytes)),
      );
    });
    assert.equal(answer, "x!");
  });

  it("asks connections whether they are alive, and tells old ones to go", async () => {
    const { address } = await start({
      channelOptions: { "grpc.keepalive_time_ms": 20, "grpc.max_connection_age_ms": 500 },
    });
    const session = http2.connect(`http://${address}`);
    onTestFinished(() => session.destroy());
    await once(session, "ping");
    const [code] = (await once(session, "goaway")) as [number];
    assert.equal(code, http2.constants.NGHTTP2_NO_ERROR);
  });

  it("hands channel options on", async () => {
    const { services, address } = await start({
      channelOptions: { "grpc.max_receive_message_length": 100, "grpc.max_connection_age_ms": 200 },
    });
    const { send, expand } = connectNotes(services, address);
    assert.equal((await send({ text: "x" })).text, "sent x");
    await assert.rejects(send({ text: "x".repeat(200) }), { code: status.RESOURCE_EXHAUSTED });
    assert.equal((await toArray(expand({ text: "x", count: 3 }))).length, 3);
  });
});

/** A port that nobody listens on. */
async function takeFreePort(): Promise<number> {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  other.close();
  await once(other, "close");
  return port;
}
