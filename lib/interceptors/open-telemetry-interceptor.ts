import { codes } from "../call/rpc-error.js";
import type { ServerCall } from "../call/server-call.js";
import { loadPackage } from "./load-package.js";
import { type Observation, Observer } from "./observer.js";

interface Span {
  setAttributes(attributes: Record<string, string | number>): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  recordException(exception: Error): void;
  isRecording(): boolean;
  end(): void;
}

/** As much of `@opentelemetry/api` as is used. */
export interface OpenTelemetryApi<Context> {
  readonly trace: {
    getTracer(name: string): {
      startSpan(
        name: string,
        options: { kind: number; attributes: Record<string, string> },
        context: Context,
      ): Span;
    };
    getActiveSpan(): Span | undefined;
    // The spans of the API have more to them than is used here.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    setSpan(context: Context, span: any): Context;
  };
  readonly context: {
    active(): Context;
    with<T>(context: Context, step: () => T): T;
  };
  readonly propagation: {
    extract<Carrier>(
      context: Context,
      carrier: Carrier,
      getter: {
        get(carrier: Carrier, key: string): string[];
        keys(carrier: Carrier): string[];
      },
    ): Context;
  };
  readonly SpanKind: { readonly SERVER: number };
  readonly SpanStatusCode: { readonly ERROR: number };
}

/** The codes that are the server's fault. */
const serverFaults: ReadonlySet<number> = new Set([
  codes.UNKNOWN,
  codes.DEADLINE_EXCEEDED,
  codes.UNIMPLEMENTED,
  codes.INTERNAL,
  codes.UNAVAILABLE,
  codes.DATA_LOSS,
]);

/**
 * Tells OpenTelemetry of calls, REST and native alike: `rpc.system`, `rpc.service`, `rpc.method`,
 * `rpc.grpc.status_code`.
 *
 *     services.use(new OpenTelemetryInterceptor());
 *
 * They are attributes of the span that the instrumentation of HTTP or of gRPC has opened. Where there is none, a span of
 * the call's own is opened, under the parent that the W3C trace context of its metadata names.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
 */
export class OpenTelemetryInterceptor<Context> extends Observer {
  readonly #api: OpenTelemetryApi<Context>;

  /**
   * @param api what `@opentelemetry/api` has; found where it is installed unless given.
   * @throws ConfigError when it is neither given nor installed.
   */
  constructor(api?: OpenTelemetryApi<Context>) {
    super();
    // All copies of the package share their state.
    this.#api =
      api ?? (loadPackage("@opentelemetry/api", "OpenTelemetryInterceptor") as OpenTelemetryApi<Context>);
  }

  protected override observe(call: ServerCall): Observation {
    const { trace, context, SpanStatusCode } = this.#api;
    const active = trace.getActiveSpan();
    const isOwn = active?.isRecording() !== true;
    const { span, scope } = isOwn ? this.#openSpan(call) : { span: active as Span, scope: context.active() };
    span.setAttributes(describe(call));
    return {
      run: (step) => context.with(scope, step),
      end(code, error) {
        span.setAttributes({ "rpc.grpc.status_code": code });
        if (serverFaults.has(code)) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          if (error instanceof Error) span.recordException(error);
        }
        if (isOwn) span.end();
      },
    };
  }

  #openSpan(call: ServerCall): { span: Span; scope: Context } {
    const { trace, context, propagation, SpanKind } = this.#api;
    const parent = propagation.extract(context.active(), call.metadata, {
      get: (metadata, key) => metadata.get(key).map(String),
      keys: (metadata) => Object.keys(metadata.getMap()),
    });
    const { service, name } = call.method;
    const span = trace
      .getTracer("express-grpc-transcoding")
      .startSpan(
        `${service.fullName}/${name}`,
        { kind: SpanKind.SERVER, attributes: describe(call) },
        parent,
      );
    return { span, scope: trace.setSpan(parent, span) };
  }
}

function describe({ method }: ServerCall): Record<string, string> {
  return { "rpc.system": "grpc", "rpc.service": method.service.fullName, "rpc.method": method.name };
}
