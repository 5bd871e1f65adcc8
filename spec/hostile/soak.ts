import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { createClient, loadServices } from "../../lib/index.js";

// REST over HTTP/1.1 and HTTP/2 and native gRPC, all kinds of calls, clients that leave among them, for a while:
//
//     npm run soak -- --minutes 30
//
// It ends with status 1 when a call was answered wrongly, or the memory of the server goes on growing.

const { values } = parseArgs({ options: { minutes: { type: "string", default: "2" } } });
const duration = Number(values.minutes) * 60_000;
const workersPerKind = 4;

const proto = new URL("../cases/proto/behaviour/v1/behaviour.proto", import.meta.url).pathname;
const server = fork(new URL("soak-server.ts", import.meta.url), { execArgv: ["--import", "tsx"] });
const [{ port }] = (await once(server, "message")) as [{ port: number }];

interface Sample {
  /** Bytes, after garbage has been collected. */
  readonly used: number;
  readonly rss: number;
  readonly running: number;
  readonly faults: readonly string[];
}

async function sample(): Promise<Sample> {
  server.send("memory");
  const [answer] = (await once(server, "message")) as [Sample];
  return answer;
}

const agent = new http.Agent({ keepAlive: true });
const session = http2.connect(`http://127.0.0.1:${port}`);
const services = await loadServices(proto);
const notes = createClient(
  services.definition("behaviour.v1.Notes"),
  `127.0.0.1:${port}`,
) as unknown as Record<
  "send" | "collect" | "expand" | "chat",
  // biome-ignore lint/suspicious/noExplicitAny: four kinds of methods under one type
  (input: any, options?: { signal: AbortSignal }) => any
>;

function open(path: string, body: string, headers: http.OutgoingHttpHeaders = {}): http.ClientRequest {
  const req = http.request({
    port,
    host: "127.0.0.1",
    agent,
    path,
    method: "POST",
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers },
  });
  req.end(body);
  return req;
}

async function post(path: string, body: string, headers?: http.OutgoingHttpHeaders) {
  const [res] = (await once(open(path, body, headers), "response")) as [http.IncomingMessage];
  return { status: res.statusCode, text: await text(res) };
}

function* threeNotes(name: string) {
  for (let i = 0; i < 3; i++) yield { text: name };
}

async function count(messages: AsyncIterable<unknown>): Promise<number> {
  let length = 0;
  for await (const _ of messages) length++;
  return length;
}

/** Each sends a call or two, and throws when it is answered wrongly. */
const kinds: Readonly<Record<string, (name: string) => Promise<void>>> = {
  async "REST unary"(name) {
    const { status, text } = await post("/v1/notes:send", JSON.stringify({ text: name }));
    assert.deepEqual([status, JSON.parse(text).text], [200, `heard ${name}`]);
  },
  async "REST faults"() {
    assert.equal((await post("/v1/notes:send", '{"text":1}')).status, 400);
    assert.equal((await post("/v1/notes:send", "{", { "content-type": "text/plain" })).status, 415);
    assert.equal((await post("/v1/nowhere", "{}")).status, 404);
  },
  async "REST streams"(name) {
    const lines = (await post("/v1/notes:expand", JSON.stringify({ text: name }))).text.trim().split("\n");
    assert.equal(lines.length, 100);
    const events = await post("/v1/notes:expand", "{}", { accept: "text/event-stream" });
    assert.equal(events.text.split("\n\n").length, 101);
    const collected = await post("/v1/notes:collect", '{"text":"ab"}\n{"text":"c"}\n');
    assert.equal(JSON.parse(collected.text).text, "3");
    assert.equal(
      (await post("/v1/notes:chat", '[{"text":"a"},{"text":"b"}]')).text.trim().split("\n").length,
      2,
    );
  },
  async "REST clients that leave"(name) {
    const req = open("/v1/notes:expand", JSON.stringify({ text: name }));
    req.on("error", () => {});
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    res.on("error", () => {});
    await once(res, "data");
    req.destroy();
  },
  async "REST over HTTP/2"(name) {
    const stream = session.request({
      ":method": "POST",
      ":path": "/v1/notes:send",
      "content-type": "application/json",
    });
    stream.end(JSON.stringify({ text: name }));
    assert.equal(JSON.parse(await text(stream)).text, `heard ${name}`);
  },
  async "gRPC unary"(name) {
    assert.equal((await notes.send({ text: name })).text, `heard ${name}`);
  },
  async "gRPC streams"(name) {
    assert.equal(await count(notes.expand({ text: name })), 100);
    assert.equal((await notes.collect(threeNotes("abc"))).text, "9");
    assert.equal(await count(notes.chat(threeNotes(name))), 3);
  },
  async "gRPC clients that leave"(name) {
    const leaving = new AbortController();
    try {
      for await (const _ of notes.expand({ text: name }, { signal: leaving.signal })) leaving.abort();
    } catch (error) {
      assert.equal((error as { code?: number }).code, 1);
    }
    // nghttp2 cuts a connection off on which more than a thousand streams are reset, and 33 a second after that.
    await new Promise((resolve) => setTimeout(resolve, 200));
  },
};

const end = Date.now() + duration;
const calls: Record<string, number> = {};
const faults: string[] = [];
const samples: Sample[] = [];

async function work(kind: string, run: (name: string) => Promise<void>): Promise<void> {
  while (Date.now() < end && faults.length === 0) {
    calls[kind] = (calls[kind] ?? 0) + 1;
    await run(`${kind} ${calls[kind]}`).catch((error: Error) => faults.push(`${kind}: ${error.stack}`));
  }
}

async function watch(): Promise<void> {
  while (Date.now() < end && faults.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, duration / 40));
    samples.push(await sample());
  }
}

await Promise.all([
  watch(),
  ...Object.entries(kinds).flatMap(([kind, run]) =>
    Array.from({ length: workersPerKind }, () => work(kind, run)),
  ),
]);
agent.destroy();
session.close();
(notes as unknown as { close(): void }).close();

// What the last clients have left takes a moment to end.
let last = await sample();
for (let i = 0; i < 100 && last.running > 0; i++) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  last = await sample();
}
server.send("stop");
await once(server, "exit");

/** The first quarter warms up. */
const measured = samples.slice(Math.floor(samples.length / 4));
const half = Math.floor(measured.length / 2);
const [before, after] = [median(measured.slice(0, half)), median(measured.slice(half))];
const growth = after - before;
console.log(calls);
console.log(
  `memory in use: ${megabytes(before)} MiB in the first half, ${megabytes(after)} MiB in the second; resident at the end: ${megabytes(last.rss)} MiB`,
);

/** So much may be chance. */
const allowed = 4 * 2 ** 20 + before / 20;
const findings = [
  ...faults,
  ...last.faults.map((fault) => `told to onError: ${fault}`),
  ...(last.running > 0 ? [`${last.running} handlers are still at work`] : []),
  ...(growth > allowed ? [`the memory has grown by ${megabytes(growth)} MiB`] : []),
];
for (const finding of findings) console.error(finding);
process.exitCode = findings.length === 0 ? 0 : 1;

function median(some: readonly Sample[]): number {
  const sorted = some.map(({ used }) => used).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
