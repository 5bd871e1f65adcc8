import assert from "node:assert/strict";
import { beforeEach, describe, it } from "vitest";
import { createMetadata } from "../../lib/call/metadata.js";
import { RpcError, status } from "../../lib/index.js";
import { type EchoHandler, useEcho } from "./echo-server.js";

const notFound = new RpcError(status.NOT_FOUND, "no such shelf");

const twoThenFailure: EchoHandler = async function* () {
  yield { text: "a" };
  yield { text: "b" };
  throw notFound;
};

describe('preset: "google"', () => {
  const echo = useEcho({ options: { preset: "google", json: { emitDefaults: false } } });
  beforeEach(() => echo().reset());

  it("writes errors as Google's APIs do", async () => {
    echo().handlers.GetPath = async () => {
      throw notFound;
    };
    const answer = await echo().get("/v1/path/a");
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json, {
      error: { code: 404, message: "no such shelf", status: "NOT_FOUND", details: [] },
    });
  });

  it("writes its own errors so, too", async () => {
    const badRequest = (await echo().get("/v1/query?int32=x")).json.error;
    assert.equal(badRequest.status, "INVALID_ARGUMENT");
    assert.equal(badRequest.details[0].fieldViolations[0].field, "int32");
    assert.equal((await echo().get("/nowhere")).json.error.code, 404);
    assert.deepEqual((await echo().get("/v1/whole")).json.error.status, "UNIMPLEMENTED");
    assert.equal((await echo().get("/v1/whole")).json.error.code, 405);
  });

  it("streams one JSON array, whose last element may be an error", async () => {
    echo().handlers.Watch = twoThenFailure;
    const answer = await echo().get("/v1/watch/a");
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    assert.deepEqual(answer.json, [
      { text: "a" },
      { text: "b" },
      { error: { code: 404, message: "no such shelf", status: "NOT_FOUND", details: [] } },
    ]);
  });

  it("streams events for alt=sse, with or without the $", async () => {
    for (const name of ["$alt", "alt", "%24alt"]) {
      echo().handlers.Watch = async function* () {
        yield { text: "a" };
      };
      assert.equal((await echo().get(`/v1/watch/a?${name}=sse`)).text, 'data: {"text":"a"}\n\n');
    }
  });

  it('takes the body "" for none', async () => {
    assert.deepEqual((await echo().post("/v1/whole", '""')).json, {});
    assert.deepEqual((await echo().post("/v1/field/child", '""')).json, {});
  });

  it("takes field masks in snake_case", async () => {
    const answerPaths: EchoHandler = async ({ request }) => ({ tags: request.mask.paths });
    echo().handlers.Query = answerPaths;
    echo().handlers.Whole = answerPaths;
    for (const [mask, tags] of [
      ["snake_case,child.other_name", ["snake_case", "child.other_name"]],
      ["snakeCase", ["snake_case"]],
    ] as const) {
      assert.deepEqual((await echo().get(`/v1/query?mask=${mask}`)).json.tags, tags);
      assert.deepEqual((await echo().post("/v1/whole", { mask })).json.tags, tags);
    }
  });

  it("gives way to options of one's own", async () => {
    assert.equal((await echo().get("/v1/path/a")).text, '{"text":"a"}');
  });
});

describe('preset: "google" with unknown parameters refused', () => {
  const echo = useEcho({ options: { preset: "google", unknownQueryParameters: "reject" } });

  it("knows Google's system parameters", async () => {
    const query =
      "alt=json&key=x&prettyPrint=false&fields=text&quotaUser=x&$alt=json;enum-encoding=int&$.xgafv=2";
    assert.equal((await echo().get(`/v1/query?${query}`)).status, 200);
    assert.equal((await echo().post(`/v1/whole?${query}`, {})).status, 200);
    assert.equal((await echo().get("/v1/query?alto=json")).status, 400);
  });
});

describe("the system parameters", () => {
  const echo = useEcho({ options: { json: { emitDefaults: false } } });

  for (const { query, text } of [
    { query: "kind=LARGE", text: '{"kind":"LARGE"}' },
    { query: "kind=LARGE&$alt=json", text: '{"kind":"LARGE"}' },
    { query: "kind=LARGE&$alt=json;enum-encoding=int", text: '{"kind":2}' },
    { query: "kind=LARGE&$alt=json%3Benum-encoding%3Dint", text: '{"kind":2}' },
    { query: "kind=LARGE&%24alt=json%3B%20enum-encoding%3Dint", text: '{"kind":2}' },
    { query: "kind=LARGE&$alt=json;enum-encoding=integer", text: '{"kind":"LARGE"}' },
    { query: "kind=LARGE&$prettyPrint=true", text: '{\n  "kind": "LARGE"\n}' },
    { query: "kind=LARGE&$prettyPrint", text: '{\n  "kind": "LARGE"\n}' },
    { query: "kind=LARGE&$prettyPrint=false", text: '{"kind":"LARGE"}' },
    { query: "kind=LARGE&alt=sse&prettyPrint=true", text: '{"kind":"LARGE"}' },
    { query: "kind=LARGE&$nothing=x", text: '{"kind":"LARGE"}' },
  ]) {
    it(`are obeyed: ${query}`, async () => assert.equal((await echo().get(`/v1/query?${query}`)).text, text));
  }

  it("are obeyed beside a whole body", async () => {
    const answer = await echo().post("/v1/whole?$alt=json;enum-encoding=int", { kind: "LARGE" });
    assert.deepEqual(answer.json, { kind: 2 });
  });

  it("indent no items of streams", async () => {
    echo().handlers.Watch = async function* () {
      yield { text: "a" };
    };
    assert.equal((await echo().get("/v1/watch/a?$prettyPrint=true")).text, '{"text":"a"}\n');
  });
});

describe("$prettyPrint=false", () => {
  const echo = useEcho({ options: { json: { emitDefaults: false, pretty: true } } });

  it("undoes the option", async () => {
    assert.equal((await echo().get("/v1/path/a")).text, '{\n  "text": "a"\n}');
    assert.equal((await echo().get("/v1/path/a?$prettyPrint=false")).text, '{"text":"a"}');
  });
});

describe('preset: "grpc-gateway"', () => {
  const echo = useEcho({ options: { preset: "grpc-gateway", json: { emitDefaults: false } } });
  beforeEach(() => echo().reset());

  it("streams result and error lines", async () => {
    echo().handlers.Watch = twoThenFailure;
    const answer = await echo().get("/v1/watch/a");
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    assert.equal(
      answer.text,
      '{"result":{"text":"a"}}\n{"result":{"text":"b"}}\n{"error":{"code":5,"message":"no such shelf","details":[]}}\n',
    );
  });

  it("wraps the error of a stream that fails before its first message", async () => {
    echo().handlers.Watch = async function* () {
      yield* [];
      throw notFound;
    };
    const answer = await echo().get("/v1/watch/a");
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.json, { error: { code: 5, message: "no such shelf", details: [] } });
  });

  it("wraps no other error", async () => {
    echo().handlers.GetPath = async () => {
      throw notFound;
    };
    assert.deepEqual((await echo().get("/v1/path/a")).json, {
      code: 5,
      message: "no such shelf",
      details: [],
    });
  });

  it("skips unknown members and asks for no content type", async () => {
    const answer = await echo().post("/v1/whole", '{"text":"a","nothing":1}', {
      "content-type": "text/plain",
    });
    assert.deepEqual(answer.json, { text: "a" });
  });

  it("infers masks", async () => {
    await echo().send({ httpMethod: "PATCH", path: "/v1/patches/a", body: '{"int32":1}' });
    assert.deepEqual(echo().requests[0]?.updateMask, { paths: ["int32"] });
  });

  it("reads metadata under grpc-gateway's names", async () => {
    let map: object = {};
    echo().handlers.GetPath = async (call) => {
      map = call.metadata.getMap();
      return {};
    };
    await echo().get("/v1/path/a", {
      "Grpc-Metadata-X-Tenant": "7",
      "Grpc-Metadata-Trace-Bin": "AQI",
      "Grpc-Metadata-Grpc-Timeout": "1S",
      "Grpc-Metadata-Content-Type": "x",
      "Grpc-Metadata-Grpcgateway-Cookie": "forged",
      "Grpcgateway-Authorization": "forged",
      "Grpc-Timeout": "10S",
      authorization: "Bearer x",
      "if-match": "1",
      "content-type": "application/json",
      "x-request-id": "8",
    });
    assert.deepEqual(map, {
      "x-tenant": "7",
      "trace-bin": Buffer.from([1, 2]),
      "grpcgateway-authorization": "Bearer x",
      authorization: "Bearer x",
      "grpcgateway-if-match": "1",
      "if-match": "1",
      "grpcgateway-content-type": "application/json",
      "x-request-id": "8",
    });
  });

  it("refuses binary metadata that is none", async () => {
    assert.equal((await echo().get("/v1/path/a", { "Grpc-Metadata-X-Bin": "!" })).status, 400);
  });

  it("writes metadata under grpc-gateway's names", async () => {
    echo().handlers.GetPath = async (call) => {
      const metadata = createMetadata();
      metadata.set("x-a", "1");
      metadata.set("grpc-status", "9");
      call.sendMetadata(metadata);
      call.trailers.set("x-b", "2");
      return {};
    };
    const answer = await echo().get("/v1/path/a", { te: "trailers" });
    assert.equal(answer.headers["grpc-metadata-x-a"], "1");
    assert.equal(answer.headers["grpc-metadata-grpc-status"], undefined);
    assert.deepEqual({ ...answer.trailers }, { "grpc-trailer-x-b": "2" });
  });

  it("obeys Grpc-Timeout", async () => {
    echo().handlers.GetPath = () => new Promise(() => {});
    assert.equal((await echo().get("/v1/path/a", { "Grpc-Timeout": "5m" })).status, 504);
  });
});

describe('preset: "grpc-gateway" with options of one\'s own', () => {
  const echo = useEcho({
    options: {
      preset: "grpc-gateway",
      streamFormat: "ndjson",
      inferUpdateMask: false,
      json: { ignoreUnknownFields: false },
    },
  });

  it("gives way to them", async () => {
    echo().handlers.Watch = async function* () {
      yield { text: "a" };
    };
    assert.match((await echo().get("/v1/watch/a")).text, /^\{"text":"a"/);
    assert.equal((await echo().post("/v1/whole", { nothing: 1 })).status, 400);
    await echo().send({ httpMethod: "PATCH", path: "/v1/patches/a", body: '{"int32":1}' });
    assert.equal(echo().requests.at(-1)?.updateMask, null);
  });
});
