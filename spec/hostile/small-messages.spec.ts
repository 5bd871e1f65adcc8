import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type HandlerCall, type Listening, listen, type Message } from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";
import { send } from "../rest/http-client.js";

const count = 60_000;
const frames = Buffer.alloc(5 * count);

describe("a stream of very many small messages", () => {
  let server: Listening;
  let port: number;
  /** How many messages the handler has had in one turn of the loop of events, at most. */
  let most: number;
  let all: number;

  beforeAll(async () => {
    const services = await loadEcho();
    services.add("http.v1.Streams", {
      async collect(call: HandlerCall & AsyncIterable<Message>) {
        let inTurn = 0;
        let turn = setImmediate(function begin() {
          inTurn = 0;
          turn = setImmediate(begin);
        });
        most = 0;
        all = 0;
        for await (const _ of call) {
          all++;
          inTurn++;
          most = Math.max(most, inTurn);
        }
        clearImmediate(turn);
        return {};
      },
    });
    server = await listen(services, { host: "127.0.0.1", protocols: "all", openapi: false });
    port = (server.address as AddressInfo).port;
  });
  afterAll(() => server.shutdown());

  for (const [protocol, path, type, body] of [
    ["REST", "/v1/collect/a", "application/x-ndjson", "{}\n".repeat(count)],
    ["gRPC-Web", "/http.v1.Streams/Collect", "application/grpc-web+proto", frames],
    ["Connect", "/http.v1.Streams/Collect", "application/connect+proto", frames],
  ] as const) {
    it(`lets others run over ${protocol}`, async () => {
      const answer = await send(port, {
        httpMethod: "POST",
        path,
        headers: { "content-type": type },
        body,
      });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(all, count);
      assert(most < 2_000, `${most} messages in one turn`);
    });
  }

  it("lets others run over gRPC", async () => {
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({
      ":method": "POST",
      ":path": "/http.v1.Streams/Collect",
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.resume().end(frames);
    await once(stream, "end");
    session.close();
    assert.equal(all, count);
    assert(most < 2_000, `${most} messages in one turn`);
  });
});
