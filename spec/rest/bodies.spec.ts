import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent } from "node:http";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, it } from "vitest";
import { useEcho } from "./echo-server.js";
import { answerOf, begin, send } from "./http-client.js";

describe("a body", () => {
  const echo = useEcho();

  describe("of a content type", () => {
    for (const type of [
      "application/json",
      "application/json; charset=utf-8",
      'APPLICATION/JSON;Charset="UTF-8"',
      "application/json;odata=verbose",
      "application/vnd.acme.v1+json",
      "application/merge-patch+json; charset=utf-8",
      "application/x-ndjson",
    ]) {
      it(`${type} is JSON`, async () => {
        const answer = await echo().post("/v1/whole", '{"text":"é"}', { "content-type": type });
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json, { text: "é" });
      });
    }

    it("that is not said is JSON", async () => {
      assert.deepEqual((await echo().post("/v1/whole", '{"text":"a"}', {})).json, { text: "a" });
    });

    for (const type of [
      "text/plain",
      "text/html; charset=utf-8",
      "application/xml",
      "multipart/form-data; boundary=x",
      "application/jsonp",
      "text/json5",
      "json",
      "application/+json/x",
      "x".repeat(500),
    ]) {
      it(`${type.slice(0, 60)} is refused`, async () => {
        const answer = await echo().post("/v1/whole", '{"text":"a"}', { "content-type": type });
        assert.equal(answer.status, 415);
        assert.equal(answer.json.code, 3);
        assert.match(answer.json.message, /^unsupported content type ".{1,80}": send application\/json$/);
        assert.equal(answer.json.details[0].fieldViolations[0].field, "content-type");
      });
    }

    it("is of no matter when there is none", async () => {
      assert.deepEqual((await echo().post("/v1/whole", "", { "content-type": "text/plain" })).json, {});
    });
  });

  describe("in a charset", () => {
    const text = '{"text":"Grüße €"}';
    const euro = { text: "Grüße €" };
    for (const { charset, bytes, message } of [
      { charset: "utf-8", bytes: Buffer.from(text), message: euro },
      { charset: "UTF8", bytes: Buffer.from(text), message: euro },
      { charset: "utf-8", bytes: Buffer.from(`\ufeff${text}`), message: euro },
      { charset: "utf-16le", bytes: Buffer.from(text, "utf16le"), message: euro },
      { charset: "utf-16", bytes: Buffer.from(`\ufeff${text}`, "utf16le"), message: euro },
      { charset: "utf-16be", bytes: Buffer.from(text, "utf16le").swap16(), message: euro },
      { charset: "windows-1252", bytes: Buffer.from('{"text":"Gr\xfc\xdfe \x80"}', "latin1"), message: euro },
      {
        charset: "iso-8859-1",
        bytes: Buffer.from('{"text":"Gr\xfc\xdfe"}', "latin1"),
        message: { text: "Grüße" },
      },
      {
        charset: "shift_jis",
        bytes: Buffer.from('{"text":"\x93\xfa\x96\x7b"}', "latin1"),
        message: { text: "日本" },
      },
    ]) {
      it(`${charset}${bytes.includes(0xfe) || bytes[0] === 0xef ? " with its mark" : ""} is read`, async () => {
        const answer = await echo().post("/v1/whole", bytes, {
          "content-type": `application/json; charset=${charset}`,
        });
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json, message);
      });
    }

    it("that nobody knows is refused", async () => {
      const answer = await echo().post("/v1/whole", "{}", {
        "content-type": "application/json; charset=klingon",
      });
      assert.equal(answer.status, 415);
      assert.equal(answer.json.message, 'unknown charset "klingon"');
      assert.equal(answer.json.details[0].fieldViolations[0].field, "content-type");
    });

    for (const { charset, bytes } of [
      { charset: "utf-8", bytes: Buffer.from([0x22, 0xff, 0x22]) },
      { charset: "utf-8", bytes: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) },
      { charset: "utf-8", bytes: Buffer.from([0x22, 0xc0, 0x80, 0x22]) },
      { charset: "utf-16le", bytes: Buffer.from([0x22, 0x00, 0x22]) },
    ]) {
      it(`is refused when its bytes are none of ${charset}: ${bytes.toString("hex")}`, async () => {
        const answer = await echo().post("/v1/whole", bytes, {
          "content-type": `application/json; charset=${charset}`,
        });
        assert.equal(answer.status, 400);
        assert.equal(answer.json.message, `the request body is not valid ${charset} text`);
        assert.equal(answer.json.details[0].fieldViolations[0].field, "*");
      });
    }
  });

  describe("in an encoding", () => {
    const text = JSON.stringify({ text: "a".repeat(10_000) });
    for (const { encoding, bytes } of [
      { encoding: "gzip", bytes: gzipSync(text) },
      { encoding: "x-gzip", bytes: gzipSync(text) },
      { encoding: "GZIP", bytes: gzipSync(text) },
      { encoding: "deflate", bytes: deflateSync(text) },
      { encoding: "br", bytes: brotliCompressSync(text) },
      { encoding: "identity", bytes: Buffer.from(text) },
      { encoding: "", bytes: Buffer.from(text) },
    ]) {
      it(`"${encoding}" is inflated`, async () => {
        const answer = await echo().post("/v1/whole", bytes, { "content-encoding": encoding });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.json.text.length, 10_000);
      });
    }

    for (const encoding of ["zip", "gzip, br", "compress", "x".repeat(200)]) {
      it(`"${encoding.slice(0, 20)}" is refused`, async () => {
        const answer = await echo().post("/v1/whole", "{}", { "content-encoding": encoding });
        assert.equal(answer.status, 415);
        assert.match(
          answer.json.message,
          /^unsupported content encoding ".{1,80}": send gzip, deflate, br or none$/,
        );
        assert.equal(answer.json.details[0].fieldViolations[0].field, "content-encoding");
      });
    }

    for (const { what, encoding, bytes } of [
      { what: "plain text", encoding: "gzip", bytes: Buffer.from("{}") },
      { what: "a part of it", encoding: "gzip", bytes: gzipSync(text).subarray(0, 20) },
      { what: "something else", encoding: "br", bytes: gzipSync(text) },
      { what: "noise", encoding: "deflate", bytes: Buffer.from([1, 2, 3, 4]) },
    ]) {
      it(`"${encoding}" is refused when it is ${what}`, async () => {
        const answer = await echo().post("/v1/whole", bytes, { "content-encoding": encoding });
        assert.equal(answer.status, 400);
        assert.equal(answer.json.message, "the request body does not match its content encoding");
      });
    }

    it("may be empty", async () => {
      assert.deepEqual((await echo().post("/v1/whole", "", { "content-encoding": "gzip" })).json, {});
    });
  });

  describe("that is empty", () => {
    for (const { path, message } of [
      { path: "/v1/whole", message: {} },
      { path: "/v1/field/child", message: {} },
      { path: "/v1/field/text", message: "" },
      { path: "/v1/field/int32", message: 0 },
      { path: "/v1/field/tags", message: [] },
      { path: "/v1/field/labels", message: {} },
      { path: "/v1/field/empty", message: {} },
      { path: "/v1/nothing", message: {} },
    ]) {
      it(`is a message, list or map without anything: ${path}`, async () => {
        const answer = await echo().post(path, "");
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json, message);
      });
    }

    it("sets a message field, so that the handler can tell it from none", async () => {
      echo().reset();
      await echo().post("/v1/field/child", "");
      assert.deepEqual(echo().requests[0]?.child?.text, "");
      await echo().post("/v1/field/timestamp", "");
      assert.deepEqual(echo().requests[1]?.timestamp, { seconds: "0", nanos: 0 });
    });

    it("is read of an upload in chunks, too", async () => {
      const answer = await echo().send({
        httpMethod: "POST",
        path: "/v1/whole",
        headers: { "transfer-encoding": "chunked" },
      });
      assert.deepEqual(answer.json, {});
    });
  });

  describe("that is not JSON", () => {
    for (const body of [
      "nonsense",
      "{",
      "{}x",
      "{} {}",
      "{}\n{}",
      '{"text":"a"',
      '{"text":"a",}',
      "{'text':'a'}",
      '{text:"a"}',
      '{"int32":01}',
      '{"double":NaN}',
      '{"text":"\u0001"}',
      '{"text":"\\ud800"}',
      "// x\n{}",
      " ",
    ]) {
      it(`is refused: ${JSON.stringify(body)}`, async () => {
        const answer = await echo().post("/v1/whole", body);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.json.code, 3);
        assert.equal(answer.json.details[0]["@type"], "type.googleapis.com/google.rpc.BadRequest");
      });
    }

    it("is refused under the name of its field", async () => {
      const answer = await echo().post("/v1/field/child", "{");
      assert.equal(answer.json.details[0].fieldViolations[0].field, "child");
    });

    for (const body of ["[]", '"a"', "1", "null", "true"]) {
      it(`or no message, is refused: ${body}`, async () => {
        assert.equal((await echo().post("/v1/whole", body)).status, 400);
      });
    }
  });

  describe("with a wrong value", () => {
    for (const { body, path = "/v1/whole", field, message } of [
      {
        body: { int32: "abc" },
        field: "int32",
        message: /^invalid value "abc" for field "int32" \(int32\)$/,
      },
      { body: { child: { child: { int32: 1.5 } } }, field: "child.child.int32", message: /1\.5/ },
      { body: { children: [{}, { kind: "HUGE" }] }, field: "children[1].kind", message: /"HUGE"/ },
      { body: { nothing: 1 }, field: "nothing", message: /^unknown field "nothing" in http\.v1\.Message/ },
      { body: { int32: "x" }, path: "/v1/field/child", field: "child.int32", message: /"x"/ },
      { body: "abc", path: "/v1/field/int32", field: "int32", message: /"abc"/ },
      { body: ["a", 1], path: "/v1/field/tags", field: "tags[1]", message: /1/ },
    ]) {
      it(`is refused by its name: ${field}`, async () => {
        const answer = await echo().post(path, JSON.stringify(body));
        assert.equal(answer.status, 400);
        assert.match(answer.json.message, message);
        assert.deepEqual(answer.json.details[0].fieldViolations, [
          { field, description: answer.json.message },
        ]);
      });
    }

    it("given twice is refused", async () => {
      const answer = await echo().post("/v1/whole", '{"text":"a","text":"b"}');
      assert.equal(answer.json.message, 'field "text" is given twice');
    });
  });
});

describe("unknown members of a body", () => {
  const echo = useEcho({ options: { json: { ignoreUnknownFields: true, emitDefaults: false } } });

  it("are skipped under ignoreUnknownFields", async () => {
    const answer = await echo().post("/v1/whole", { text: "a", nothing: { x: [1] }, child: { more: 1 } });
    assert.deepEqual(answer.json, { text: "a", child: {} });
  });
});

describe("a body field", () => {
  const echo = useEcho();

  for (const { field, body, answer = body } of [
    { field: "text", body: "a" },
    { field: "int32", body: -5 },
    { field: "int32", body: "5", answer: 5 },
    { field: "int64", body: "9007199254740993" },
    { field: "double", body: 1.5 },
    { field: "double", body: "NaN" },
    { field: "bool", body: true },
    { field: "bytes", body: "AQI=" },
    { field: "kind", body: "LARGE" },
    { field: "kind", body: 1, answer: "SMALL" },
    { field: "maybe", body: 0 },
    { field: "tags", body: ["a", "b"] },
    { field: "tags", body: [] },
    { field: "children", body: [{ text: "a" }, {}] },
    { field: "labels", body: { a: "1", __proto__x: "2" } },
    { field: "by_id", body: { 5: "LARGE" } },
    { field: "child", body: { child: { text: "a" } } },
    { field: "first", body: "a" },
    { field: "second", body: { text: "a" } },
    { field: "timestamp", body: "2020-01-01T00:00:00Z" },
    { field: "timestamps", body: ["2020-01-01T00:00:00Z"] },
    { field: "duration", body: "1.500s" },
    { field: "mask", body: "a,bC" },
    { field: "struct", body: { a: [1, null, { b: "c" }] } },
    { field: "value", body: [1, "a", null] },
    { field: "value", body: null },
    { field: "list", body: [1, "a"] },
    { field: "any", body: { "@type": "type.googleapis.com/http.v1.Message", text: "a" } },
    { field: "empty", body: {} },
    { field: "wrapped_string", body: "" },
    { field: "wrapped_int64", body: "5" },
    { field: "wrapped_int64", body: null },
    { field: "child", body: null },
  ]) {
    it(`of ${field} is read and answered: ${JSON.stringify(body)}`, async () => {
      const response = await echo().post(`/v1/field/${field}`, JSON.stringify(body));
      assert.equal(response.status, 200, response.text);
      assert.deepEqual(response.json, answer);
      assert.equal(response.headers["content-type"], "application/json; charset=utf-8");
    });
  }

  it("takes the rest of the message from the query", async () => {
    const answer = await echo().send({
      httpMethod: "PUT",
      path: "/v1/field/text/a?int32=1&tags=x&tags=y&second.text=z",
      body: '{"text":"b"}',
    });
    assert.deepEqual(answer.json, {
      text: "a",
      int32: 1,
      tags: ["x", "y"],
      second: { text: "z" },
      child: { text: "b" },
    });
  });

  it("of another type is refused", async () => {
    assert.equal((await echo().post("/v1/field/tags", "{}")).status, 400);
    assert.equal((await echo().post("/v1/field/labels", "[]")).status, 400);
    assert.equal((await echo().post("/v1/field/timestamp", "5")).status, 400);
  });
});

describe("bodyLimit", () => {
  const echo = useEcho({ options: { bodyLimit: 1000, json: { emitDefaults: false } } });
  const bodyOf = (length: number) => `{"text":"${"a".repeat(length - 11)}"}`;

  it("takes as many bytes", async () => {
    assert.equal(Buffer.byteLength(bodyOf(1000)), 1000);
    assert.equal((await echo().post("/v1/whole", bodyOf(1000))).status, 200);
  });

  for (const { what, body, headers } of [
    { what: "a declared length", body: bodyOf(1001), headers: {} },
    {
      what: "chunks",
      body: bodyOf(1001),
      headers: { "transfer-encoding": "chunked" },
    },
    { what: "gzip", body: gzipSync(bodyOf(1001)), headers: { "content-encoding": "gzip" } },
    { what: "br", body: brotliCompressSync(bodyOf(1001)), headers: { "content-encoding": "br" } },
    { what: "text that has more bytes than characters", body: `{"text":"${"é".repeat(600)}"}`, headers: {} },
  ]) {
    it(`refuses more, by ${what}`, async () => {
      const answer = await echo().post("/v1/whole", body, headers);
      assert.equal(answer.status, 413);
      assert.deepEqual(answer.json, {
        code: 8,
        message: "the request body is larger than 1000 bytes",
        details: [],
      });
    });
  }

  it("takes more compressed bytes than it has, if they are fewer inflated", async () => {
    const padded = gzipSync(bodyOf(995), { level: 0 });
    assert(padded.length > 1000, `${padded.length} bytes`);
    assert.equal((await echo().post("/v1/whole", padded, { "content-encoding": "gzip" })).status, 200);
  });

  it("applies to HttpBody and forms", async () => {
    const big = "a".repeat(1001);
    assert.equal((await echo().post("/v1/raw", big, { "content-type": "text/plain" })).status, 413);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal((await echo().post("/v1/whole", `text=${big}`, form)).status, 413);
  });

  it("stops a zip bomb long before it has gone off", async () => {
    const member = gzipSync(Buffer.alloc(1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 1000 }, () => member));
    const before = process.memoryUsage().rss;
    const answer = await echo().post("/v1/whole", bomb, { "content-encoding": "gzip" });
    assert.equal(answer.status, 413);
    assert(process.memoryUsage().rss - before < 50 * 1024 * 1024);
  });

  for (const { what, headers, body } of [
    { what: "plain", headers: {}, body: bodyOf(300_000) },
    {
      what: "in chunks",
      headers: { "transfer-encoding": "chunked" },
      body: bodyOf(300_000),
    },
    {
      what: "compressed",
      headers: { "content-encoding": "gzip" },
      body: gzipSync(bodyOf(300_000), { level: 0 }),
    },
  ]) {
    it(`leaves the connection to the next request, when the body is ${what}`, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const refused = await send(echo().port, {
          httpMethod: "POST",
          path: "/v1/whole",
          headers,
          body,
          agent,
        });
        assert.equal(refused.status, 413);
        const next = await send(echo().port, { path: "/v1/path/a", agent });
        assert.deepEqual(next.json, { text: "a" });
      } finally {
        agent.destroy();
      }
    });
  }

  it("answers before the body has come to its end", async () => {
    const request = begin(echo().port, {
      httpMethod: "POST",
      path: "/v1/whole",
      headers: { "transfer-encoding": "chunked" },
    });
    const answered = answerOf(request);
    request.write("a".repeat(2000));
    const { response } = await answered;
    assert.equal(response.statusCode, 413);
    request.on("error", () => {});
    request.destroy();
    await once(request, "close");
  });
});

describe("a body that was never limited", () => {
  const echo = useEcho();

  it("is taken up to 4 MiB", async () => {
    const bodyOf = (length: number) => `{"text":"${"a".repeat(length - 11)}"}`;
    const limit = 4 * 1024 * 1024;
    assert.equal((await echo().post("/v1/whole", bodyOf(limit))).status, 200);
    assert.equal((await echo().post("/v1/whole", bodyOf(limit + 1))).status, 413);
  });
});

describe("a form", () => {
  const echo = useEcho();
  const submit = (path: string, body: string | Uint8Array, type = "application/x-www-form-urlencoded") =>
    echo().post(path, body, { "content-type": type });

  for (const { body, message } of [
    { body: "text=a+b&int32=5&tags=x&tags=y", message: { text: "a b", int32: 5, tags: ["x", "y"] } },
    {
      body: "child.text=a&labels[k]=v&kind=LARGE",
      message: { child: { text: "a" }, labels: { k: "v" }, kind: "LARGE" },
    },
    { body: "snake_case=a&otherName=b", message: { snakeCase: "a", otherName: "b" } },
    { body: "timestamp=2020-01-01T00%3A00%3A00Z", message: { timestamp: "2020-01-01T00:00:00Z" } },
    { body: "submit=Send&text=a", message: { text: "a" } },
    { body: "", message: {} },
  ]) {
    it(`is read as a query is: ${body}`, async () => {
      const answer = await submit("/v1/whole", body);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json, message);
    });
  }

  it("may say its charset", async () => {
    const type = "Application/X-WWW-Form-URLEncoded; charset=UTF-8";
    assert.deepEqual((await submit("/v1/whole", "text=é", type)).json, { text: "é" });
  });

  it("does not set what the path does", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const put = (path: string, body: string) => echo().send({ httpMethod: "PUT", path, headers, body });
    assert.deepEqual((await put("/v1/whole/a", "text=b&int32=1")).json, { text: "a", int32: 1 });
    assert.deepEqual((await put("/v1/whole/first/a", "third=3")).json, { first: "a" });
  });

  it("is refused when a value does not fit", async () => {
    const answer = await submit("/v1/whole", "int32=x");
    assert.equal(answer.status, 400);
    assert.equal(answer.json.details[0].fieldViolations[0].field, "int32");
  });

  it("is not what JSON is called by curl -d", async () => {
    for (const body of ['{"text":"a"}', ' {"text": "a"}', "%7B%22text%22%3A1%7D"]) {
      const answer = await submit("/v1/whole", body);
      assert.equal(answer.status, 415);
      assert.match(answer.json.message, /: send "content-type: application\/json"$/);
    }
  });

  it("is no body of a field", async () => {
    assert.equal((await submit("/v1/field/child", "text=a")).status, 415);
    assert.equal((await submit("/v1/whole", "text=a", "application/x-www-form-urlencodedx")).status, 415);
  });
});

describe("a request whose rule has no body", () => {
  const echo = useEcho();

  it("may have one, which is not read", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (const body of ['{"text":"b"}', "x".repeat(200_000)]) {
        const answer = await send(echo().port, { path: "/v1/path/a", body, agent });
        assert.deepEqual(answer.json, { text: "a" });
      }
    } finally {
      agent.destroy();
    }
  });
});
