import type { Binding } from "../http-rule/binding.js";
import type { MethodKind, Service } from "../schema/schema.js";
import { printTable } from "./print-table.js";
import { paint, type TextOutput } from "./terminal.js";

/** Which sides stream. */
const streaming: Readonly<Record<MethodKind, string>> = {
  unary: "-",
  "client-streaming": "client",
  "server-streaming": "server",
  "duplex-streaming": "both",
};

/** Routes as a table with a heading. */
export function printRoutes(bindings: readonly Binding[], output: TextOutput): string {
  const rows = bindings.map(({ httpMethod, template, method }) => [
    httpMethod,
    template.text,
    method.fullName,
    streaming[method.kind],
  ]);
  const [heading = "", ...lines] = printTable([["HTTP", "PATH", "METHOD", "STREAMING"], ...rows]).split("\n");
  return [paint(heading, "bold", output), ...lines].join("\n");
}

/** What to say of the methods that have no route; nothing if all have one. */
export function explainMissingRoutes(services: readonly Service[], bindings: readonly Binding[]): string {
  const routed = new Set(bindings.map(({ method }) => method));
  const methods = services.flatMap((service) => service.methods).filter((method) => !routed.has(method));
  const [first, ...others] = methods.map(({ fullName }) => fullName);
  if (first === undefined) return bindings.length === 0 ? "there is no service\n" : "";
  const last = others.pop();
  if (last === undefined)
    return `${first} has no HTTP rule: --unannotated gives it the route POST ${methods[0]?.path}\n`;
  const names = `${[first, ...others].join(", ")} and ${last}`;
  return `${names} have no HTTP rule: --unannotated gives them routes such as POST ${methods[0]?.path}\n`;
}
