import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Random } from "./random.js";
import type { RawRequest } from "./raw-http.js";

/** A request that a well-behaved client could send. */
export interface SeedRequest {
  readonly httpMethod: string;
  /** Path and query. */
  readonly target: string;
  readonly contentType?: string | undefined;
  readonly body?: string | Uint8Array | undefined;
}

interface Draft {
  httpMethod: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer;
  framing: "none" | "length" | "chunks" | "wrong";
}

/** Turn a good request into one that some client will send one day. */
export function mutateRequest(seed: SeedRequest, random: Random): Omit<RawRequest, "mayBeCut"> {
  const draft: Draft = {
    httpMethod: seed.httpMethod,
    target: seed.target,
    headers: [["Host", "localhost"]],
    body: Buffer.from(seed.body ?? ""),
    framing: seed.body === undefined ? "none" : random.pick(["length", "length", "chunks"] as const),
  };
  if (seed.contentType !== undefined) draft.headers.push(["Content-Type", seed.contentType]);
  for (let i = random.below(4); i > 0; i--) random.pick(mutations)(draft, random);
  const head = printHead(draft, random);
  const bytes = Buffer.concat([head, ...printBody(draft, random)]);
  const isDamaged = random.oneIn(20);
  if (isDamaged) mutateBytes(bytes, random);
  const pieces = cut(bytes, random);
  return {
    pieces,
    isHead: bytes.toString("latin1", 0, 5) === "HEAD ",
    mayLackEnd: isDamaged || draft.framing === "wrong",
    leaveAfter: random.oneIn(15) ? random.below(pieces.length + 1) : undefined,
  };
}

type Mutation = (draft: Draft, random: Random) => void;

const httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PURGE", "QUERY"];

const pathParts = [
  "%",
  "%2",
  "%zz",
  "%2F",
  "%2f",
  "%00",
  "%ff",
  "%C3",
  "%C3%A9",
  "%ED%A0%80",
  "%F0%9F%98%80",
  "%3A",
  "%252F",
  "/",
  "//",
  ".",
  "..",
  "/../",
  "/%2e%2e/",
  ":",
  ":cancel",
  ":move",
  "::",
  "*",
  "**",
  "{",
  "}",
  "{name}",
  "+",
  "~",
  "__proto__",
  "constructor",
  "shelves",
  "books",
  "\u00e9",
  ";",
  "@",
  "=",
  "-",
  "a".repeat(3000),
  "/x".repeat(500),
];

const queryParts = [
  "&",
  "=",
  "?",
  "[",
  "]",
  "[]",
  "[0]",
  "[a]",
  "[__proto__]=1",
  "%",
  "%5B",
  "+",
  ".",
  "..",
  "#",
  "&&==&",
  "\u00e9",
  "&text=a",
  "&text=a&text=b",
  "&tags[]=a",
  "&child.text=x",
  "&child=1",
  "&child.child.child.child.int32=5",
  "&first=1&third=2",
  "&__proto__=1",
  "&__proto__.polluted=1",
  "&constructor.prototype.polluted=1",
  "&labels[__proto__]=1",
  "&labels[constructor]=1",
  "&by_id[x]=1",
  "&by_id[1]=SMALL",
  "&int32=1.5",
  "&int32=2147483648",
  "&int64=9223372036854775808",
  "&double=1e999",
  "&double=NaN",
  "&bool=yes",
  "&bytes=*",
  "&kind=NOPE",
  "&kind=77",
  "&timestamp=now",
  "&timestamp.seconds=99999999999999",
  "&duration=1",
  "&mask=a..b",
  "&struct={",
  "&value=[[[",
  `&value=${"[".repeat(2000)}`,
  '&any={"@type":"x"}',
  "&wrapped_int64=null",
  "&unknown=1",
  "&$alt=json",
  "&$alt=proto",
  "&$prettyPrint=true",
  "&alt=sse",
  `&${"a.".repeat(1000)}b=1`,
  `&text=${"a".repeat(4000)}`,
  "&pageSize=-1",
  "&page_token=%00",
];

const headers: readonly (readonly [string, readonly string[]])[] = [
  [
    "Content-Type",
    [
      "application/json",
      "application/json; charset=utf-16le",
      "application/json; charset=shift_jis",
      "application/json; charset=nope",
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/xml",
      "application/vnd.api+json",
      "application/json;;;",
      "",
      "/",
      "multipart/form-data; boundary=x",
      "application/grpc",
      "application/grpc-web+proto",
      "application/connect+json",
      "application/octet-stream",
      "image/png",
    ],
  ],
  ["Content-Encoding", ["gzip", "deflate", "br", "identity", "zstd", "gzip, gzip", "x", ""]],
  [
    "Accept",
    [
      "*/*",
      "text/event-stream",
      "application/x-ndjson;q=0.1, text/event-stream;q=1",
      "nonsense",
      "text/event-stream;q=x",
      "a/b;q=2",
      "",
    ],
  ],
  ["Accept-Encoding", ["gzip", "*;q=0", "br;q=1.0, *"]],
  ["grpc-timeout", ["1S", "0n", "99999999H", "-1S", "1x", "S", "1".repeat(20), "10m"]],
  ["X-Server-Timeout", ["5", "0", "-1", "NaN", "1e999", "0.0001", "x"]],
  ["X-HTTP-Method-Override", ["DELETE", "__proto__", "get"]],
  ["trace-bin", ["AAEC", "AAEC=", "*", "====", "AAEC,AAED", ""]],
  ["authorization", ["Bearer x", "\u00ff\u00fe", "x".repeat(9000)]],
  ["__proto__", ["1"]],
  ["constructor", ["1"]],
  ["TE", ["trailers", "gzip;q=x"]],
  ["Expect", ["100-continue", "200-ok"]],
  ["Connection", ["close", "keep-alive", "upgrade", "content-type"]],
  ["Upgrade", ["h2c", "websocket"]],
  ["Range", ["bytes=0-1", "bytes=x"]],
  ["If-None-Match", ["*", '"x"']],
  ["Host", ["", "a b", "localhost:99999", "[::1"]],
  ["Cookie", ["a=b; c=d", ";;;"]],
  ["grpc-encoding", ["gzip", "x"]],
  ["X-Forwarded-For", ["1.2.3.4, x", ","]],
];

const bodyParts = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "\\u0000",
  "\\ud800",
  "\\ud83d\\ude00",
  "null",
  "true",
  "1e999",
  "-",
  "-0",
  "01",
  "1.",
  "NaN",
  "\n",
  "\r\n",
  "\u0000",
  "\u2028",
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '"text":"a","text":"b"',
  '"labels":{"__proto__":"x"}',
  '"child":{"child":{}}',
  '"int32":"1","int32":1',
  '"any":{"@type":"type.googleapis.com/http.v1.Message","text":"a"}',
  '"any":{"@type":""}',
  '"any":{"@type":"type.googleapis.com/nope"}',
  '"timestamp":"9999-12-31T23:59:60Z"',
  '"bytes":"A"',
  '"kind":1e3',
  '"mask":"a,,b"',
  '"duration":"315576000001s"',
  '"value":'.concat("[".repeat(500)),
  '{"child":'.repeat(120),
  "\u00e9",
  "😀",
  "a=b&c=d",
];

const compressions = Object.entries({ gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }).map(
  ([name, compress]) => ({ name, compress, bomb: compress(Buffer.alloc(8 << 20)) }),
);

const mutations: readonly Mutation[] = [
  (draft, random) => {
    draft.httpMethod = random.oneIn(10)
      ? random.pick(["get", "", "G ET", "GÉT", "X".repeat(100)])
      : random.pick(httpMethods);
  },
  (draft, random) => {
    const [path = "", query] = split(draft.target, "?");
    draft.target = splice(path, random.pick(pathParts), random) + (query === undefined ? "" : `?${query}`);
  },
  (draft, random) => {
    const [path, query = ""] = split(draft.target, "?");
    draft.target = `${path}?${splice(query, random.pick(queryParts), random)}`;
  },
  (draft, random) => {
    const [path, query = ""] = split(draft.target, "?");
    draft.target = `${path}?${query}${random.pick(queryParts)}`;
  },
  (draft, random) => {
    const [name, values] = random.pick(headers);
    draft.headers.push([name, random.pick(values)]);
  },
  (draft, random) => {
    const [name, values] = random.pick(headers);
    draft.headers = draft.headers.filter(([own]) => own !== name);
    draft.headers.push([name, random.pick(values)]);
  },
  (draft, random) => {
    const text = splice(
      draft.body.toString("latin1"),
      Buffer.from(random.pick(bodyParts)).toString("latin1"),
      random,
    );
    draft.body = Buffer.from(text, "latin1");
    if (draft.framing === "none") draft.framing = "length";
  },
  (draft, random) => {
    draft.body = Buffer.from(draft.body.subarray(0, random.below(draft.body.length + 1)));
  },
  (draft, random) => {
    draft.body = Buffer.from(draft.body);
    mutateBytes(draft.body, random);
  },
  (draft, random) => {
    const { name, compress, bomb } = random.pick(compressions);
    draft.headers.push(["Content-Encoding", name]);
    draft.body = Buffer.from(random.oneIn(4) ? bomb : compress(draft.body));
    if (draft.framing === "none") draft.framing = "length";
  },
  (draft, random) => {
    draft.body = Buffer.from(`${draft.body}\n${draft.body}`, "utf8");
    draft.framing = random.pick(["length", "chunks"] as const);
  },
  (draft, random) => {
    draft.framing = random.pick(["none", "length", "chunks", "wrong"] as const);
  },
  (draft) => {
    draft.target = `http://localhost${draft.target}`;
  },
];

function split(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Put a part in, in place of some characters or of none. */
function splice(text: string, part: string, random: Random): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + part + text.slice(at + (random.oneIn(2) ? 0 : random.below(6)));
}

function mutateBytes(bytes: Buffer, random: Random): void {
  if (bytes.length === 0) return;
  for (let i = random.below(3); i >= 0; i--) bytes[random.below(bytes.length)] = random.below(256);
}

function printHead(draft: Draft, random: Random): Buffer {
  const { httpMethod, target, headers: lines, body, framing } = draft;
  const own: [string, string][] = [];
  if (framing === "length") own.push(["Content-Length", String(body.length)]);
  if (framing === "chunks") own.push(["Transfer-Encoding", "chunked"]);
  if (framing === "wrong") {
    own.push(
      ...random.pick<[string, string][]>([
        [["Content-Length", String(body.length + 5)]],
        [["Content-Length", String(Math.max(0, body.length - 5))]],
        [["Content-Length", "-1"]],
        [
          ["Content-Length", "5"],
          ["Content-Length", "6"],
        ],
        [
          ["Content-Length", "5"],
          ["Transfer-Encoding", "chunked"],
        ],
        [["Transfer-Encoding", "gzip, chunked"]],
        [["Transfer-Encoding", "chunked"]],
      ]),
    );
  }
  const text = [...lines, ["Connection", "close"] as const, ...own]
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  return Buffer.concat([
    Buffer.from(`${httpMethod} ${target} HTTP/1.1\r\n`),
    Buffer.from(text, "latin1"),
    Buffer.from("\r\n"),
  ]);
}

function printBody({ body, framing }: Draft, random: Random): Buffer[] {
  if (framing === "none") return [];
  if (framing !== "chunks") return [body];
  const chunks = cut(body, random).map((chunk) =>
    Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]),
  );
  return [...chunks, Buffer.from(random.oneIn(10) ? "0\r\nx-trailer: a\r\n\r\n" : "0\r\n\r\n")];
}

/** Cut bytes into pieces, mostly into few; none is empty. */
function cut(bytes: Buffer, random: Random): Buffer[] {
  const places = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1)).sort(
    (a, b) => a - b,
  );
  return [0, ...places]
    .map((start, i) => bytes.subarray(start, places[i] ?? bytes.length))
    .filter(({ length }) => length > 0);
}
