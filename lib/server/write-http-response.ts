import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { closeBody, isPieces } from "../http/close-body.js";
import type { HttpResponse } from "../http/http-message.js";
import { hasBody } from "../http/read-body.js";
import { PieceWriter } from "./piece-writer.js";

/**
 * Send a response: at once when it is whole; a stream is sent as it comes, no faster than the client reads, and what is
 * returned tells when it has been.
 */
export function writeHttpResponse(res: ServerResponse, response: HttpResponse): Promise<void> | undefined {
  const { status, headers, body, trailers } = response;
  // The client may be gone, or a middleware may have answered in the meantime.
  if (res.destroyed || res.headersSent) return closeBody(body);
  joinLists(res, headers);
  if (isPieces(body)) {
    res.writeHead(status, headers);
    return writePieces(res, body, trailers).then(() => {
      if (res.req.readableDidRead) discardRest(res.req);
    });
  }
  writeWhole(res, response, body);
  if (res.req.readableDidRead) discardRest(res.req);
  return undefined;
}

function writeWhole(
  res: ServerResponse,
  { status, headers, trailers }: HttpResponse,
  body: string | Uint8Array | undefined,
): void {
  const trailing = trailers?.();
  if (trailing === undefined) {
    if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
    res.writeHead(status, headers);
    if (body !== undefined && closesEarly(res)) endAfterRequest(res, body);
    else res.end(body);
    return;
  }
  // Trailers need chunks.
  res.writeHead(status, headers);
  if (body !== undefined) res.write(body);
  res.addTrailers(toTrailerList(trailing));
  res.end();
}

/** Milliseconds that a client has to read its answer while it sends the rest of its request. */
const lingerTime = 5_000;

/**
 * Is the connection closed after this response, and its request still coming? The system answers what comes then with
 * a reset, which takes the response back from a client that has not read it yet.
 */
function closesEarly({ req, shouldKeepAlive }: ServerResponse): boolean {
  return !shouldKeepAlive && !req.complete && !req.destroyed && hasBody(req);
}

/** The response is whole before its end: its length says so. */
function endAfterRequest(res: ServerResponse, body: string | Uint8Array): void {
  const { req } = res;
  res.write(body);
  const end = () => {
    clearTimeout(timer);
    res.end();
  };
  const timer = setTimeout(end, lingerTime);
  timer.unref();
  req.once("end", end).once("close", end);
  discardRest(req);
}

/** Headers that are lists, to which a middleware may have added before: a session its cookie, CORS its `Vary`. */
const listHeaders = ["set-cookie", "vary", "link"];

function joinLists(res: ServerResponse, headers: OutgoingHttpHeaders): void {
  for (const name of listHeaders) {
    const own = headers[name];
    const before = own === undefined ? undefined : res.getHeader(name);
    if (own !== undefined && before !== undefined) headers[name] = [before, own].flat().map(String);
  }
}

/**
 * What is left of a request that was answered before its end would keep the next one on the same connection from
 * being read. Node sees to it only if nobody has begun to read.
 */
function discardRest(req: IncomingMessage): void {
  if (req.readableEnded || req.destroyed) return;
  req.unpipe();
  req.removeAllListeners("data").removeAllListeners("readable");
  // An iterator that is closed later would stop the flow, but for somebody who listens.
  req.on("data", () => {}).resume();
}

async function writePieces(
  res: ServerResponse,
  body: AsyncIterable<string | Uint8Array>,
  trailers: HttpResponse["trailers"],
): Promise<void> {
  const writer = new PieceWriter(res);
  // A stream that is slow to start still tells its status; the pieces of any other go out with it.
  setImmediate(() => {
    try {
      writer.flush();
      if (!res.writableEnded) res.flushHeaders();
    } catch {
      res.destroy();
    }
  });
  try {
    if (!(await writer.writeAll(body))) return;
  } catch {
    // The call has told onError; all that the client can be told now is that the response is not complete. What was
    // written before is sent when this turn ends.
    process.nextTick(() => res.destroy());
    // compression sends nothing by then, and the client has to hear that there was a server.
    if (!res.destroyed) res.flushHeaders();
    return;
  }
  const trailing = trailers?.();
  if (trailing !== undefined) res.addTrailers(toTrailerList(trailing));
  res.end();
}

function toTrailerList(trailers: Readonly<Record<string, string | readonly string[]>>): [string, string][] {
  return Object.entries(trailers).flatMap(([name, value]) =>
    typeof value === "string"
      ? [[name, value] as [string, string]]
      : value.map((one): [string, string] => [name, one]),
  );
}
