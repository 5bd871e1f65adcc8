import assert from "node:assert/strict";
import { once } from "node:events";
import http2, { constants } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { Metadata, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, it, onTestFinished, vi } from "vitest";
import { type Listening, listen, RpcError } from "../../lib/index.js";
import {
  type Frame,
  flag,
  frameType,
  openRawHttp2,
  printFrame,
  printRequest,
  printSettings,
  type RawHttp2,
} from "../hostile/raw-http2.js";
import { loadEcho } from "../rest/echo-server.js";

const path = (text: string) => ({ ":path": `/v1/path/${text}` });
const grpcCall = { ":method": "POST", ":path": "/http.v1.Echo/Whole", "content-type": "application/grpc" };
/** Calls that end with a trailer so large that the system does not take all of them for a client that does not read. */
const calls = 900;
const trailers = new Metadata();
trailers.set("large", "x".repeat(30_000));

/** Requests whose bodies nobody reads, or not to their end. */
const unread = [
  { what: "REST that is refused", fields: path("x") },
  { what: "REST", fields: { ":path": "/v1/whole", "content-type": "application/json" } },
  { what: "gRPC", fields: grpcCall },
  { what: "gRPC-Web", fields: { ...grpcCall, "content-type": "application/grpc-web" } },
  { what: "an app", fields: { ":path": "/app" } },
];

describe("an HTTP/2 connection that is to end", () => {
  let server: Listening;
  let client: RawHttp2;
  /** What the handler of `/v1/query` waits for. */
  let held: Promise<void>;
  let letGo: () => void;
  let stopped: Promise<void> | undefined;
  let failed: number;
  let allFailed: Promise<void>;
  let haveFailed: () => void;
  let port: number;

  beforeEach(async () => {
    held = new Promise((resolve) => {
      letGo = resolve;
    });
    failed = 0;
    allFailed = new Promise((resolve) => {
      haveFailed = resolve;
    });
    stopped = undefined;
    const services = await loadEcho();
    services.add("http.v1.Echo", {
      async getPath({ request }) {
        if (request.text === "stop") stopped ??= server.shutdown();
        return request;
      },
      async query() {
        await held;
        return {};
      },
      async whole() {
        if (++failed === calls) haveFailed();
        throw new RpcError(status.ABORTED, "no", { metadata: trailers });
      },
    });
    server = await listen(services, {
      host: "127.0.0.1",
      openapi: false,
      protocols: "all",
      gracePeriod: Number.POSITIVE_INFINITY,
      app: (_, res) => res.end("app"),
    });
    port = (server.address as AddressInfo).port;
    client = await openRawHttp2(port);
    await client.frame(({ type, flags }) => type === frameType.settings && flags === flag.ack);
  });

  afterEach(async () => {
    letGo();
    client.socket.destroy();
    await server.shutdown();
  });

  async function readText(stream: number): Promise<string> {
    const data = await client.frame((frame) => frame.type === frameType.data && frame.stream === stream);
    return JSON.parse(data.payload.toString()).text;
  }

  const readLastStream = ({ payload }: Frame) => payload.readUInt32BE(0);

  it("names the last stream that is served, and leaves a later one of the same piece alone", async () => {
    await client.write(Buffer.concat([printRequest(1, path("stop")), printRequest(3, path("late"))]));
    assert.equal(await readText(1), "stop");
    await client.frame((frame) => frame.type === frameType.goaway && readLastStream(frame) === 1);
    client.socket.end();
    await stopped;
    assert.deepEqual(
      client.frames.filter(({ stream }) => stream === 3),
      [],
    );
  });

  it("serves the streams that have come with the one that stops it, which the client is told are served", async () => {
    const early = connect(port, "127.0.0.1");
    onTestFinished(() => void early.destroy());
    const settings = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), printSettings()]);
    const requests = [printRequest(1, path("stop")), printRequest(3, path("a")), printRequest(5, path("b"))];
    early.write(Buffer.concat([settings, ...requests]));
    const answers = Buffer.concat(await early.toArray()).toString("latin1");
    assert.deepEqual(answers.match(/(?<="text":")\w+/g), ["stop", "a", "b"]);
    await stopped;
  });

  it("is over as soon as an idle client has heard of it", async () => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    await once(session, "remoteSettings");
    client.socket.destroy();
    // Nor does the time pass that those have who do not hear.
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    await Promise.all([once(session, "close"), server.shutdown()]);
  });

  for (const code of [constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_CANCEL]) {
    for (const { what, fields } of unread) {
      it(`does not wait for a stream that was reset with the code ${code}: ${what}`, async () => {
        const payload = Buffer.alloc(4);
        payload.writeUInt32BE(code);
        await client.write(
          Buffer.concat([
            printRequest(1, { ":method": "POST", ...fields }, flag.endHeaders),
            printFrame({ type: frameType.data, flags: flag.none, stream: 1, payload: Buffer.alloc(70) }),
            printFrame({ type: frameType.reset, flags: flag.none, stream: 1, payload }),
            printRequest(3, path("stop")),
          ]),
        );
        await client.closed;
        await stopped;
      });
    }
  }

  it("waits for the streams that are open", async () => {
    await client.write(printRequest(1, { ":path": "/v1/query" }));
    await client.write(printRequest(3, path("stop")));
    await client.frame((frame) => frame.type === frameType.goaway && readLastStream(frame) === 3);
    letGo();
    await client.frame(({ type, stream }) => type === frameType.data && stream === 1);
    client.socket.end();
    await stopped;
  });

  it("is closed on a client that does not close it", async () => {
    await client.write(printRequest(1, path("stop")));
    assert.equal(await readText(1), "stop");
    await client.closed;
    await stopped;
  });

  it("waits for a client that is slow to read what its calls have ended with", async () => {
    const slow = await openRawHttp2(port);
    slow.socket.pause();
    const streams = Array.from({ length: calls }, (_, i) => 1 + 2 * i);
    const empty = Buffer.alloc(5);
    await slow.write(
      Buffer.concat(
        streams.flatMap((stream) => [
          printRequest(stream, grpcCall, flag.endHeaders),
          printFrame({ type: frameType.data, flags: flag.endStream, stream, payload: empty }),
        ]),
      ),
    );
    await allFailed;
    stopped = server.shutdown();
    // Longer than clients have to close it.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    slow.socket.resume();
    await slow.frame(({ stream }) => stream === streams.at(-1));
    slow.socket.end();
    await slow.closed;
    const ended = slow.frames.filter(
      ({ type, flags }) => type === frameType.headers && flags & flag.endStream,
    );
    assert.equal(ended.length, calls);
    await stopped;
  });
});
