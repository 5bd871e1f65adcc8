import * as api from "@opentelemetry/api";
import {
  createClient,
  type HandlerCall,
  loadServices,
  OpenTelemetryInterceptor,
  RpcError,
  startGrpcServer,
  status,
} from "../../../lib/index.js";

// Makes calls of each kind, one of each sort that fails, and prints their spans.

interface PrintedSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: object;
  readonly parentSpanContext?: { readonly spanId: string };
  spanContext(): { readonly spanId: string };
}

const proto = new URL("../proto/behaviour/v1/behaviour.proto", import.meta.url).pathname;
const services = await loadServices(proto);

function refuse({ text }: { readonly text: string }) {
  if (text === "refuse") throw new RpcError(status.PERMISSION_DENIED, "no");
}

services.add("behaviour.v1.Notes", {
  async send({ request }: HandlerCall) {
    refuse(request as never);
    return request;
  },
  async collect(call: HandlerCall) {
    let count = 0;
    for await (const _ of call) count++;
    return { count };
  },
  async *expand({ request }: HandlerCall) {
    yield request;
    refuse(request as never);
  },
  async *chat(call: HandlerCall) {
    yield* call;
  },
});
services.use(new OpenTelemetryInterceptor(api));
const { addresses, shutdown } = await startGrpcServer(services, {
  address: "127.0.0.1:0",
  onError: () => {},
});
const client = createClient(services.definition("behaviour.v1.Notes"), addresses[0] as string);

const answers: unknown[] = [];
const add = (answer: unknown) => answers.push(answer);
async function addAll(replies: AsyncIterable<unknown>) {
  for await (const reply of replies) add(reply);
}
await client.send({ text: "a" }).then(add);
await client.collect([{}, {}]).then(add);
await addAll(client.expand({ text: "b" }));
await addAll(client.chat([{ text: "c" }, { text: "d" }]));
await client.send({ text: "refuse" }).catch(({ code }: RpcError) => add(code));
await addAll(client.expand({ text: "refuse" })).catch(({ code }: RpcError) => add(code));
client.close();
await shutdown();

// instrument.cjs has put it there.
const { finishedSpans } = globalThis as unknown as { finishedSpans: () => PrintedSpan[] };
console.log(
  JSON.stringify({
    answers,
    spans: finishedSpans().map((span) => ({
      name: span.name,
      kind: span.kind,
      attributes: span.attributes,
      id: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId,
    })),
  }),
);
