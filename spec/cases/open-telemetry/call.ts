import * as api from "@opentelemetry/api";
import { createClient, loadServices, OpenTelemetryInterceptor, startGrpcServer } from "../../../lib/index.js";

// Makes one call, and prints the spans of it.

interface PrintedSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: object;
  readonly parentSpanContext?: { readonly spanId: string };
  spanContext(): { readonly spanId: string };
}

const proto = new URL("../proto/behaviour/v1/behaviour.proto", import.meta.url).pathname;
const services = await loadServices(proto);
services.add("behaviour.v1.Notes", { send: async () => ({}) });
services.use(new OpenTelemetryInterceptor(api));
const { addresses, shutdown } = await startGrpcServer(services, { address: "127.0.0.1:0" });
const client = createClient(services.definition("behaviour.v1.Notes"), addresses[0] as string);
await client.send({});
client.close();
await shutdown();

// instrument.cjs has put it there.
const { finishedSpans } = globalThis as unknown as { finishedSpans: () => PrintedSpan[] };
console.log(
  JSON.stringify(
    finishedSpans().map((span) => ({
      name: span.name,
      kind: span.kind,
      attributes: span.attributes,
      id: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId,
    })),
  ),
);
