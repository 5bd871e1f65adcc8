import type { Binding } from "../http-rule/binding.js";
import type { OpenApiOptions } from "../openapi/options.js";
import { printYaml } from "../openapi/print-yaml.js";
import type { Service } from "../schema/schema.js";
import { buildOpenApi } from "../server/build-openapi.js";
import { createServedRoutes } from "../server/served-routes.js";
import { defineCommand } from "./command.js";
import { documentOptions, readDocumentOptions } from "./document-options.js";
import { aboutProtos, loadProtos, sourceOptions } from "./load-protos.js";
import { outputOption, writeResult } from "./output-option.js";
import { explainMissingRoutes } from "./print-routes.js";
import { readRestOptions, restOptions } from "./rest-options.js";

/** Writes the OpenAPI document of services. */
export const openapiCommand = defineCommand({
  name: "openapi",
  usage: "<protos...> [options]",
  about: `Write the OpenAPI document of services, the same that a router with these options serves.

${aboutProtos}`,
  options: {
    ...sourceOptions,
    ...outputOption,
    yaml: { type: "boolean", help: "YAML, as for a file named .yaml or .yml; JSON without it" },
    ...documentOptions,
    service: {
      type: "string",
      multiple: true,
      value: "<name>",
      help: "show this service, or all of this package, and no others",
    },
    lenient: { type: "boolean", help: "describe all that the server reads, for validators" },
    ...restOptions,
  },
  examples: [
    "library/v1/library.proto -I proto -o openapi.json",
    "api.binpb --version 3.0 --title Library --server https://api.example.com -o openapi.yaml",
  ],
  async run({ positionals, values }, terminal) {
    const rest = readRestOptions(values);
    const openapi = await readDocumentOptions(values);
    const { services, own } = await loadProtos(positionals, values, terminal);
    const { all } = createServedRoutes(services, values.unannotated ?? false);
    const bindings = all.filter(({ method }) => own.includes(method.service));
    if (bindings.length === 0 && !openapi.connect) terminal.stderr.write(explainMissingRoutes(own, bindings));
    const document = buildOpenApi(services, {
      ...rest,
      ...openapi,
      services: values.service ?? findDescribed(own, bindings, openapi),
      lenient: values.lenient,
    });
    const isYaml = values.yaml ?? /\.ya?ml$/.test(values.output ?? "");
    const text = isYaml ? printYaml(document) : `${JSON.stringify(document, null, 2)}\n`;
    await writeResult(text, values.output, terminal);
    return 0;
  },
});

/** The services that have routes, be it by Connect alone. */
function findDescribed(
  own: readonly Service[],
  bindings: readonly Binding[],
  { connect = false }: OpenApiOptions,
): readonly string[] {
  const routed = new Set(bindings.map(({ method }) => method.service));
  const isDescribed = (service: Service) =>
    routed.has(service) || (connect && service.methods.some(({ kind }) => kind === "unary"));
  return own.filter(isDescribed).map(({ fullName }) => fullName);
}
