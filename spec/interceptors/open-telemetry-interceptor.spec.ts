import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { type HandlerCall, OpenTelemetryInterceptor, RpcError, status } from "../../lib/index.js";
import { eachProtocol } from "../behaviour/each-protocol.js";
import { collect } from "../behaviour/messages.js";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  api.trace.setGlobalTracerProvider(provider);
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
afterAll(() => {
  api.trace.disable();
  api.context.disable();
  api.propagation.disable();
});
beforeEach(() => exporter.reset());

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";
const metadata = { traceparent: `00-${traceId}-${parentId}-01` };

eachProtocol(
  "OpenTelemetryInterceptor",
  (connect) => {
    it("opens a span under the trace that the metadata name, in which the handler runs", async () => {
      const inHandler: (string | undefined)[] = [];
      const look = () => inHandler.push(api.trace.getActiveSpan()?.spanContext().spanId);
      const { send, expand } = await connect({
        implementation: {
          async send() {
            look();
            await null;
            look();
            return {};
          },
          async *expand() {
            look();
            yield {};
            await null;
            look();
            yield {};
          },
        },
        interceptors: [new OpenTelemetryInterceptor(api)],
      });
      await send({}, { metadata });
      await collect(expand({}, { metadata }));
      const spans = exporter.getFinishedSpans();
      assert.deepEqual(
        spans.map(({ name, kind, attributes }) => ({ name, kind, attributes })),
        ["Send", "Expand"].map((method) => ({
          name: `behaviour.v1.Notes/${method}`,
          kind: api.SpanKind.SERVER,
          attributes: {
            "rpc.system": "grpc",
            "rpc.service": "behaviour.v1.Notes",
            "rpc.method": method,
            "rpc.grpc.status_code": 0,
          },
        })),
      );
      for (const span of spans) {
        assert.equal(span.spanContext().traceId, traceId);
        assert.equal(span.parentSpanContext?.spanId, parentId);
      }
      const [first, second] = spans.map((span) => span.spanContext().spanId);
      assert.deepEqual(inHandler, [first, first, second, second]);
    });

    it("tells the faults of the server from those of its callers", async () => {
      const { send } = await connect({
        implementation: {
          async send({ request }: HandlerCall) {
            throw request.text === "broken"
              ? new Error("secret")
              : new RpcError(status.NOT_FOUND, "no such note");
          },
        },
        interceptors: [new OpenTelemetryInterceptor(api)],
      });
      await assert.rejects(send({}));
      await assert.rejects(send({ text: "broken" }));
      const [callers, servers] = exporter.getFinishedSpans();
      assert.equal(callers?.attributes["rpc.grpc.status_code"], status.NOT_FOUND);
      assert.equal(callers?.status.code, api.SpanStatusCode.UNSET);
      assert.equal(servers?.attributes["rpc.grpc.status_code"], status.UNKNOWN);
      assert.equal(servers?.status.code, api.SpanStatusCode.ERROR);
      assert.equal(servers?.events[0]?.attributes?.["exception.message"], "secret");
    });
  },
  ({ isRemote }) => !isRemote,
);

describe("the instrumentation of grpc-js", () => {
  it("sees calls of the server and of clients, and the interceptor adds to its spans", async () => {
    const folder = join(import.meta.dirname, "../cases/open-telemetry");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--require", join(folder, "instrument.cjs"), "--import", "tsx", join(folder, "call.ts")],
      { env: { ...process.env, NODE_OPTIONS: "" } },
    );
    const { answers, spans } = JSON.parse(stdout) as {
      answers: unknown[];
      spans: {
        name: string;
        kind: number;
        attributes: Record<string, unknown>;
        parent?: string;
        id: string;
      }[];
    };
    assert.deepEqual(answers, [
      { text: "a", count: 0 },
      { text: "", count: 2 },
      { text: "b", count: 0 },
      { text: "c", count: 0 },
      { text: "d", count: 0 },
      status.PERMISSION_DENIED,
      { text: "refuse", count: 0 },
      status.PERMISSION_DENIED,
    ]);
    const servers = spans.filter(({ kind }) => kind === api.SpanKind.SERVER);
    const clients = spans.filter(({ kind }) => kind === api.SpanKind.CLIENT);
    assert.deepEqual([servers.length, clients.length, spans.length], [6, 6, 12]);
    const calls = [
      ["Send", status.OK],
      ["Collect", status.OK],
      ["Expand", status.OK],
      ["Chat", status.OK],
      ["Send", status.PERMISSION_DENIED],
      ["Expand", status.PERMISSION_DENIED],
    ];
    for (const [i, [method, code]] of calls.entries()) {
      const { name, parent, attributes } = servers[i] ?? {};
      assert.equal(name, `grpc.behaviour.v1.Notes/${method}`);
      assert.equal(parent, clients.find(({ id }) => id === parent)?.id);
      assert.deepEqual(
        ["rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code"].map((key) => attributes?.[key]),
        ["grpc", "behaviour.v1.Notes", method, code],
      );
    }
  });
});
