import type { Binding } from "../http-rule/binding.js";
import { bindOwnPath } from "../http-rule/compile-binding.js";
import { createRouter, type Router } from "../http-rule/router.js";
import { ConfigError, type ConfigFault, type Report } from "../schema/config-error.js";
import type { Service } from "../schema/schema.js";
import type { Services } from "../services.js";

export interface ServedRoutes {
  /** The routes of all services that were loaded, served or not. */
  readonly all: readonly Binding[];
  /** All services that were loaded. */
  readonly services: readonly Service[];
  /** Those of the services that are served now; the same objects while no other service is added. */
  current(): CurrentRoutes;
}

export interface CurrentRoutes {
  /** Those that are served. */
  readonly services: readonly Service[];
  readonly router: Router;
  readonly bindings: readonly Binding[];
}

/**
 * The routes of the services that are served, which may be added after the router has been mounted.
 *
 * @param withUnannotated give methods without a rule `POST /package.Service/Method`.
 * @throws ConfigError when two rules, of services that are served or of others, take the same requests.
 */
export function createServedRoutes(services: Services, withUnannotated: boolean): ServedRoutes {
  const faults: ConfigFault[] = [];
  const report: Report = (fault, part) => {
    const place = fault.method === undefined ? {} : services.schema.locate(fault.method, part);
    faults.push({ ...fault, ...place });
  };
  const unannotated = withUnannotated ? compileUnannotated(services.schema.services, report) : [];
  const all = [...services.bindings, ...unannotated];
  createRouter(all, report);
  if (faults.length > 0) throw new ConfigError(faults);

  let served = services.served;
  let routes = routesOf(served, all);
  function current(): CurrentRoutes {
    if (services.served !== served) {
      served = services.served;
      routes = routesOf(served, all);
    }
    return routes;
  }
  return { all, services: services.schema.services, current };
}

/** For a host that speaks no REST: no routes of any service. */
export function withoutRoutes(services: Services): ServedRoutes {
  const router: Router = { match: () => undefined, allowedMethods: () => [] };
  const current = () => ({ services: services.served, router, bindings: [] });
  return { all: [], services: services.schema.services, current };
}

function routesOf(served: readonly Service[], all: readonly Binding[]): CurrentRoutes {
  const own = new Set(served);
  const bindings = all.filter(({ method }) => own.has(method.service));
  // What is wrong with two of them has been found among all.
  return { services: served, router: createRouter(bindings, () => {}), bindings };
}

function compileUnannotated(services: readonly Service[], report: Report): Binding[] {
  return services
    .flatMap(({ methods }) => methods)
    .filter(({ rules }) => rules.length === 0)
    .flatMap((method) => bindOwnPath(method, report) ?? []);
}
