import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { gzipSync } from "node:zlib";
import express, { type RequestHandler } from "express";
import { describe, it } from "vitest";
import { type EchoSetup, useEcho } from "./echo-server.js";

/** Mounts the transcoder after a middleware of Express. */
function after(...middleware: RequestHandler[]): Pick<EchoSetup, "mount"> {
  return { mount: (transcoder) => express().use(...middleware, transcoder as RequestHandler) };
}

/** What a host of cloud functions does before it calls the function. */
const keepRawBody = express.json({
  verify: (req: IncomingMessage & { rawBody?: Buffer }, _res, bytes) => {
    req.rawBody = bytes;
  },
});

const form = { "content-type": "application/x-www-form-urlencoded" };

for (const { parser, middleware } of [
  { parser: "express.json()", middleware: express.json() },
  { parser: "express.json() beside rawBody", middleware: keepRawBody },
  { parser: "express.raw()", middleware: express.raw({ type: "*/*" }) },
  { parser: "express.text()", middleware: express.text({ type: "*/*" }) },
]) {
  describe(`a body that ${parser} has read`, () => {
    const echo = useEcho(after(middleware));

    for (const { what, path, body, answer } of [
      {
        what: "a message",
        path: "/v1/whole",
        body: { text: "é", int32: 5, children: [{}] },
        answer: { text: "é", int32: 5, children: [{}] },
      },
      { what: "a message field", path: "/v1/field/child", body: { text: "a" }, answer: { text: "a" } },
      { what: "a list", path: "/v1/field/tags", body: ["a"], answer: ["a"] },
      { what: "a map", path: "/v1/field/labels", body: { a: "b" }, answer: { a: "b" } },
      { what: "an empty object", path: "/v1/whole", body: {}, answer: {} },
    ]) {
      it(`is read as ${what}`, async () => {
        const response = await echo().post(path, body);
        assert.equal(response.status, 200, response.text);
        assert.deepEqual(response.json, answer);
      });
    }

    it("is refused as any other is", async () => {
      const response = await echo().post("/v1/whole", { int32: "x" });
      assert.equal(response.status, 400);
      assert.equal(response.json.details[0].fieldViolations[0].field, "int32");
    });

    it("may have been inflated", async () => {
      const response = await echo().post("/v1/whole", gzipSync('{"text":"a"}'), {
        "content-type": "application/json",
        "content-encoding": "gzip",
      });
      assert.deepEqual(response.json, { text: "a" });
    });

    it("is the messages of a stream", async () => {
      echo().handlers.Collect = async (call) => {
        const texts: string[] = [];
        for await (const { text, child } of call) texts.push(text + child?.text);
        return { tags: texts };
      };
      const response = await echo().post("/v1/collect/a/children", '[{"text":"b"},{"text":"c"}]');
      assert.deepEqual(response.json, { tags: ["ab", "ac"] });
    });

    it("may be empty", async () => {
      for (const headers of [{}, { "content-type": "application/json" }]) {
        assert.deepEqual((await echo().post("/v1/whole", "", headers)).json, {});
      }
      const chunked = { "content-type": "application/json", "transfer-encoding": "chunked" };
      assert.deepEqual((await echo().post("/v1/whole", "", chunked)).json, {});
    });

    it("may be missing, whatever it was to be", async () => {
      const none = { "content-type": "application/json", "content-length": "0" };
      assert.deepEqual((await echo().post("/v1/field/tags", "", none)).json, []);
      assert.equal((await echo().post("/v1/field/int32", "", none)).json, 0);
      echo().handlers.Collect = async (call) => ({ numbers: (await call.toArray()).map(() => 1) });
      assert.deepEqual((await echo().post("/v1/collect/a", "", none)).json, {});
    });

    it("is nothing to a rule without a body", async () => {
      assert.deepEqual((await echo().post("/v1/query?text=a", { text: "b" })).json, { text: "a" });
    });
  });
}

describe("a body of bigints", () => {
  const parse: RequestHandler = (req, _res, next) => {
    req.resume();
    req.body = { int64: 9007199254740993n, int32: 5n, value: 6n };
    req.once("end", next);
  };
  const echo = useEcho(after(parse));

  it("keeps their digits", async () => {
    const answer = await echo().post("/v1/whole", "{}");
    assert.deepEqual(answer.json, { int64: "9007199254740993", int32: 5, value: 6 });
  });

  it("keeps them in a stream", async () => {
    echo().handlers.Collect = async (call) => (await call.toArray())[0];
    const { int64 } = (await echo().post("/v1/collect/a", "{}")).json;
    assert.equal(int64, "9007199254740993");
  });
});

describe("a body that a parser has read deeper than it can be written", () => {
  const echo = useEcho(after(express.json({ limit: "1mb" })));

  it("is refused", async () => {
    const answer = await echo().post("/v1/whole", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
    assert.equal(answer.status, 400);
    assert.equal(answer.json.message, "the request body is nested too deeply");
  });
});

describe("a body that express.json() leaves alone", () => {
  const echo = useEcho(after(express.json()));

  it("is read", async () => {
    const headers = { "content-type": "application/vnd.acme+json" };
    assert.deepEqual((await echo().post("/v1/whole", '{"text":"a"}', headers)).json, { text: "a" });
    assert.deepEqual((await echo().post("/v1/whole", '{"text":"a"}', {})).json, { text: "a" });
    assert.deepEqual((await echo().post("/v1/whole", "text=a", form)).json, { text: "a" });
  });

  it("is bytes where bytes are asked for", async () => {
    const response = await echo().post("/v1/raw", Buffer.from([0, 255]), { "content-type": "image/png" });
    assert.deepEqual(response.bytes, Buffer.from([0, 255]));
  });

  it("is refused where it is no JSON", async () => {
    assert.equal((await echo().post("/v1/whole", "a", { "content-type": "text/plain" })).status, 415);
  });
});

describe("an HttpBody that was read before", () => {
  describe("by express.raw()", () => {
    const echo = useEcho(after(express.raw({ type: "*/*" })));
    const bytes = Buffer.from([0, 1, 0xff, 0xfe]);

    it("has the same bytes", async () => {
      const headers = { "content-type": "image/png" };
      const whole = await echo().post("/v1/raw", bytes, headers);
      assert.deepEqual(whole.bytes, bytes);
      assert.equal(whole.headers["content-type"], "image/png");
      const field = await echo().send({ httpMethod: "PUT", path: "/v1/files/a", headers, body: bytes });
      assert.deepEqual(field.json, {
        text: "a",
        file: { contentType: "image/png", data: bytes.toString("base64") },
      });
    });

    it("is one piece of an upload", async () => {
      echo().handlers.UploadWhole = async (call) => {
        const chunks: Buffer[] = [];
        for await (const { data } of call) chunks.push(data);
        return { chunks };
      };
      const answer = await echo().send({ httpMethod: "PUT", path: "/v1/streams/files", body: bytes });
      assert.deepEqual(answer.json, { chunks: [bytes.toString("base64")] });
    });
  });

  describe("by express.json()", () => {
    const echo = useEcho(after(express.json()));

    it("is the same JSON", async () => {
      const answer = await echo().post("/v1/raw", '{ "a": [1, "é"] }');
      assert.deepEqual(answer.json, { a: [1, "é"] });
      assert.equal(answer.headers["content-type"], "application/json");
    });
  });
});

describe("a form", () => {
  for (const { parser, middleware } of [
    { parser: "express.urlencoded({ extended: true })", middleware: express.urlencoded({ extended: true }) },
    {
      parser: "express.urlencoded({ extended: false })",
      middleware: express.urlencoded({ extended: false }),
    },
    { parser: "express.text()", middleware: express.text({ type: "*/*" }) },
    { parser: "express.raw()", middleware: express.raw({ type: "*/*" }) },
  ]) {
    describe(`that ${parser} has read`, () => {
      const echo = useEcho(after(middleware));

      for (const { body, answer } of [
        { body: "text=a+b&int32=5&child.text=c", answer: { text: "a b", int32: 5, child: { text: "c" } } },
        { body: "tags=a&tags=b%26", answer: { tags: ["a", "b&"] } },
        { body: "tags[]=a", answer: { tags: ["a"] } },
        { body: "labels[a]=1&labels[b]=%C3%A9", answer: { labels: { a: "1", b: "é" } } },
        { body: "children[0][text]=a&text=b", answer: { text: "b" } },
      ]) {
        it(`is the same form: ${body}`, async () => {
          const response = await echo().post("/v1/whole", body, form);
          assert.equal(response.status, 200, response.text);
          assert.deepEqual(response.json, answer);
        });
      }

      it("is refused when it gives a singular field twice", async () => {
        for (const body of ["text=a&text=b", "labels[a]=1&labels[a]=2"]) {
          const response = await echo().post("/v1/whole", body, form);
          assert.equal(response.status, 400, response.text);
          assert.match(response.json.message, /given more than once/);
        }
      });

      it("is no body of a field", async () => {
        assert.equal((await echo().post("/v1/field/child", "text=a", form)).status, 415);
      });
    });
  }
});

describe("bodyLimit", () => {
  for (const { parser, middleware } of [
    { parser: "express.raw()", middleware: express.raw({ type: "*/*" }) },
    { parser: "express.text()", middleware: express.text({ type: "*/*" }) },
  ]) {
    describe(`after ${parser}`, () => {
      const echo = useEcho({ ...after(middleware), options: { bodyLimit: 100 } });

      it("still limits", async () => {
        assert.equal((await echo().post("/v1/whole", { text: "a".repeat(100) })).status, 413);
        assert.equal((await echo().post("/v1/raw", "a".repeat(101))).status, 413);
        assert.equal((await echo().post("/v1/whole", `text=${"a".repeat(100)}`, form)).status, 413);
      });
    });
  }
});

describe("a body that a middleware has read and left nothing of", () => {
  const echo = useEcho(
    after((req, _res, next) => {
      req.resume();
      req.once("end", next);
    }),
  );

  it("is the fault of whoever has put it there", async () => {
    const answer = await echo().post("/v1/whole", { text: "a" });
    assert.equal(answer.status, 500);
    assert.equal(answer.json.code, 2);
    assert.match(String(echo().faults[0]), /has been read before/);
  });

  it("does not matter when there was none", async () => {
    assert.equal((await echo().post("/v1/whole", "")).status, 200);
  });
});
