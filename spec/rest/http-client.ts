import assert from "node:assert/strict";
import { once } from "node:events";
import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as openRequest,
} from "node:http";

/** What to send: the path goes out as it is written here, which `fetch` would not do. */
export interface Sending {
  readonly httpMethod?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly trailers: NodeJS.Dict<string>;
  readonly bytes: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what the server answers is what the specs are about
  readonly json: any;
}

/** A request whose answer has begun. */
export interface OpenAnswer {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  /** The next text that arrives, `undefined` after the last one. */
  read(): Promise<string | undefined>;
  /** Read until the text so far ends with `end`. */
  readUntil(end: string): Promise<string>;
}

/** Begin a request without its end; the body is written by the caller. */
export function begin(port: number, { httpMethod, path, headers, body, agent }: Sending): ClientRequest {
  // Node would send the body of a GET or a DELETE without saying how long it is.
  const framing = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  const request = openRequest({
    port,
    host: "127.0.0.1",
    path,
    method: httpMethod ?? "GET",
    headers: headers?.["transfer-encoding"] === undefined ? { ...framing, ...headers } : headers,
    agent: agent ?? false,
  });
  // A server may close a connection on which an answered request is still being sent; nobody waits for that.
  request.on("error", () => {});
  return request;
}

/** The answer to a request, as soon as its headers are there. */
export async function answerOf(request: ClientRequest): Promise<OpenAnswer> {
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let pieces: AsyncIterator<string> | undefined;
  const read = async (): Promise<string | undefined> => {
    // What is no text, a spec reads from the response itself.
    pieces ??= response.setEncoding("utf8")[Symbol.asyncIterator]();
    const { done, value } = await pieces.next();
    return done === true ? undefined : value;
  };
  return {
    request,
    response,
    read,
    async readUntil(end) {
      let text = "";
      while (!text.endsWith(end)) {
        const piece = await read();
        assert(piece !== undefined, `the answer ended after ${JSON.stringify(text)}`);
        text += piece;
      }
      return text;
    },
  };
}

/** Send a request and wait for the headers of its answer. */
export function open(port: number, sending: Sending): Promise<OpenAnswer> {
  const request = begin(port, sending);
  const answer = answerOf(request);
  request.end(sending.body);
  return answer;
}

/** Send a request and read its whole answer. */
export async function send(port: number, sending: Sending): Promise<Answer> {
  const request = begin(port, sending);
  const answered = once(request, "response") as Promise<[IncomingMessage]>;
  request.end(sending.body);
  return readAnswer((await answered)[0]);
}

export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    trailers: response.trailers,
    bytes,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

/** The values of every header of that name, in the order in which they were sent. */
export function valuesOf({ rawHeaders }: Pick<Answer, "rawHeaders">, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}
