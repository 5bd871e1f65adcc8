import assert from "node:assert/strict";
import * as client from "prom-client";
import { describe, it, onTestFinished } from "vitest";
import { type HandlerCall, PrometheusInterceptor, RpcError, status } from "../../lib/index.js";
import { eachProtocol } from "../behaviour/each-protocol.js";
import { collect, createDeferred, streamOf } from "../behaviour/messages.js";

eachProtocol("PrometheusInterceptor", (connect) => {
  it("counts and times calls by method and code", async () => {
    const ended = createDeferred();
    const registry = new client.Registry();
    const {
      send,
      collect: collectNotes,
      expand,
      chat,
    } = await connect({
      implementation: {
        async send({ request }: HandlerCall) {
          if (request.text === "fail") throw new RpcError(status.NOT_FOUND, "no such note");
          return request;
        },
        collect: async () => ({}),
        async *expand() {
          try {
            for (let count = 1; ; count++) yield { count };
          } finally {
            ended.resolve();
          }
        },
        async *chat(call: HandlerCall) {
          for await (const message of call) yield message;
          throw new Error("secret");
        },
      },
      interceptors: [new PrometheusInterceptor(client, { registers: [registry], buckets: [1, 60] })],
    });
    await send({});
    await send({});
    await assert.rejects(send({ text: "fail" }));
    await collectNotes(streamOf({}));
    for await (const { count } of expand({})) if (count === 2) break;
    await ended.promise;
    await assert.rejects(collect(chat(streamOf({}))));
    const protocol = connect.protocol.callProtocol;
    const line = (type: string, method: string, code: string) =>
      `grpc_server_handled_total{grpc_type="${type}",grpc_service="behaviour.v1.Notes",grpc_method="${method}",protocol="${protocol}",grpc_code="${code}"}`;
    const text = await registry.metrics();
    assert.deepEqual(
      text.split("\n").filter((one) => one.startsWith("grpc_server_handled_total")),
      [
        `${line("unary", "Send", "OK")} 2`,
        `${line("unary", "Send", "NOT_FOUND")} 1`,
        `${line("client_stream", "Collect", "OK")} 1`,
        `${line("server_stream", "Expand", "CANCELLED")} 1`,
        `${line("bidi_stream", "Chat", "UNKNOWN")} 1`,
      ],
    );
    assert.match(text, /grpc_server_started_total\{[^}]*grpc_method="Send"[^}]*\} 3/);
    assert.match(
      text,
      /grpc_server_handling_seconds_bucket\{le="60"[^}]*grpc_method="Send"[^}]*grpc_code="OK"\} 2/,
    );
  });
});

describe("new PrometheusInterceptor", () => {
  it("finds prom-client where it is installed, and counts with what another instance has made", async () => {
    onTestFinished(() => client.register.clear());
    const instances = [new PrometheusInterceptor(), new PrometheusInterceptor(client)];
    assert.equal(instances.length, 2);
    assert.match(await client.register.metrics(), /^# TYPE grpc_server_started_total counter$/m);
  });

  it("counts in every registry, whichever has the metric already, and in none", async () => {
    const [first, second] = [new client.Registry(), new client.Registry()];
    new PrometheusInterceptor(client, { registers: [second] });
    const both = new PrometheusInterceptor(client, { registers: [first, second] });
    assert.ok(both instanceof PrometheusInterceptor);
    for (const name of ["grpc_server_started_total", "grpc_server_handling_seconds"]) {
      assert.equal(first.getSingleMetric(name), second.getSingleMetric(name));
      assert.notEqual(first.getSingleMetric(name), undefined);
    }
    assert.ok(new PrometheusInterceptor(client, { registers: [] }) instanceof PrometheusInterceptor);
  });
});
