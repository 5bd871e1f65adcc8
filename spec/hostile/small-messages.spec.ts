import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type HandlerCall, type Listening, listen, type Message } from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";
import { send } from "../rest/http-client.js";

const count = 60_000;
const frame = Buffer.alloc(5);
const frames = Buffer.concat(Array.from({ length: count }, () => frame));

describe("a stream of very many small messages", () => {
  let server: Listening;
  let port: number;
  /** How many messages the handler has had, or given, in one turn of the loop of events, at most. */
  let most: number;
  let all: number;

  /** Count the messages of a stream as they pass, turn by turn. */
  async function* watched(messages: AsyncIterable<Message>): AsyncGenerator<Message> {
    let inTurn = 0;
    let turn = setImmediate(function begin() {
      inTurn = 0;
      turn = setImmediate(begin);
    });
    most = 0;
    all = 0;
    try {
      for await (const message of messages) {
        all++;
        inTurn++;
        most = Math.max(most, inTurn);
        yield message;
      }
    } finally {
      clearImmediate(turn);
    }
  }

  beforeAll(async () => {
    const services = await loadEcho();
    services.add("http.v1.Streams", {
      async collect(call: HandlerCall & AsyncIterable<Message>) {
        for await (const _ of watched(call));
        return {};
      },
      watch: () => watched(manyMessages()),
    });
    server = await listen(services, { host: "127.0.0.1", protocols: "all", openapi: false });
    port = (server.address as AddressInfo).port;
  });
  afterAll(() => server.shutdown());

  function checkTurns(): void {
    assert.equal(all, count);
    assert(most < 2_000, `${most} messages in one turn`);
  }

  for (const [direction, protocol, path, type, body] of [
    ["read", "REST", "/v1/collect/a", "application/x-ndjson", "{}\n".repeat(count)],
    ["read", "gRPC-Web", "/http.v1.Streams/Collect", "application/grpc-web+proto", frames],
    ["read", "Connect", "/http.v1.Streams/Collect", "application/connect+proto", frames],
    ["written", "REST", "/v1/watch", "application/json", "{}"],
    ["written", "gRPC-Web", "/http.v1.Streams/Watch", "application/grpc-web+proto", frame],
    ["written", "Connect", "/http.v1.Streams/Watch", "application/connect+proto", frame],
  ] as const) {
    it(`lets others run while it is ${direction} over ${protocol}`, async () => {
      const answer = await send(port, {
        httpMethod: "POST",
        path,
        headers: { "content-type": type },
        body,
      });
      assert.equal(answer.status, 200, answer.text);
      checkTurns();
    });
  }

  for (const [direction, method, body] of [
    ["read", "Collect", frames],
    ["written", "Watch", frame],
  ] as const) {
    it(`lets others run while it is ${direction} over gRPC`, async () => {
      const session = connect(`http://127.0.0.1:${port}`);
      const stream = session.request({
        ":method": "POST",
        ":path": `/http.v1.Streams/${method}`,
        "content-type": "application/grpc",
        te: "trailers",
      });
      stream.resume().end(body);
      await once(stream, "end");
      session.close();
      checkTurns();
    });
  }
});

async function* manyMessages(): AsyncGenerator<Message> {
  for (let i = 0; i < count; i++) yield {};
}
