import { ConfigError, type ConfigFault, printFault, printPlace } from "../schema/config-error.js";
import { buildOpenApi } from "../server/build-openapi.js";
import type { Services } from "../services.js";
import { defineCommand } from "./command.js";
import { baseOption, readBase } from "./document-options.js";
import { aboutProtos, loadProtos, sourceOptions } from "./load-protos.js";
import { nameOptions } from "./name-options.js";
import { paint, type TextOutput } from "./terminal.js";

/** Finds everything that is wrong with `.proto` files. */
export const checkCommand = defineCommand({
  name: "check",
  usage: "<protos...> [options]",
  about: `Find everything that is wrong with .proto files: syntax, imports, types, HTTP rules, rules that take the same requests, and annotations for OpenAPI.

Each fault is a line that begins with file:line:column, as far as they are known. The exit code is 1 if there is any.

${aboutProtos}`,
  options: {
    ...sourceOptions,
    ...baseOption,
    json: { heading: "what to write", type: "boolean", help: "the faults as a JSON array" },
  },
  examples: [
    "library/v1/library.proto -I proto",
    "proto/*.proto --base openapi/base.yaml",
    "proto/*.proto --json",
  ],
  async run({ positionals, values }, terminal) {
    const { stdout, stderr } = terminal;
    try {
      const { services, own } = await loadProtos(positionals, values, terminal);
      checkAnnotations(services, await readBase(values));
      const routes = services.bindings.filter(({ method }) => own.includes(method.service));
      if (values.json) stdout.write("[]\n");
      stderr.write(`no faults: ${count(own.length, "service")}, ${count(routes.length, "route")}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const faults = sortByPlace(error.faults).map((fault) => ({
        ...fault,
        message: nameOptions(fault.message),
      }));
      if (values.json) stdout.write(`${JSON.stringify(faults, null, 2)}\n`);
      else for (const fault of faults) stdout.write(`${paintFault(fault, stdout)}\n`);
      stderr.write(`${count(faults.length, "fault")}\n`);
      return 1;
    }
  },
});

/** Those for OpenAPI are read when a document is made of them, which may need a base. */
function checkAnnotations(services: Services, base: object | undefined): void {
  try {
    buildOpenApi(services, { base });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { schema } = services;
    throw new ConfigError(
      error.faults.map((fault) => ({ ...fault, ...(fault.method && schema.locate(fault.method)) })),
      { cause: error },
    );
  }
}

/** Those without a place come first: they are about the command line. */
function sortByPlace(faults: readonly ConfigFault[]): ConfigFault[] {
  return faults.toSorted(
    (a, b) =>
      (a.file ?? "").localeCompare(b.file ?? "") ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.fileColumn ?? 0) - (b.fileColumn ?? 0),
  );
}

function paintFault(fault: ConfigFault, output: TextOutput): string {
  const place = printPlace(fault);
  return `${paint(place, "bold", output)}${printFault(fault).slice(place.length)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
