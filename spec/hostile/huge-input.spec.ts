import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { createGzip } from "node:zlib";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createRouter } from "../../lib/http-rule/router.js";
import { createTranscoder } from "../../lib/index.js";
import { compileRoutes, failOn } from "../http-rule/compile-routes.js";
import { loadEcho, useEcho } from "../rest/echo-server.js";
import { send } from "../rest/http-client.js";

// Sizes are such that work which grows with the square of the input would not end.

const megabyte = 2 ** 20;
const json = { "content-type": "application/json" };

describe("a huge body", () => {
  const echo = useEcho({ options: { bodyLimit: 64 * megabyte } });

  const refused: Readonly<Record<string, string>> = {
    "of 100,000 nested messages": `${'{"child":'.repeat(100_000)}{}${"}".repeat(100_000)}`,
    "of 100,000 nested lists": `{"value":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    "of 10 MB of brackets": "[".repeat(10 * megabyte),
    "of 10 MB of braces": "{".repeat(10 * megabyte),
    "of 10 MB of brackets in a value": `{"value":${"[".repeat(10 * megabyte)}`,
    "of a million unknown members": `{${Array.from({ length: 1e6 }, (_, i) => `"x${i}":1`).join()}}`,
    "of one name a million times": `{${Array(1e6).fill('"text":"a"').join()}}`,
  };
  for (const [name, body] of Object.entries(refused)) {
    it(`${name} is refused in few words`, async () => {
      const answer = await echo().post("/v1/whole", body);
      assert.equal(answer.status, 400);
      assert(answer.text.length < 4000, `${answer.text.length} bytes`);
      assert.equal(answer.json.code, 3);
    });
  }

  it("of very many members is read when they are entries of a map", async () => {
    const body = `{"labels":{${Array.from({ length: 2e5 }, (_, i) => `"k${i}":"v"`).join()}}}`;
    const answer = await echo().post("/v1/whole", body);
    assert.equal(answer.status, 200);
    assert.equal(Object.keys(answer.json.labels).length, 2e5);
  });

  it("of a million parameters is read when it is a form", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await echo().post("/v1/whole", Array(1e6).fill("tags=a").join("&"), form);
    assert.equal(answer.json.tags.length, 1e6);
    const unknown = Array.from({ length: 1e6 }, (_, i) => `x${i}.y=1`).join("&");
    assert.equal((await echo().post("/v1/whole", unknown, form)).status, 200);
    const entries = Array.from({ length: 1e5 }, (_, i) => `labels[k${i}]=1`).join("&");
    const labels = (await echo().post("/v1/whole", entries, form)).json.labels;
    assert.equal(Object.keys(labels).length, 1e5);
  });
});

describe("a zip bomb", () => {
  const echo = useEcho();
  let bomb: Buffer;

  beforeAll(async () => {
    echo().handlers.Collect = async (call: AsyncIterable<object>) => {
      let last = {};
      for await (const request of call) last = request;
      return last;
    };
    const gzip = createGzip();
    const chunks: Buffer[] = [];
    gzip.on("data", (chunk) => chunks.push(chunk));
    const zeros = Buffer.alloc(megabyte);
    for (let i = 0; i < 1024; i++) if (!gzip.write(zeros)) await once(gzip, "drain");
    gzip.end();
    await once(gzip, "end");
    bomb = Buffer.concat(chunks);
  });

  for (const { name, path, type } of [
    { name: "as JSON", path: "/v1/whole", type: "application/json" },
    { name: "as bytes", path: "/v1/raw", type: "application/octet-stream" },
    { name: "as one message of a stream", path: "/v1/collect/a", type: "application/x-ndjson" },
  ]) {
    it(`of a gigabyte ${name} is 413, and is never unpacked`, async () => {
      const before = process.memoryUsage().rss;
      const answer = await echo().post(path, bomb, { "content-type": type, "content-encoding": "gzip" });
      assert.equal(answer.status, 413, answer.text);
      const grown = process.memoryUsage().rss - before;
      assert(grown < 300 * megabyte, `${grown} bytes`);
    });
  }
});

describe("a huge head", () => {
  let server: ReturnType<typeof createServer>;
  let port: number;

  beforeAll(async () => {
    const services = await loadEcho();
    services.add("http.v1.Echo", { getPath: echoRequest, query: echoRequest });
    const transcoder = createTranscoder(services, { json: { emitDefaults: false } });
    server = createServer({ maxHeaderSize: 64 * megabyte }, transcoder).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  it("of a million query parameters is read", async () => {
    const list = await send(port, { path: `/v1/query?${Array(1e6).fill("tags=a").join("&")}` });
    assert.equal(list.json.tags.length, 1e6);
    const twice = await send(port, { path: `/v1/query?${Array(1e6).fill("text=a").join("&")}` });
    assert.equal(twice.status, 400);
    assert(twice.text.length < 2000);
    const deep = await send(port, { path: `/v1/query?${"child.".repeat(1e6)}text=a` });
    assert.equal(deep.status, 400);
    assert(deep.text.length < 2000, `${deep.text.length} bytes`);
  });

  it("of a million segments is routed, and so is one that no rule takes", async () => {
    const all = await send(port, { path: `/v1/path/all${"/a".repeat(1e6)}` });
    assert.equal(all.json.text.length, 2e6 - 1);
    assert.equal((await send(port, { path: `/v1/nowhere${"/a".repeat(1e6)}` })).status, 404);
    assert.equal((await send(port, { path: `/v1/path/all/${"%2F".repeat(1e6)}` })).status, 200);
    assert.equal((await send(port, { path: `/v1/path/${"%".repeat(1e6)}` })).status, 400);
  });
});

async function echoRequest({ request }: { readonly request: object }): Promise<object> {
  return request;
}

describe("a path of very many segments", () => {
  const routes = compileRoutes([
    "GET /v1/{name=**}",
    "GET /v1/{name=**}/a",
    "GET /v1/{name=**}/a/*",
    "GET /v1/{name=**}/*/b/*",
    "GET /v1/*/{name=**}/b",
    "GET /v1/*/*/{name=**}/c",
    "GET /v1/a/*/{name=**}/*/*/d",
    "GET /v1/{name=**}:verb",
  ]);
  const router = createRouter(routes, failOn);

  for (const tail of ["/a", "/b", "/b/a", "/x:verb", "/x:other", "/"]) {
    it(`before ${tail} is matched in one go`, () => {
      for (const segment of ["/a", "/b", "/x", "/"]) {
        router.match("GET", `/v1${segment.repeat(500_000)}${tail}`);
      }
    });
  }
});

describe("a header that is long but taken", () => {
  const echo = useEcho();

  it("is read in one go", async () => {
    const blanks = " ".repeat(15_000);
    const answer = await echo().post("/v1/whole", "{}", {
      "content-type": `application/json;charset=${blanks}x y`,
    });
    assert.equal(answer.status, 415);
  });
});

describe("a form of very many deep names", () => {
  const echo = useEcho();

  it("is read in one go", async () => {
    const body = Array(10_000)
      .fill(`${"child.".repeat(60)}tags=`)
      .join("&");
    const form = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal((await echo().post("/v1/whole", body, form)).status, 200);
  });
});

describe("a header of 64 KB", () => {
  const echo = useEcho();

  it("is refused by node, whose limit is 16 KB", async () => {
    const { status } = await echo().get("/v1/query", { "x-large": "x".repeat(65_536) });
    assert.equal(status, 431);
  });
});

describe("a body that does not come", () => {
  const echo = useEcho({ options: { defaultTimeout: 100 } });

  it("is given up at the deadline, and its connection is closed", async () => {
    const socket = connect(echo().port, "127.0.0.1");
    socket.write(
      "POST /v1/whole HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    );
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    while (!Buffer.concat(chunks).includes('"code":4')) await once(socket, "data");
    assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1.1 504 /);
    socket.destroy();
  });
});

describe("text that is no Unicode", () => {
  const echo = useEcho();

  const requests = [
    { path: "/v1/path/%ff" },
    { path: "/v1/path/%C3" },
    { path: "/v1/path/%ED%A0%80" },
    { path: "/v1/path/%F5%80%80%80" },
    { path: "/v1/path/%C0%AF" },
    { path: "/v1/query?text=%ff" },
    { path: "/v1/query?text=%ED%A0%80" },
    { path: "/v1/query?labels[%ff]=a" },
    { path: "/v1/whole", body: Buffer.from('{"text":"\xff"}', "latin1") },
    {
      path: "/v1/whole",
      body: Buffer.from([...Buffer.from('{"text":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')]),
    },
    { path: "/v1/whole", body: '{"text":"\\ud800"}' },
    { path: "/v1/whole", body: '{"labels":{"\\udc00":"a"}}' },
    { path: "/v1/whole", body: '{"value":"\\ud800x"}' },
  ];
  for (const { path, body } of requests) {
    it(`is refused: ${path} ${body ?? ""}`, async () => {
      const answer = await (body === undefined ? echo().get(path) : echo().post(path, body, json));
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.code, 3);
      assert.deepEqual(echo().requests, []);
    });
  }
});
