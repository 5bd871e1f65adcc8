import { buildOpenApi } from "express-grpc-transcoding";
import { loadDemoServices } from "../demo/load-demo-services.js";
import { demoOpenApi } from "../demo/openapi.js";
import { printYaml } from "../lib/openapi/print-yaml.js";

/**
 * The OpenAPI documents of the demo, by the name of their file: of version 3.1 as it serves it, as JSON and as YAML, and
 * of version 3.0.
 */
export async function demoDocuments(): Promise<ReadonlyMap<string, string>> {
  const services = await loadDemoServices();
  const document = buildOpenApi(services, demoOpenApi);
  const document30 = buildOpenApi(services, { ...demoOpenApi, version: "3.0" });
  return new Map([
    ["demo.json", printJson(document)],
    ["demo.yaml", printYaml(document)],
    ["demo-3.0.json", printJson(document30)],
  ]);
}

function printJson(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
