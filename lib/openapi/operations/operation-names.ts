import type { Report } from "../../schema/config-error.js";
import type { Method, Service } from "../../schema/schema.js";
import type { Annotations } from "../annotations/annotations.js";
import { createNamePool } from "../names.js";

/** Names for services and operations, each unique within a document; who comes first has the short one. */
export interface OperationNames {
  /** `"Greeter"`, or `"greet.v2.Greeter"` for the second of that name. A name that annotations chose may be that of several. */
  tagOf(service: Service): string;
  /**
   * `"Greeter_SayHello"`, then `"Greeter_SayHello2"` for the next rule of the method. An id that an annotation
   * chose is kept, and numbered alike.
   */
  nextIdOf(method: Method, annotated: string | undefined): string;
  /** `"greet.v1.Greeter.SayHello"` for the route that no rule gave, `"greet.v1.Greeter.SayHello.get"` for that by GET. */
  ownIdOf(method: Method, httpMethod: string): string;
}

export function createOperationNames(
  services: readonly Service[],
  annotations: Annotations,
  report: Report,
): OperationNames {
  const tagNames = createNamePool();
  const prefixes = createNamePool();
  const ids = createNamePool();
  const ruleCounts = new Map<Method, number>();

  const chosenTags = services.flatMap((service) => annotations.tag(service).name ?? []);
  for (const name of new Set(chosenTags)) tagNames.take(name);
  const tagOf = memoize(
    (service: Service) => annotations.tag(service).name ?? tagNames.take(service.name, service.fullName),
  );
  const prefixOf = memoize((service: Service) =>
    prefixes.take(service.name, service.fullName.replaceAll(".", "_")),
  );

  return {
    tagOf,
    nextIdOf(method, annotated) {
      const count = (ruleCounts.get(method) ?? 0) + 1;
      ruleCounts.set(method, count);
      const base = annotated ?? `${prefixOf(method.service)}_${method.name}`;
      const id = ids.take(count === 1 ? base : `${base}${count}`);
      if (annotated !== undefined && count === 1 && id !== annotated) {
        const message = `the operation id "${annotated}" is taken by another method: choose another`;
        report({ file: method.service.file, method: method.fullName, message });
      }
      return id;
    },
    ownIdOf: ({ fullName }, httpMethod) => ids.take(httpMethod === "get" ? `${fullName}.get` : fullName),
  };
}

/** Ask once for each service. */
function memoize(name: (service: Service) => string): (service: Service) => string {
  const names = new Map<Service, string>();
  return (service) => {
    const known = names.get(service) ?? name(service);
    names.set(service, known);
    return known;
  };
}
