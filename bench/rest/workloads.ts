import assert from "node:assert/strict";
import { listOf, mixed, small } from "./books.js";

/** What clients ask of every server. */
export interface Workload {
  readonly title: string;
  readonly httpMethod: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
  /** The same for Connect's clients. */
  readonly connect: { readonly method: string; readonly message: object; readonly isStream?: boolean };
  /** How many clients ask at once. */
  readonly connections: number;
  /** What the answer has so many times. */
  readonly answer: { readonly text: string; readonly count: number };
}

const name = "shelves/fiction/books/emma";
const sent = listOf(2_890);

export const workloads: readonly Workload[] = [
  {
    title: "GET, path variable",
    httpMethod: "GET",
    path: `/v1/${name}`,
    connect: { method: "GetBook", message: { name } },
    connections: 16,
    answer: { text: name, count: 1 },
  },
  {
    title: "POST, small",
    httpMethod: "POST",
    path: "/v1/books",
    body: small,
    connect: { method: "CreateBook", message: small },
    connections: 16,
    answer: { text: small.title, count: 1 },
  },
  {
    title: "POST, mixed",
    httpMethod: "POST",
    path: "/v1/mixed",
    body: mixed,
    connect: { method: "CreateMixed", message: mixed },
    connections: 16,
    answer: { text: mixed.cover, count: 1 },
  },
  listing(1_000),
  {
    title: "1 MB request",
    httpMethod: "POST",
    path: "/v1/mixed:import",
    body: sent,
    connect: { method: "ImportMixed", message: sent },
    connections: 4,
    answer: { text: `"count":${sent.items.length}`, count: 1 },
  },
  { ...watching(10_000), connections: 2 },
];

export function listing(count: number): Workload {
  return {
    title: count === 1 ? "1 item" : `${count.toLocaleString("en")} items`,
    httpMethod: "GET",
    path: `/v1/mixed?page_size=${count}`,
    connect: { method: "ListMixed", message: { pageSize: count } },
    connections: 4,
    answer: { text: mixed.cover, count },
  };
}

export function watching(count: number): Workload {
  return {
    title: `stream of ${count.toLocaleString("en")}`,
    httpMethod: "GET",
    path: `/v1/books:watch?count=${count}`,
    connect: { method: "WatchBooks", message: { count }, isStream: true },
    connections: 4,
    answer: { text: small.title, count },
  };
}

/** A request as a client makes it. */
export interface Request {
  readonly httpMethod: string;
  readonly path: string;
  readonly contentType?: string;
  readonly body?: Buffer;
}

/** The request of a workload, over REST or in Connect's protocol with JSON. */
export function createRequest(workload: Workload, protocol: "rest" | "connect"): Request {
  if (protocol === "rest") {
    const { httpMethod, path, body } = workload;
    if (body === undefined) return { httpMethod, path };
    return { httpMethod, path, contentType: "application/json", body: Buffer.from(JSON.stringify(body)) };
  }
  const { method, message, isStream } = workload.connect;
  const text = Buffer.from(JSON.stringify(message));
  const content = isStream
    ? { contentType: "application/connect+json", body: inEnvelope(text) }
    : { contentType: "application/json", body: text };
  return { httpMethod: "POST", path: `/bench.Library/${method}`, ...content };
}

/** @see https://connectrpc.com/docs/protocol/#streaming-request */
function inEnvelope(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The bytes of a request, with the headers that a plain client sends. */
export function printRequest({ httpMethod, path, contentType, body }: Request): Buffer {
  const lines = [
    `${httpMethod} ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "user-agent: bench/1.0",
    "accept: */*",
    ...(body === undefined ? [] : [`content-type: ${contentType}`, `content-length: ${body.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body ?? Buffer.alloc(0)]);
}

/** Ask a server once, and see that it answers what it should. */
export async function checkAnswer(port: number, workload: Workload, request: Request): Promise<void> {
  const { httpMethod: method, path, contentType, body } = request;
  const content = body === undefined ? {} : { headers: { "content-type": contentType ?? "" }, body };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...content });
  const text = await response.text();
  const { answer } = workload;
  const count = text.split(answer.text).length - 1;
  assert.equal(count, answer.count, `${path}: ${response.status} ${text.slice(0, 300)}`);
}
