import type { Binding } from "../http-rule/binding.js";
import type { Report } from "../schema/config-error.js";
import type { Service } from "../schema/schema.js";
import { didYouMean } from "../schema/suggest-name.js";
import type { Visibility } from "./visibility.js";

/**
 * The bindings that a document shows: of the services asked for, without what is hidden.
 *
 *     selectBindings(bindings, ["library.v1"], visibility)    // all services of the package
 */
export function selectBindings(
  bindings: readonly Binding[],
  services: readonly string[] | undefined,
  visibility: Visibility,
): Binding[] {
  return bindings.filter(
    ({ method }) =>
      (services === undefined || services.some((name) => isWithin(method.service.fullName, name))) &&
      visibility.shows(method.reflection),
  );
}

/** Report every name that none of the services with something to show has, nor its package. */
export function reportUnknownServices(
  services: readonly Service[],
  names: readonly string[],
  report: Report,
): void {
  const known = new Set(services.map(({ fullName }) => fullName));
  for (const name of names) {
    if ([...known].some((fullName) => isWithin(fullName, name))) continue;
    report({ message: `openapi: no service or package "${name}" has HTTP rules${didYouMean(name, known)}` });
  }
}

/** Whether a service is the one that is named, or is in the package that is. */
export function isWithin(fullName: string, name: string): boolean {
  return fullName === name || fullName.startsWith(`${name}.`);
}
