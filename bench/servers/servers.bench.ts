import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";

// Native gRPC through startGrpcServer and through listen, against a plain grpc-js server, and REST over both versions
// of HTTP. Servers run in processes of their own, in turns; each figure is the best of the rounds.
//
//     npm run bench -- servers

const kinds = ["grpc-js", "startGrpcServer", "listen"] as const;
const rounds = 5;
const calls = 2000;
const concurrency = 32;

const same = (bytes: Buffer) => bytes;
/** `{ name: "world" }` */
const request = Buffer.from([0x0a, 5, ...Buffer.from("world")]);

async function startServer(kind: string) {
  const child = fork(join(import.meta.dirname, "serve.ts"), [kind], { execArgv: ["--import", "tsx"] });
  const [port] = (await once(child, "message")) as [number];
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return { port, client, stop: () => child.kill() };
}

async function unaryRate(client: Client): Promise<number> {
  const begin = performance.now();
  await inParallel(
    () =>
      new Promise<void>((resolve, reject) => {
        client.makeUnaryRequest("/greet.v1.Greeter/SayHello", same, same, request, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
  );
  return calls / ((performance.now() - begin) / 1000);
}

async function streamRate(client: Client): Promise<number> {
  const begin = performance.now();
  const streams = 10;
  for (let i = 0; i < streams; i++) {
    const stream = client.makeServerStreamRequest("/greet.v1.Greeter/SayHellos", same, same, request);
    let count = 0;
    for await (const _ of stream) count++;
    if (count !== 1000) throw new Error(`${count} messages`);
  }
  return (streams * 1000) / ((performance.now() - begin) / 1000);
}

async function inParallel(run: () => Promise<void>): Promise<void> {
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function restRate(port: number, version: "h1" | "h2c"): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const session = version === "h2c" ? http2.connect(`http://127.0.0.1:${port}`) : undefined;
  const path = "/v1/greeter/world";
  const begin = performance.now();
  await inParallel(async () => {
    if (session !== undefined) {
      const stream = session.request({ ":path": path });
      await once(stream.resume(), "close");
      return;
    }
    const req = http.get({ port, path, agent });
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    await once(res.resume(), "end");
  });
  const rate = calls / ((performance.now() - begin) / 1000);
  agent.destroy();
  session?.close();
  return rate;
}

const best = new Map<string, number>();
function keep(name: string, rate: number): void {
  best.set(name, Math.max(rate, best.get(name) ?? 0));
}

const servers = new Map(
  await Promise.all(kinds.map(async (kind) => [kind, await startServer(kind)] as const)),
);
for (let round = 0; round < rounds; round++) {
  for (const [kind, { client }] of servers) {
    keep(`unary ${kind}`, await unaryRate(client));
    keep(`stream ${kind}`, await streamRate(client));
  }
  const { port } = servers.get("listen") as { port: number };
  keep("REST over HTTP/1.1", await restRate(port, "h1"));
  keep("REST over h2c", await restRate(port, "h2c"));
}
for (const { client, stop } of servers.values()) {
  client.close();
  stop();
}

for (const what of ["unary", "stream"]) {
  const plain = best.get(`${what} grpc-js`) as number;
  for (const kind of kinds) {
    const rate = best.get(`${what} ${kind}`) as number;
    console.log(
      `${what.padEnd(7)} ${kind.padEnd(16)} ${rate.toFixed(0).padStart(7)}/s  ${(rate / plain).toFixed(2)}`,
    );
  }
}
for (const name of ["REST over HTTP/1.1", "REST over h2c"]) {
  console.log(`${name.padEnd(24)} ${(best.get(name) as number).toFixed(0).padStart(7)}/s`);
}
