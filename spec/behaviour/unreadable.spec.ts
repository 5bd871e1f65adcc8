import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { Client, credentials, Metadata, ServerInterceptingCall, type ServiceError } from "@grpc/grpc-js";
import { describe, it, onTestFinished } from "vitest";
import {
  createTranscoder,
  Interceptor,
  loadServices,
  type Message,
  type ServerCall,
  type Services,
  startGrpcServer,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { writeFrames } from "../rpc/frames.js";
import { behaviourProto } from "./each-protocol.js";
import { FailureLog } from "./failure-log.js";

/** What interceptors are given of a request that cannot be read. */
const empty = { text: "", count: 0 };

async function loadWatched(): Promise<{ services: Services; log: FailureLog }> {
  const log = new FailureLog();
  const services = await loadServices(behaviourProto);
  const fail = () => assert.fail("the handler ran");
  services.add("behaviour.v1.Notes", { send: fail, expand: fail });
  services.add("behaviour.v1.Fields", { echo: fail });
  services.use(log);
  return { services, log };
}

describe("a request that cannot be read over REST", () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) => ({
    path,
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
  const get = (path: string) => ({ path, method: "GET", body: undefined, headers: {} });
  const requests = {
    "a body that is not JSON": [post("/v1/notes:send", "{"), 400, "Send", status.INVALID_ARGUMENT],
    "a wrong type in the body": [
      post("/v1/notes:send", '{"count":"x"}'),
      400,
      "Send",
      status.INVALID_ARGUMENT,
    ],
    "an unknown field": [post("/v1/notes:send", '{"nope":1}'), 400, "Send", status.INVALID_ARGUMENT],
    "another content type": [
      post("/v1/notes:send", "<a/>", { "content-type": "text/xml" }),
      415,
      "Send",
      status.INVALID_ARGUMENT,
    ],
    "a binary header that is not base64": [
      post("/v1/notes:send", "{}", { "trace-bin": "*" }),
      400,
      "Send",
      status.INVALID_ARGUMENT,
    ],
    "a timeout that cannot be read": [
      post("/v1/notes:send", "{}", { "grpc-timeout": "soon" }),
      400,
      "Send",
      status.INVALID_ARGUMENT,
    ],
    "a wrong type in the body of a call with a stream": [
      post("/v1/notes:expand", '{"count":"x"}'),
      400,
      "Expand",
      status.INVALID_ARGUMENT,
    ],
    "a wrong type in the query": [get("/v1/fields?an_int32=x"), 400, "Echo", status.INVALID_ARGUMENT],
    "a malformed escape in the query": [get("/v1/fields?a_string=%f"), 400, "Echo", status.INVALID_ARGUMENT],
    "a wrong type in the path": [
      { ...post("/v1/fields/a/x", "{}"), method: "PUT" },
      400,
      "Echo",
      status.INVALID_ARGUMENT,
    ],
    "a malformed escape in the path": [
      { ...post("/v1/fields/%ff/1", "{}"), method: "PUT" },
      400,
      "Echo",
      status.INVALID_ARGUMENT,
    ],
  } as const;

  for (const [name, [{ path, ...init }, httpStatus, method, code]] of Object.entries(requests)) {
    it(`is a call that fails: ${name}`, async () => {
      const { services, log } = await loadWatched();
      const server = http.createServer(createTranscoder(services)).listen(0, "127.0.0.1");
      onTestFinished(() => void server.close());
      await new Promise((resolve) => server.once("listening", resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
      const response = await fetch(url, { ...init, body: init.body ?? null });
      assert.equal(response.status, httpStatus);
      const body = (await response.json()) as { code: number };
      assert.equal(body.code, code);
      assert.deepEqual(
        log.failures.map((one) => [one.method, one.code]),
        [[method, code]],
      );
      // What interceptors are given is a message without anything in it.
      const type = method === "Echo" ? "behaviour.v1.Everything" : "behaviour.v1.Note";
      assert.deepEqual(log.failures[0]?.request, services.json(type).decode("{}"));
    });
  }
});

describe("a binary header that is not base64", () => {
  it("does not keep the other headers from interceptors", async () => {
    const services = await loadServices(behaviourProto);
    services.add("behaviour.v1.Notes", { send: () => assert.fail("the handler ran") });
    const seen: unknown[] = [];
    class Read extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        seen.push(call.metadata.get("x-request-id"), call.metadata.get("trace-bin"));
        return next(request, call);
      }
    }
    services.use(new Read(), (_method, call) => {
      const hear = {
        onReceiveMetadata: (metadata: Metadata, pass: (metadata: Metadata) => void) => pass(metadata),
      };
      return new ServerInterceptingCall(call, {
        start: (next) => next(hear),
        sendStatus(told, next) {
          seen.push(told.code);
          next(told);
        },
      });
    });
    const server = http.createServer(createTranscoder(services)).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/notes:send`;
    const headers = { "content-type": "application/json", "x-request-id": "7", "trace-bin": "*" };
    assert.equal((await fetch(url, { method: "POST", body: "{}", headers })).status, 400);
    assert.deepEqual(seen, [["7"], [], status.INVALID_ARGUMENT]);
  });
});

describe("a request that cannot be read over native gRPC", () => {
  it("is a call that fails, as grpc-js says it", async () => {
    const { services, log } = await loadWatched();
    await using server = await startGrpcServer(services, { address: "127.0.0.1:0", gracePeriod: 100 });
    const client = new Client(server.addresses[0] as string, credentials.createInsecure());
    onTestFinished(() => client.close());
    const passOn = (bytes: Buffer) => bytes;
    // The first field says that it is longer than the message.
    const bytes = Buffer.from([0x0a, 0x7f, 0x61]);
    const code = await new Promise((resolve) =>
      client.makeUnaryRequest(
        "/behaviour.v1.Notes/Send",
        passOn,
        passOn,
        bytes,
        new Metadata(),
        (error: ServiceError | null) => resolve(error?.code),
      ),
    );
    assert.equal(code, status.INTERNAL);
    const streamed = client.makeServerStreamRequest("/behaviour.v1.Notes/Expand", passOn, passOn, bytes);
    await assert.rejects(streamed.toArray(), { code: status.INTERNAL });
    assert.deepEqual(
      log.failures.map(({ message: _, ...failure }) => failure),
      ["Send", "Expand"].map((method) => ({ method, request: empty, code: status.INTERNAL })),
    );
  });
});

describe("a request that cannot be read over gRPC-Web and Connect", () => {
  const broken = writeFrames([Buffer.from([0x0a, 0x7f, 0x61])]);
  const requests: readonly {
    readonly contentType: string;
    readonly method: "Send" | "Expand";
    readonly body: Uint8Array;
    readonly headers?: Record<string, string>;
    readonly code: number;
  }[] = [
    { contentType: "application/grpc-web", method: "Send", body: broken, code: status.INTERNAL },
    {
      contentType: "application/grpc-web+json",
      method: "Expand",
      body: writeFrames(["{"]),
      code: status.INVALID_ARGUMENT,
    },
    {
      contentType: "application/grpc-web-text",
      method: "Send",
      body: Buffer.from("*"),
      code: status.INVALID_ARGUMENT,
    },
    {
      contentType: "application/grpc-web",
      method: "Expand",
      body: writeFrames([""]),
      headers: { "grpc-encoding": "snappy" },
      code: status.UNIMPLEMENTED,
    },
    {
      contentType: "application/json",
      method: "Send",
      body: Buffer.from('{"count":"x"}'),
      code: status.INVALID_ARGUMENT,
    },
    {
      contentType: "application/proto",
      method: "Send",
      body: broken.subarray(5),
      code: status.INVALID_ARGUMENT,
    },
    {
      contentType: "application/connect+proto",
      method: "Expand",
      body: broken,
      code: status.INVALID_ARGUMENT,
    },
    {
      contentType: "application/json",
      method: "Send",
      body: Buffer.from("{}"),
      headers: { "connect-timeout-ms": "soon" },
      code: status.INVALID_ARGUMENT,
    },
  ];

  for (const { contentType, method, body, headers, code } of requests) {
    it(`is a call that fails: ${contentType} to ${method}, with ${code}`, async () => {
      const { services, log } = await loadWatched();
      const server = http
        .createServer(createTranscoder(services, { protocols: "all" }))
        .listen(0, "127.0.0.1");
      onTestFinished(() => void server.close());
      await new Promise((resolve) => server.once("listening", resolve));
      const response = await fetch(
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/behaviour.v1.Notes/${method}`,
        { method: "POST", body, headers: { "content-type": contentType, ...headers } },
      );
      await response.arrayBuffer();
      const [{ message: _, ...failure }] = log.failures as [FailureLog["failures"][number]];
      assert.deepEqual(failure, { method, request: empty, code });
      assert.equal(log.failures.length, 1);
    });
  }
});
