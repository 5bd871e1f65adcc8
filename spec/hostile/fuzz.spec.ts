import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import express from "express";
import { describe, it } from "vitest";
import { createBookstore } from "../../demo/bookstore/bookstore.js";
import { createMemoryBookRepository } from "../../demo/bookstore/memory-book-repository.js";
import { stockShelves } from "../../demo/bookstore/stock-shelves.js";
import { loadDemoServices } from "../../demo/load-demo-services.js";
import { createTranscoder, listen, type TranscodingOptions, transcodingRouter } from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";
import { mutateRequest, type SeedRequest } from "./mutate-request.js";
import { checkPrototypes } from "./open-resources.js";
import { Random } from "./random.js";
import { exchange, type RawAnswer } from "./raw-http.js";
import { bookRequests, echoRequests } from "./seed-requests.js";

// Other requests, or one again: SEED=7 npx vitest run --project hostile spec/hostile/fuzz.spec.ts
const seed = Number(process.env.SEED ?? 20261129);
const count = Number(process.env.REQUESTS ?? 20_000);
const concurrency = 24;

interface Target {
  readonly name: string;
  readonly port: number;
  readonly seeds: readonly SeedRequest[];
  /** What went to `onError`: faults that are not the client's. */
  readonly faults: unknown[];
  stop(): Promise<void>;
}

const targets: readonly (() => Promise<Target>)[] = [
  async function bookstoreInExpress() {
    const books = createMemoryBookRepository();
    await stockShelves(books);
    const services = await loadDemoServices();
    services.add("bookstore.v1.Bookstore", createBookstore(books));
    const faults: unknown[] = [];
    const app = express();
    app.use("/api", transcodingRouter(services, optionsFor(faults)));
    app.use((_req, res) => void res.status(404).json({ code: 5, message: "no such page", details: [] }));
    const seeds = bookRequests.map((request) => ({ ...request, target: `/api${request.target}` }));
    return { name: "the bookstore in Express", seeds, faults, ...(await serve(app)) };
  },
  async function echoOnNode() {
    const { services, faults } = await createEcho();
    const server = await serve(createTranscoder(services, optionsFor(faults)));
    return { name: "every kind of field on node:http", seeds: echoRequests, faults, ...server };
  },
  async function echoOnOnePort() {
    const { services, faults } = await createEcho();
    const { address, shutdown } = await listen(services, {
      host: "127.0.0.1",
      gracePeriod: 100,
      ...optionsFor(faults),
    });
    const { port } = address as AddressInfo;
    return { name: "every kind of field on one port", seeds: echoRequests, faults, port, stop: shutdown };
  },
];

function optionsFor(faults: unknown[]): TranscodingOptions {
  return { onError: (error) => faults.push(error), openapi: false };
}

async function createEcho() {
  const services = await loadEcho();
  for (const name of ["http.v1.Echo", "http.v1.Streams"]) {
    const methods = Object.entries(services.definition(name));
    services.add(name, Object.fromEntries(methods.map(([method, kind]) => [method, echoOf(kind)])));
  }
  return { services, faults: [] as unknown[] };
}

type Call = AsyncIterable<object> & { readonly request: object };

/** Answers the request, or the first of them, or each. */
function echoOf({
  requestStream,
  responseStream,
}: {
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}) {
  if (requestStream && responseStream) {
    return async function* echo(call: Call) {
      yield* call;
    };
  }
  if (requestStream) {
    return async (call: Call) => {
      let first: object = {};
      for await (const request of call) first = request;
      return first;
    };
  }
  return responseStream ? (call: Call) => [call.request, call.request] : async (call: Call) => call.request;
}

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** What a request that is wrong in any way may be answered with. */
function check(answer: RawAnswer, text: string): void {
  const { status, headers, body, isFromNode } = answer;
  if (isFromNode) return;
  const contentType = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  if (status < 300) {
    // An HttpBody comes back as it came, whatever it calls itself.
    if (/^[A-Z]+ \/v1\/(raw|files|streams\/(files|convert))/.test(text)) return;
    if (/^application\/json/.test(contentType) && body.length > 0) JSON.parse(body.toString());
    return;
  }
  const isLate = status === 504 && /grpc-timeout|x-server-timeout/i.test(text);
  // gRPC needs HTTP/2, and `listen` says so.
  if (status === 505 && /^content-type: application\/grpc/im.test(text)) return;
  // Node answers these without asking anybody.
  if ((status === 417 && /^expect:/im.test(text)) || status === 408) return;
  assert(isLate || (status >= 400 && status < 500), `status ${status}`);
  if (/^HEAD /.test(text) || body.length === 0) return;
  const { code, message, details } = JSON.parse(body.toString());
  assert(Number.isInteger(code) && code > 0 && code <= 16, `code ${code}`);
  assert.equal(typeof message, "string");
  assert(Array.isArray(details));
}

function collectGarbage(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe(`${count} requests with faults, from seed ${seed}`, () => {
  it("are answered with a status that fits, and leave nothing behind", async () => {
    const statuses = new Map<string, number>();
    let heap = 0;
    // The first round warms up: what is compiled once stays.
    for (const round of [0, 1]) {
      for (const start of targets) {
        const target = await start();
        const total = Math.ceil((round === 0 ? count / 10 : count) / targets.length);
        let next = round * count;
        const last = next + total;
        await Promise.all(
          Array.from({ length: concurrency }, async () => {
            while (next < last) await sendOne(target, next++, statuses);
          }),
        );
        assert.deepEqual(target.faults, [], "no fault is the server's");
        await target.stop();
      }
      if (round === 0) heap = collectGarbage();
    }
    const growth = collectGarbage() - heap;
    console.log(
      `seed ${seed}:`,
      Object.fromEntries([...statuses].sort()),
      `heap ${(growth / 2 ** 20).toFixed(1)} MiB more`,
    );
    assert(growth < 16 * 2 ** 20, `${growth} bytes more than before`);
    checkPrototypes();
  }, 1_200_000);
});

async function sendOne(target: Target, number: number, statuses: Map<string, number>): Promise<void> {
  const random = new Random(seed + number);
  const request = mutateRequest(random.pick(target.seeds), random);
  const text = Buffer.concat(request.pieces).toString("latin1");
  try {
    // A download that fails after its first piece can only be cut off; so is a conversation whose client leaves.
    const mayBeCut = request.mayLackEnd || /\/v1\/streams\//.test(text);
    const answer = await exchange(target.port, { ...request, mayBeCut });
    if (answer !== undefined) check(answer, text);
    const key = answer === undefined ? "left" : answer.isFromNode ? "by node" : String(answer.status);
    statuses.set(key, (statuses.get(key) ?? 0) + 1);
  } catch (cause) {
    const shown = JSON.stringify(text.length > 1500 ? `${text.slice(0, 1500)}…` : text);
    const { message } = cause as Error;
    throw new Error(`${target.name}, seed ${seed}, request ${number}: ${message}\n${shown}`, { cause });
  }
}
