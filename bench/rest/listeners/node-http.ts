import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { mixed } from "../books.js";
import { createLibrary } from "../library.js";

const library = createLibrary(mixed);

/** The routes written by hand for node:http: nothing is checked, nothing is more general than it must be. */
export function createListener(): RequestListener {
  return (req, res) => {
    answer(req, res).catch((error) => sendJson(res, 500, { code: 2, message: String(error) }));
  };
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = req.url ?? "/";
  const question = url.indexOf("?");
  const path = question === -1 ? url : url.slice(0, question);
  if (req.method === "GET") {
    const name = /^\/v1\/(shelves\/[^/]+\/books\/[^/]+)$/.exec(path)?.[1];
    if (name !== undefined)
      return sendJson(res, 200, await library.getBook({ name: decodeURIComponent(name) }));
    const query = new URLSearchParams(question === -1 ? "" : url.slice(question + 1));
    if (path === "/v1/mixed") {
      return sendJson(res, 200, await library.listMixed({ pageSize: Number(query.get("page_size")) }));
    }
    if (path === "/v1/books:watch") {
      const request = { count: Number(query.get("count")), linger: query.get("linger") === "true" };
      return sendStream(res, library.watchBooks(request));
    }
  } else if (req.method === "POST") {
    const body = JSON.parse(await readText(req));
    if (path === "/v1/books") return sendJson(res, 200, await library.createBook(body));
    if (path === "/v1/mixed") return sendJson(res, 200, await library.createMixed(body));
    if (path === "/v1/mixed:import") return sendJson(res, 200, await library.importMixed(body));
  }
  sendJson(res, 404, { code: 5, message: "not found" });
}

function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => resolve(Buffer.concat(chunks).toString()));
    req.on("error", reject);
  });
}

function sendJson(res: ServerResponse, status: number, message: object): void {
  const text = JSON.stringify(message);
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  res.end(text);
}

/** One line for each message, no faster than the client reads. */
export async function sendStream(res: ServerResponse, messages: AsyncIterable<object>): Promise<void> {
  res.writeHead(200, { "content-type": "application/x-ndjson" });
  for await (const message of messages) {
    if (!res.write(`${JSON.stringify(message)}\n`)) await once(res, "drain");
  }
  res.end();
}
