import type { Binding } from "../http-rule/binding.js";
import type { Report } from "../schema/config-error.js";
import { didYouMean } from "../schema/suggest-name.js";
import type { Visibility } from "./visibility.js";

/**
 * The bindings that a document shows: of the services asked for, without what is hidden.
 *
 *     selectBindings(bindings, { services: ["library.v1"], visibility }, report)    // all services of the package
 */
export function selectBindings(
  bindings: readonly Binding[],
  {
    services,
    visibility,
  }: { readonly services: readonly string[] | undefined; readonly visibility: Visibility },
  report: Report,
): Binding[] {
  const known = new Set(bindings.map(({ method }) => method.service.fullName));
  for (const name of services ?? []) {
    if ([...known].some((fullName) => isWithin(fullName, name))) continue;
    report({ message: `openapi: no service or package "${name}" has HTTP rules${didYouMean(name, known)}` });
  }
  return bindings.filter(
    ({ method }) =>
      (services === undefined || services.some((name) => isWithin(method.service.fullName, name))) &&
      visibility.shows(method.reflection),
  );
}

function isWithin(fullName: string, name: string): boolean {
  return fullName === name || fullName.startsWith(`${name}.`);
}
