import { codes, RpcError } from "../call/rpc-error.js";
import { ConfigError } from "../schema/config-error.js";
import { didYouMean } from "../schema/suggest-name.js";
import type { Services } from "../services.js";
import { loadProtoText } from "./load-proto-text.js";

const proto = `
syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest {
  string service = 1;
}
message HealthCheckResponse {
  enum ServingStatus {
    UNKNOWN = 0;
    SERVING = 1;
    NOT_SERVING = 2;
    SERVICE_UNKNOWN = 3;
  }
  ServingStatus status = 1;
}
message HealthListRequest {}
message HealthListResponse {
  map<string, HealthCheckResponse> statuses = 1;
}
service Health {
  rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
  rpc List(HealthListRequest) returns (HealthListResponse);
  rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
}`;

export type ServingStatus = "SERVING" | "NOT_SERVING";

/** Whether services can be used, as load balancers and probes ask for it. */
export interface Health {
  /**
   * Say that a service can, or cannot, be used now; `""` is the server as a whole. All begin as `"SERVING"`.
   *
   *     health.setServingStatus("bookstore.v1.Bookstore", "NOT_SERVING");   // its database is gone
   *
   * @throws ConfigError when no such service is served.
   */
  setServingStatus(service: string, status: ServingStatus): void;
  /**
   * What probes are told about a service, or about the server as a whole.
   *
   *     app.get("/healthz", (req, res) => res.sendStatus(health.servingStatus() === "SERVING" ? 200 : 503));
   *
   * @throws ConfigError when no such service is served.
   */
  servingStatus(service?: string): ServingStatus;
}

interface HealthCall {
  readonly request: { readonly service: string };
  readonly signal: AbortSignal;
}

export interface HealthService {
  readonly health: Health;
  /** `grpc.health.v1.Health`, implemented. */
  readonly services: Services;
  /** Everything is `NOT_SERVING` from now on, and those who watch are told so and let go. */
  stop(): void;
}

/**
 * The health of a server and of each of its services, and the service that tells of it.
 *
 * @param findServed the names of the services as they are now.
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/health-checking.md
 */
export function createHealthService(findServed: () => readonly string[]): HealthService {
  /** Those that were set. */
  const statuses = new Map<string, ServingStatus>();
  const watchers = new Set<() => void>();
  let isStopped = false;

  function findStatus(service: string): ServingStatus | undefined {
    if (service !== "" && !findServed().includes(service)) return undefined;
    return isStopped ? "NOT_SERVING" : (statuses.get(service) ?? "SERVING");
  }

  function resolveStatus(service: string): ServingStatus {
    const status = findStatus(service);
    if (status !== undefined) return status;
    const message = `no service "${service}" is served${didYouMean(service, findServed())}`;
    throw new ConfigError([{ message }]);
  }

  function tellWatchers(): void {
    for (const wake of watchers) wake();
  }

  /** The status whenever it changes, until the watcher leaves. */
  async function* watch(service: string, signal: AbortSignal): AsyncIterable<{ status: string }> {
    let wake = () => {};
    const onChange = () => wake();
    watchers.add(onChange);
    signal.addEventListener("abort", onChange);
    try {
      for (let told: string | undefined; !signal.aborted; ) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const status = findStatus(service) ?? "SERVICE_UNKNOWN";
        if (status !== told) yield { status };
        told = status;
        // A watcher that stayed would hold up the shutdown.
        if (isStopped) throw new RpcError(codes.UNAVAILABLE, "the server is shutting down");
        await changed;
      }
    } finally {
      watchers.delete(onChange);
      signal.removeEventListener("abort", onChange);
    }
  }

  const services = loadProtoText("grpc/health/v1/health.proto", proto).add("grpc.health.v1.Health", {
    async check({ request }: HealthCall) {
      const status = findStatus(request.service);
      if (status !== undefined) return { status };
      throw new RpcError(codes.NOT_FOUND, `no service "${request.service}"`);
    },
    async list() {
      const names = ["", ...findServed()];
      return { statuses: Object.fromEntries(names.map((name) => [name, { status: findStatus(name) }])) };
    },
    watch: ({ request, signal }: HealthCall) => watch(request.service, signal),
  });

  return {
    health: {
      setServingStatus(service, status) {
        resolveStatus(service);
        if (status !== "SERVING" && status !== "NOT_SERVING") {
          throw new ConfigError([
            { message: `the status "${status}" is neither "SERVING" nor "NOT_SERVING"` },
          ]);
        }
        statuses.set(service, status);
        tellWatchers();
      },
      servingStatus: (service = "") => resolveStatus(service),
    },
    services,
    stop() {
      isStopped = true;
      tellWatchers();
    },
  };
}
