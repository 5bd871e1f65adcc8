import assert from "node:assert/strict";
import { beforeEach, describe, it } from "vitest";
import { createMetadata } from "../../lib/call/metadata.js";
import { encodeStatus } from "../../lib/call/status-details.js";
import { type ErrorFormatter, problemJson, RpcError, status } from "../../lib/index.js";
import { type EchoHandler, useEcho } from "./echo-server.js";

function failing(error: unknown): EchoHandler {
  return async () => {
    throw error;
  };
}

const errorInfo = {
  "@type": "type.googleapis.com/google.rpc.ErrorInfo",
  reason: "API_DISABLED",
  domain: "googleapis.com",
  metadata: { service: "x" },
};

describe("a call that fails", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  for (const [name, code, httpStatus] of [
    ["CANCELLED", 1, 499],
    ["UNKNOWN", 2, 500],
    ["INVALID_ARGUMENT", 3, 400],
    ["DEADLINE_EXCEEDED", 4, 504],
    ["NOT_FOUND", 5, 404],
    ["ALREADY_EXISTS", 6, 409],
    ["PERMISSION_DENIED", 7, 403],
    ["RESOURCE_EXHAUSTED", 8, 429],
    ["FAILED_PRECONDITION", 9, 400],
    ["ABORTED", 10, 409],
    ["OUT_OF_RANGE", 11, 400],
    ["UNIMPLEMENTED", 12, 501],
    ["INTERNAL", 13, 500],
    ["UNAVAILABLE", 14, 503],
    ["DATA_LOSS", 15, 500],
    ["UNAUTHENTICATED", 16, 401],
  ] as const) {
    it(`with ${name} is ${httpStatus}`, async () => {
      echo().handlers.GetPath = failing(new RpcError(code, `the "text"`));
      const answer = await echo().get("/v1/path/a");
      assert.equal(answer.status, httpStatus);
      assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
      assert.equal(answer.headers["content-length"], String(answer.bytes.length));
      assert.equal(answer.text, `{"code":${code},"message":"the \\"text\\"","details":[]}`);
      assert.deepEqual(echo().faults, []);
    });
  }

  it("may be a service error of grpc-js", async () => {
    echo().handlers.GetPath = failing(
      Object.assign(new Error("5 NOT_FOUND: no"), { code: 5, details: "no" }),
    );
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 404);
    assert.equal(answer.json.message, "no");
  });

  it("may call back with its error", async () => {
    echo().handlers.GetPath = (_call, callback) => callback({ code: status.NOT_FOUND, details: "no" });
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 404);
  });

  for (const { what, error } of [
    { what: "an exception", error: new Error("password 1234") },
    { what: "an exception of Node's", error: Object.assign(new Error("open 1234"), { code: "ENOENT" }) },
    { what: "a text", error: "password 1234" },
    { what: "nothing", error: undefined },
    { what: "null", error: null },
    { what: "OK", error: new RpcError(status.OK, "1234") },
    { what: "a code that gRPC does not have", error: new RpcError(77, "1234") },
    { what: "no code at all", error: { code: Number.NaN, details: "1234" } },
    {
      what: "a hostile object",
      error: {
        get message() {
          throw new Error("1234");
        },
      },
    },
  ]) {
    it(`by ${what} answers a fixed text and tells the operator`, async () => {
      echo().handlers.GetPath = failing(error);
      const answer = await echo().get("/v1/path/a");
      assert.equal(answer.status, 500);
      assert.deepEqual(answer.json, { code: 2, message: "the handler failed unexpectedly", details: [] });
      assert.equal(echo().faults.length, 1);
      if (error !== undefined && error !== null) assert.equal(echo().faults[0], error);
    });
  }

  for (const { what, handler } of [
    {
      what: "throws at once",
      handler: () => {
        throw new Error("password 1234");
      },
    },
    { what: "answers null", handler: async () => null },
    { what: "answers a number", handler: async () => 1234 },
    { what: "calls back with nothing", handler: (_call, callback) => callback(null) },
    { what: "calls back with a text", handler: (_call, callback) => callback("password 1234") },
  ] satisfies { what: string; handler: EchoHandler }[]) {
    it(`by a handler that ${what} answers a fixed text, once`, async () => {
      echo().handlers.GetPath = handler;
      const answer = await echo().get("/v1/path/a");
      assert.equal(answer.status, 500);
      assert.deepEqual(answer.json, { code: 2, message: "the handler failed unexpectedly", details: [] });
      assert.equal(echo().faults.length, 1);
    });
  }

  it("after it has been answered is not heard of", async () => {
    echo().handlers.GetPath = (_call, callback) => {
      callback(null, { text: "first" });
      callback(null, { text: "second" });
      callback(new Error("third"));
    };
    assert.deepEqual((await echo().get("/v1/path/a")).json, { text: "first" });
  });

  it("by an answer that cannot be written answers a fixed text", async () => {
    echo().handlers.GetPath = async () => ({ int32: "secret" });
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 500);
    assert(!answer.text.includes("secret"));
    assert.match(String(echo().faults[0]), /int32/);
  });
});

describe("the details of an error", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("are those of an RpcError", async () => {
    echo().handlers.GetPath = failing(new RpcError(status.ABORTED, "no", { details: [errorInfo] }));
    assert.deepEqual((await echo().get("/v1/path/a")).json.details, [errorInfo]);
  });

  it("may hold what JSON has no form for", async () => {
    const detail = { "@type": "type.googleapis.com/acme.Counter", count: 2n ** 60n };
    echo().handlers.GetPath = failing(new RpcError(status.ABORTED, "no", { details: [detail] }));
    assert.deepEqual((await echo().get("/v1/path/a")).json.details, [
      { ...detail, count: String(2n ** 60n) },
    ]);
  });

  it("that are none do not fail the answer", async () => {
    const circular: Record<string, unknown> & { "@type": string } = { "@type": "x/y" };
    circular.self = circular;
    // biome-ignore lint/suspicious/noExplicitAny: JavaScript lets a handler give anything
    const details = [undefined, "text", null, 5, circular, errorInfo] as any;
    echo().handlers.GetPath = failing(new RpcError(status.ABORTED, "no", { details }));
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 409);
    assert.deepEqual(answer.json.details, [errorInfo]);
    assert.equal(echo().faults.length, 5);
  });

  function binaryDetails(...anys: readonly { readonly typeUrl: string; readonly value: Uint8Array }[]) {
    const details = anys.map(({ typeUrl, value }) => {
      const url = Buffer.from(typeUrl);
      return Buffer.concat([Buffer.from([10, url.length]), url, Buffer.from([18, value.length]), value]);
    });
    const metadata = createMetadata();
    metadata.set("grpc-status-details-bin", encodeStatus(10, "no", details));
    return metadata;
  }

  // reason: "R", domain: "D"
  const infoBytes = Buffer.from([10, 1, 82, 18, 1, 68]);
  const infoJson = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "R", domain: "D" };

  for (const { what, anys, details } of [
    { what: "a known type", anys: [{ typeUrl: infoJson["@type"], value: infoBytes }], details: [infoJson] },
    {
      what: "an unknown type",
      anys: [{ typeUrl: "type.googleapis.com/acme.Unknown", value: Buffer.from([1, 2]) }],
      details: [{ "@type": "type.googleapis.com/acme.Unknown", value: "AQI=" }],
    },
    {
      what: "other bytes than their type's",
      anys: [{ typeUrl: infoJson["@type"], value: Buffer.from([0xff, 0xff]) }],
      details: [{ "@type": infoJson["@type"], value: "//8=" }],
    },
    {
      what: "all of these",
      anys: [
        { typeUrl: "acme.Unknown", value: Buffer.alloc(0) },
        { typeUrl: infoJson["@type"], value: infoBytes },
      ],
      details: [{ "@type": "acme.Unknown", value: "" }, infoJson],
    },
  ]) {
    it(`may come as bytes of ${what}`, async () => {
      echo().handlers.GetPath = failing({ code: 10, details: "no", metadata: binaryDetails(...anys) });
      const answer = await echo().get("/v1/path/a");
      assert.equal(answer.status, 409);
      assert.deepEqual(answer.json, { code: 10, message: "no", details });
      assert.equal(answer.headers["grpc-status-details-bin"], undefined);
    });
  }

  it("may be the bytes of a trailer that the handler has set", async () => {
    const [any] = [{ typeUrl: infoJson["@type"], value: infoBytes }];
    echo().handlers.GetPath = async (call) => {
      call.trailers.merge(binaryDetails(any));
      throw { code: 10, details: "no" };
    };
    assert.deepEqual((await echo().get("/v1/path/a")).json.details, [infoJson]);
  });

  it("that are no status are left out", async () => {
    const metadata = createMetadata();
    metadata.set("grpc-status-details-bin", Buffer.from("garbage"));
    echo().handlers.GetPath = failing({ code: 10, details: "no", metadata });
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 409);
    assert.deepEqual(answer.json.details, []);
  });
});

describe("detailedErrors", () => {
  const echo = useEcho({ options: { detailedErrors: true } });

  it("shows what an unexpected exception says", async () => {
    echo().handlers.GetPath = failing(new TypeError("x is undefined"));
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 500);
    assert.match(answer.json.message, /^the handler failed unexpectedly: TypeError: x is undefined\n {4}at /);
  });

  it("shows what was thrown, whatever it is", async () => {
    echo().handlers.GetPath = failing("a text");
    assert.equal((await echo().get("/v1/path/a")).json.message, "the handler failed unexpectedly: a text");
  });

  it("leaves a status as it is", async () => {
    echo().handlers.GetPath = failing(new RpcError(status.NOT_FOUND, "no"));
    assert.equal((await echo().get("/v1/path/a")).json.message, "no");
  });
});

describe("formatError", () => {
  const formatError: ErrorFormatter = ({ code, message, details, httpStatus }, req) => ({
    sorry: message,
    facts: [code, httpStatus, details.length, req?.url],
  });
  const echo = useEcho({ options: { formatError } });

  for (const { what, path, httpMethod = "GET", body, facts } of [
    { what: "a handler's error", path: "/v1/path/a", facts: [5, 404, 0, "/v1/path/a"] },
    {
      what: "a request that cannot be read",
      path: "/v1/query?int32=x",
      facts: [3, 400, 1, "/v1/query?int32=x"],
    },
    {
      what: "a method that is not allowed",
      httpMethod: "DELETE",
      path: "/v1/raw",
      facts: [12, 405, 0, "/v1/raw"],
    },
    { what: "an unknown path", path: "/nowhere", facts: [5, 404, 0, "/nowhere"] },
    {
      what: "a body of another type",
      httpMethod: "POST",
      path: "/v1/whole",
      body: "x",
      facts: [3, 415, 1, "/v1/whole"],
    },
  ]) {
    it(`makes the body of ${what}`, async () => {
      echo().handlers.GetPath = failing(new RpcError(status.NOT_FOUND, "no"));
      const headers = { "content-type": "text/plain" };
      const answer = await echo().send({
        httpMethod,
        path,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      assert.deepEqual(answer.json.facts, facts);
      assert.equal(answer.status, facts[1]);
      assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    });
  }
});

for (const { what, formatError } of [
  {
    what: "throws",
    formatError: () => {
      throw new Error("broken formatter");
    },
  },
  { what: "returns a promise", formatError: async () => Promise.reject(new Error("late")) },
  { what: "returns nothing", formatError: () => undefined },
  { what: "returns what is no JSON", formatError: () => ({ big: 1n }) },
]) {
  describe(`a formatError that ${what}`, () => {
    const echo = useEcho({
      options: { formatError: Object.assign(formatError, { contentType: "a/b", isEnvelope: true }) },
    });

    it("leaves the client an ordinary error", async () => {
      echo().handlers.GetPath = failing(new RpcError(status.NOT_FOUND, "no"));
      const answer = await echo().get("/v1/path/a");
      assert.equal(answer.status, 404);
      assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
      assert.deepEqual(answer.json, { code: 5, message: "no", details: [] });
      assert.equal(echo().faults.length, 1);
    });
  });
}

describe("problemJson", () => {
  const echo = useEcho({ options: { formatError: problemJson } });

  it("is RFC 9457", async () => {
    echo().handlers.GetPath = failing(
      new RpcError(status.NOT_FOUND, "no such shelf", { details: [errorInfo] }),
    );
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 404);
    assert.equal(answer.headers["content-type"], "application/problem+json");
    assert.deepEqual(answer.json, {
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "no such shelf",
      code: "NOT_FOUND",
      details: [errorInfo],
    });
  });

  it("has a title for a status that HTTP does not know", async () => {
    echo().handlers.GetPath = failing(new RpcError(status.CANCELLED, "gone"));
    const { json } = await echo().get("/v1/path/a");
    assert.deepEqual([json.title, json.status, json.code], ["CANCELLED", 499, "CANCELLED"]);
  });
});

describe("onError", () => {
  const heard: unknown[] = [];
  const echo = useEcho({
    options: {
      onError(error, call) {
        heard.push([error, call?.method.fullName]);
        if (String(error).includes("throw")) throw new Error("the log is full");
        if (String(error).includes("reject"))
          return Promise.reject(new Error("the log is full")) as unknown as undefined;
        return undefined;
      },
    },
  });

  it("is told the error and its call", async () => {
    const error = new Error("x");
    echo().handlers.GetPath = failing(error);
    await echo().get("/v1/path/a");
    assert.deepEqual(heard, [[error, "http.v1.Echo.GetPath"]]);
  });

  for (const way of ["throw", "reject"]) {
    it(`may ${way} without harm to the answer`, async () => {
      const said: unknown[][] = [];
      const { error: original } = console;
      console.error = (...args) => said.push(args);
      try {
        echo().handlers.GetPath = failing(new Error(`please ${way}`));
        assert.equal((await echo().get("/v1/path/a")).status, 500);
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        console.error = original;
      }
      assert.equal(said.length, 1);
      assert.match(String(said[0]?.[0]), /http\.v1\.Echo\.GetPath failed/);
    });
  }
});

describe("a fault that nobody has asked for", () => {
  const echo = useEcho({ options: { onError: undefined } });

  it("goes to console.error", async () => {
    const said: unknown[][] = [];
    const { error: original } = console;
    console.error = (...args) => said.push(args);
    const fault = new Error("x");
    try {
      echo().handlers.GetPath = failing(fault);
      await echo().get("/v1/path/a");
    } finally {
      console.error = original;
    }
    assert.deepEqual(said, [["http.v1.Echo.GetPath failed:", fault]]);
  });
});
