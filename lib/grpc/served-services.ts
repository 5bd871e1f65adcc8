import type { Services } from "../services.js";
import { createHealthService, type Health } from "./health.js";
import { createReflectionServices } from "./reflection.js";

export interface BuiltInOptions {
  /** Tell tools like grpcurl and `buf curl` of the services and their messages: on unless `false`. */
  readonly reflection?: boolean | undefined;
  /** Answer probes and load balancers through `grpc.health.v1.Health`: on unless `false`. */
  readonly health?: boolean | undefined;
}

/** What a server serves over native gRPC: the services of the application and those that every server has. */
export interface ServedServices {
  readonly all: readonly Services[];
  readonly health: Health;
  /** The server is about to stop: probes are told so, and those who watch are let go. */
  stop(): void;
}

/**
 * Add health and reflection to services. They stay outside the interceptors of the application: probes have no
 * token. Where the application serves one of them itself, its own counts.
 */
export function withBuiltInServices(services: Services, options: BuiltInOptions): ServedServices {
  const names = services.schema.services.map(({ fullName }) => fullName);
  const isFree = (added: Services) =>
    added.schema.services.every(({ fullName }) => !names.includes(fullName));
  const health = createHealthService(() => services.served.map(({ fullName }) => fullName));
  const served = [services];
  if (options.health !== false && isFree(health.services)) served.push(health.services);
  if (options.reflection !== false) served.push(...createReflectionServices(served).filter(isFree));
  return { all: served, health: health.health, stop: health.stop };
}
