import { codes } from "../call/rpc-error.js";
import type { ServerCall } from "../call/server-call.js";
import type { MethodKind } from "../schema/schema.js";
import { loadPackage } from "./load-package.js";
import { type Observation, Observer } from "./observer.js";

type Labels = Readonly<Record<string, string>>;

// biome-ignore lint/suspicious/noExplicitAny: metrics of prom-client are typed by the names of their labels
type Configuration = any;

/** As much of `prom-client` as is used. */
export interface PrometheusClient {
  readonly Counter: new (configuration: Configuration) => { inc(labels: Labels): void };
  readonly Histogram: new (configuration: Configuration) => { observe(labels: Labels, value: number): void };
  /** The default registry. */
  readonly register: unknown;
}

export interface PrometheusOptions {
  /** Registries of prom-client that the metrics are in; its default one unless given. */
  readonly registers?: readonly unknown[] | undefined;
  /** The upper bounds of the histogram, in seconds; the first instance of a registry chooses them. */
  readonly buckets?: readonly number[] | undefined;
}

/**
 * Counts and times calls, REST and native alike, with prom-client.
 *
 *     import * as client from "prom-client";
 *     services.use(new PrometheusInterceptor());
 *     app.get("/metrics", async (req, res) => res.type(client.register.contentType).send(await client.register.metrics()));
 *
 * | metric | labels |
 * | --- | --- |
 * | `grpc_server_started_total` | `grpc_type`, `grpc_service`, `grpc_method`, `protocol` |
 * | `grpc_server_handled_total` | the same, `grpc_code` |
 * | `grpc_server_handling_seconds` | the same, `grpc_code` |
 *
 * `grpc_code` is a name, `NOT_FOUND`; `protocol` is `rest`, `grpc`, `grpc-web` or `connect`. The names are those of the
 * interceptors for other languages, so that their dashboards fit.
 */
export class PrometheusInterceptor extends Observer {
  readonly #started: { inc(labels: Labels): void };
  readonly #handled: { inc(labels: Labels): void };
  readonly #seconds: { observe(labels: Labels, value: number): void };

  /**
   * @param client what `prom-client` has; found where it is installed unless given.
   * @throws ConfigError when it is neither given nor installed.
   */
  constructor(client?: PrometheusClient, options: PrometheusOptions = {}) {
    super();
    const { Counter, Histogram, register } =
      client ?? (loadPackage("prom-client", "PrometheusInterceptor") as PrometheusClient);
    const registers = options.registers ?? [register];
    const create = <Metric>(
      Class: new (configuration: Configuration) => Metric,
      own: Configuration,
    ): Metric => findMetric<Metric>(registers, own.name) ?? new Class({ ...own, registers });
    const labelNames = ["grpc_type", "grpc_service", "grpc_method", "protocol"];
    const withCode = [...labelNames, "grpc_code"];
    this.#started = create(Counter, {
      name: "grpc_server_started_total",
      help: "Calls that have begun.",
      labelNames,
    });
    this.#handled = create(Counter, {
      name: "grpc_server_handled_total",
      help: "Calls that have ended, by the code that they ended with.",
      labelNames: withCode,
    });
    this.#seconds = create(Histogram, {
      name: "grpc_server_handling_seconds",
      help: "How long calls took.",
      labelNames: withCode,
      ...(options.buckets === undefined ? {} : { buckets: options.buckets }),
    });
  }

  protected override observe(call: ServerCall): Observation {
    const labels = describe(call);
    const start = performance.now();
    this.#started.inc(labels);
    return {
      run: (step) => step(),
      end: (code) => {
        const ended = { ...labels, grpc_code: codeNames[code] ?? `CODE_${code}` };
        this.#handled.inc(ended);
        this.#seconds.observe(ended, (performance.now() - start) / 1000);
      },
    };
  }
}

interface Registry<Metric> {
  getSingleMetric(name: string): Metric | undefined;
  registerMetric(metric: Metric): void;
}

/**
 * That of another instance: a registry takes a name once, and a process may have services twice. Its buckets stay as they
 * are.
 */
function findMetric<Metric>(registers: readonly unknown[], name: string): Metric | undefined {
  const registries = registers as readonly Registry<Metric>[];
  const metric = registries.map((one) => one.getSingleMetric(name)).find((one) => one !== undefined);
  if (metric === undefined) return undefined;
  for (const registry of registries) {
    if (registry.getSingleMetric(name) === undefined) registry.registerMetric(metric);
  }
  return metric;
}

const codeNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(codes).map(([name, code]) => [code, name]),
);

const types: Readonly<Record<MethodKind, string>> = {
  unary: "unary",
  "client-streaming": "client_stream",
  "server-streaming": "server_stream",
  "duplex-streaming": "bidi_stream",
};

function describe({ method, protocol }: ServerCall): Labels {
  return {
    grpc_type: types[method.kind],
    grpc_service: method.service.fullName,
    grpc_method: method.name,
    protocol,
  };
}
