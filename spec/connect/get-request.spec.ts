import assert from "node:assert/strict";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, it } from "vitest";
import { getHttpContext, type HandlerCall, RpcError, status } from "../../lib/index.js";
import { serveLookup } from "../rpc/rpc-server.js";

const lookup = {
  async find(call: HandlerCall) {
    if (call.request.text === "nothing") throw new RpcError(status.NOT_FOUND, "no such word");
    return { text: `${getHttpContext(call)?.req.method} ${call.request.text}` };
  },
};

const message = '{"text":"wörd & +"}';
const compress: Readonly<Record<string, (text: string) => Buffer>> = {
  gzip: gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
};

async function get(url: string, query: Readonly<Record<string, string>> | string, method = "Find") {
  const response = await fetch(`${url}/lookup.v1.Lookup/${method}?${new URLSearchParams(query)}`);
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body };
}

describe("a call of Connect by GET", () => {
  const encodeProto = "\n\x09wörd & +";
  const queries: [name: string, query: Record<string, string>][] = [
    ["in JSON", { connect: "v1", encoding: "json", message }],
    ["in JSON without a version, and with parameters of others", { message, encoding: "json", utm: "x" }],
    ["in base64", { encoding: "json", base64: "1", message: Buffer.from(message).toString("base64url") }],
    ["in padded base64", { encoding: "json", base64: "1", message: Buffer.from(message).toString("base64") }],
    [
      "in protobuf",
      { encoding: "proto", base64: "1", message: Buffer.from(encodeProto).toString("base64url") },
    ],
    ...Object.entries(compress).map(([compression, encode]): [string, Record<string, string>] => [
      `compressed with ${compression}`,
      { encoding: "json", base64: "1", compression, message: encode(message).toString("base64url") },
    ]),
  ];
  for (const [name, query] of queries) {
    it(`has its message in the query, ${name}`, async () => {
      const { url, services } = await serveLookup(lookup);
      const { status: httpStatus, headers, body } = await get(url, query);
      assert.equal(httpStatus, 200);
      const codec = services.json("lookup.v1.Word");
      assert.equal(headers.get("content-type"), `application/${query.encoding}`);
      const text = query.encoding === "json" ? body.toString() : codec.fromBinary(body);
      assert.deepEqual(JSON.parse(text), { text: "GET wörd & +" });
      assert.equal(headers.get("vary"), "accept-encoding");
    });
  }

  it("takes an empty message", async () => {
    const { url } = await serveLookup(lookup);
    const { body } = await get(url, { encoding: "proto", compression: "gzip", message: "" });
    assert.equal(body.toString(), "\n\x04GET ");
  });

  it("fails like any other", async () => {
    const { url } = await serveLookup(lookup);
    const { status: httpStatus, body } = await get(url, { encoding: "json", message: '{"text":"nothing"}' });
    assert.equal(httpStatus, 404);
    assert.deepEqual(JSON.parse(body.toString()), { code: "not_found", message: "no such word" });
  });

  const faulty: [name: string, query: Record<string, string>, code: string, status: number][] = [
    ["without a message", { encoding: "json" }, "invalid_argument", 400],
    ["whose message is not base64", { encoding: "json", base64: "1", message: "*" }, "invalid_argument", 400],
    ["of another version", { connect: "v2", encoding: "json", message }, "invalid_argument", 400],
    [
      "in a compression that nobody knows",
      { compression: "zstd", encoding: "json", message },
      "unimplemented",
      501,
    ],
    [
      "that is not what it says",
      { compression: "gzip", encoding: "json", base64: "1", message: "AAAA" },
      "invalid_argument",
      400,
    ],
    [
      "that is too long",
      { encoding: "json", message: `{"text":"${"a".repeat(200)}"}` },
      "resource_exhausted",
      429,
    ],
  ];
  for (const [name, query, code, httpStatus] of faulty) {
    it(`${name} fails`, async () => {
      const { url } = await serveLookup(lookup, { bodyLimit: 100 });
      const answer = await get(url, query);
      assert.equal(answer.status, httpStatus);
      assert.equal(JSON.parse(answer.body.toString()).code, code);
    });
  }

  it("whose message is not UTF-8 fails, rather than being another message", async () => {
    const { url } = await serveLookup(lookup);
    const ask = (word: string) =>
      fetch(`${url}/lookup.v1.Lookup/Find?encoding=json&message={"text":"${word}"}`);
    assert.equal((await ask("%FF")).status, 400);
    assert.deepEqual(await (await ask("%EF%BF%BD")).json(), { text: "GET \ufffd" });
  });

  it("needs a version where one is required", async () => {
    const { url } = await serveLookup(lookup, { requireConnectProtocolHeader: true });
    assert.equal((await get(url, { encoding: "json", message })).status, 400);
    assert.equal((await get(url, { connect: "v1", encoding: "json", message })).status, 200);
  });

  it("is for unary methods without side effects alone", async () => {
    const { url } = await serveLookup(lookup);
    for (const [method, allow] of [
      ["Replace", "POST, OPTIONS"],
      ["List", "POST, OPTIONS"],
    ] as const) {
      const { status: httpStatus, headers } = await get(url, { encoding: "json", message }, method);
      assert.deepEqual([httpStatus, headers.get("allow")], [405, allow]);
    }
    const other = await get(url, { encoding: "xml", message });
    assert.equal(other.status, 415);
  });
});
