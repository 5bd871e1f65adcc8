import type { Binding } from "../http-rule/binding.js";
import { compileBinding } from "../http-rule/compile-binding.js";
import { createRouter, type Router } from "../http-rule/router.js";
import { ConfigError, type ConfigFault } from "../schema/config-error.js";
import type { Service } from "../schema/schema.js";
import type { Services } from "../services.js";

export interface ServedRoutes {
  readonly router: Router;
  readonly bindings: readonly Binding[];
}

/**
 * The routes of the services that are served, which may be added after the router has been mounted.
 *
 * @param withUnannotated give methods without a rule `POST /package.Service/Method`.
 * @throws ConfigError when two rules take the same requests.
 */
export function createServedRoutes(services: Services, withUnannotated: boolean): () => ServedRoutes {
  let routes = compileRoutes(services, withUnannotated);
  let compiledFor = services.served;
  return () => {
    if (services.served !== compiledFor) {
      routes = compileRoutes(services, withUnannotated);
      compiledFor = services.served;
    }
    return routes;
  };
}

function compileRoutes({ bindings, served }: Services, withUnannotated: boolean): ServedRoutes {
  const faults: ConfigFault[] = [];
  const report = (fault: ConfigFault) => faults.push(fault);
  const own = new Set<Service>(served);
  const annotated = bindings.filter(({ method }) => own.has(method.service));
  const unannotated = withUnannotated ? compileUnannotated(served, report) : [];
  const all = [...annotated, ...unannotated];
  const router = createRouter(all, report);
  if (faults.length > 0) throw new ConfigError(faults);
  return { router, bindings: all };
}

function compileUnannotated(services: readonly Service[], report: (fault: ConfigFault) => void): Binding[] {
  return services
    .flatMap(({ methods }) => methods)
    .filter(({ rules }) => rules.length === 0)
    .flatMap((method) => {
      const rule = { httpMethod: "POST", template: method.path, body: "*", responseBody: "", index: 0 };
      return compileBinding(method, rule, report) ?? [];
    });
}
