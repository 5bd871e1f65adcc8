import { join } from "node:path";
import { compileBindings } from "../lib/http-rule/compile-binding.js";
import { buildDocument } from "../lib/openapi/build-document.js";
import { printYaml } from "../lib/openapi/print-yaml.js";
import { ConfigError, type ConfigFault } from "../lib/schema/config-error.js";
import { loadSchema } from "../lib/schema/load-schema.js";

/**
 * The OpenAPI documents of the demo's services, by the name of their file: of version 3.1 as JSON and as YAML, and of
 * version 3.0.
 */
export async function demoDocuments(): Promise<ReadonlyMap<string, string>> {
  const includeDirs = [join(import.meta.dirname, "../proto")];
  const { services } = await loadSchema(["greet/v1/greet.proto", "bookstore/v1/bookstore.proto"], {
    includeDirs,
  });
  const faults: ConfigFault[] = [];
  const bindings = compileBindings(services, (fault) => faults.push(fault));
  if (faults.length > 0) throw new ConfigError(faults);
  const options = { info: { title: "Demo" }, json: { emitDefaults: true } };
  const document = buildDocument(bindings, options);
  const document30 = buildDocument(bindings, { ...options, version: "3.0" });
  return new Map([
    ["demo.json", printJson(document)],
    ["demo.yaml", printYaml(document)],
    ["demo-3.0.json", printJson(document30)],
  ]);
}

function printJson(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
