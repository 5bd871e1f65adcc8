import { parse } from "yaml";
import { compact } from "../openapi/compact.js";
import { printYaml } from "../openapi/print-yaml.js";
import { ConfigError } from "../schema/config-error.js";
import { isRecord } from "../schema/record.js";
import { buildOpenApi } from "../server/build-openapi.js";
import { createServedRoutes } from "../server/served-routes.js";
import { chooseValue } from "./choose-value.js";
import { defineCommand } from "./command.js";
import { aboutProtos, loadProtos, sourceOptions } from "./load-protos.js";
import { outputOption, writeResult } from "./output-option.js";
import { explainMissingRoutes } from "./print-routes.js";
import { readOptionFile } from "./read-option-file.js";
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
    version: { type: "string", value: "<3.1|3.0>", help: "the version of OpenAPI: 3.1 unless given" },
    title: { type: "string", value: "<text>", help: "what the API is called" },
    "api-version": { type: "string", value: "<text>", help: "the version of the API itself" },
    server: { type: "string", multiple: true, value: "<url>", help: "where the API is found" },
    service: {
      type: "string",
      multiple: true,
      value: "<name>",
      help: "show this service, or all of this package, and no others",
    },
    visibility: {
      type: "string",
      multiple: true,
      value: "<label>",
      help: "show what google.api.visibility restricts to this label",
    },
    base: { type: "string", value: "<file>", help: "a document to merge with, in YAML or JSON" },
    lenient: { type: "boolean", help: "describe all that the server reads, for validators" },
    ...restOptions,
  },
  examples: [
    "library/v1/library.proto -I proto -o openapi.json",
    "api.binpb --version 3.0 --title Library --server https://api.example.com -o openapi.yaml",
  ],
  async run({ positionals, values }, terminal) {
    const version = chooseValue("version", values.version, ["3.1", "3.0"]);
    const rest = readRestOptions(values);
    const { services, own } = await loadProtos(positionals, values, terminal);
    const { all } = createServedRoutes(services, values.unannotated ?? false);
    const bindings = all.filter(({ method }) => own.includes(method.service));
    if (bindings.length === 0) terminal.stderr.write(explainMissingRoutes(own, bindings));
    const document = buildOpenApi(services, {
      ...rest,
      version,
      info: compact({ title: values.title, version: values["api-version"] }),
      servers: values.server?.map((url) => ({ url })),
      base: values.base === undefined ? undefined : await readDocument(values.base),
      services: values.service ?? [...new Set(bindings.map(({ method }) => method.service.fullName))],
      visibility: values.visibility,
      lenient: values.lenient,
    });
    const isYaml = values.yaml ?? /\.ya?ml$/.test(values.output ?? "");
    const text = isYaml ? printYaml(document) : `${JSON.stringify(document, null, 2)}\n`;
    await writeResult(text, values.output, terminal);
    return 0;
  },
});

/** YAML, and with it JSON. */
async function readDocument(file: string): Promise<object> {
  const document = readYaml((await readOptionFile({ option: "base", file })).toString("utf8"), file);
  if (isRecord(document)) return document;
  throw new ConfigError([{ file, message: "this is no OpenAPI document: it must be an object" }]);
}

function readYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError([{ file, message }], { cause });
  }
}
