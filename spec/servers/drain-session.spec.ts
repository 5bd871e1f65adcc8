import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { Metadata, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, it } from "vitest";
import { type Listening, listen, RpcError } from "../../lib/index.js";
import {
  type Frame,
  flag,
  frameType,
  openRawHttp2,
  printFrame,
  printRequest,
  type RawHttp2,
} from "../hostile/raw-http2.js";
import { loadEcho } from "../rest/echo-server.js";

const grpcCall = { ":method": "POST", ":path": "/http.v1.Echo/Whole", "content-type": "application/grpc" };
/** Calls that end with a trailer so large that the system does not take all of them for a client that does not read. */
const calls = 900;
const trailers = new Metadata();
trailers.set("large", "x".repeat(30_000));

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
    server = await listen(services, { host: "127.0.0.1", openapi: false });
    port = (server.address as AddressInfo).port;
    client = await openRawHttp2(port);
    await client.frame(({ type, flags }) => type === frameType.settings && flags === flag.ack);
  });

  afterEach(async () => {
    letGo();
    client.socket.destroy();
    await server.shutdown();
  });

  const path = (text: string) => ({ ":path": `/v1/path/${text}` });

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
