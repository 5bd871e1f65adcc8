import { normalize, resolve } from "node:path";
import type { LoadOptions, SchemaSource } from "../schema/load-schema.js";
import type { Schema, Service } from "../schema/schema.js";
import { loadServices, type Services } from "../services.js";
import type { CommandOptions } from "./command-options.js";
import type { OptionValues } from "./parse-arguments.js";
import type { Terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

/** How the help of a command says what `<protos...>` are. */
export const aboutProtos =
  "<protos...> are .proto files, or descriptor sets (.binpb, .pb, .desc, .protoset) as protoc and buf make them; " +
  "- is a descriptor set on standard input.";

/** Where `.proto` files are, and what is known of them besides. */
export const sourceOptions = {
  "include-dir": {
    heading: "where to look",
    type: "string",
    short: "I",
    multiple: true,
    value: "<dir>",
    help: "look for files and imports here first",
  },
  "service-config": {
    type: "string",
    value: "<file>",
    help: "HTTP rules beside the annotations: a google.api.Service in YAML or JSON",
  },
} as const satisfies CommandOptions;

/** What to load, as the command line names it. */
export async function readSource(paths: readonly string[], terminal: Terminal): Promise<SchemaSource> {
  if (paths.length === 0) throw new UsageError("name a .proto file, or a descriptor set");
  if (!paths.includes("-")) return paths;
  if (paths.length > 1) throw new UsageError('"-" is a whole descriptor set: name no files beside it');
  return terminal.readStdin();
}

/** Load services; `own` are those of the files that were named, not of those that they import. */
export async function loadProtos(
  paths: readonly string[],
  values: OptionValues<typeof sourceOptions>,
  terminal: Terminal,
): Promise<LoadedProtos> {
  const services = await loadServices(await readSource(paths, terminal), readLoadOptions(values));
  return { services, own: findOwnServices(services.schema, paths) };
}

export interface LoadedProtos {
  readonly services: Services;
  readonly own: readonly Service[];
}

export function readLoadOptions(values: OptionValues<typeof sourceOptions>): LoadOptions {
  return { includeDirs: values["include-dir"] ?? [], serviceConfig: values["service-config"] };
}

/** The services of the files that were asked for, not of those that they import; of a descriptor set, all. */
export function findOwnServices({ services }: Schema, paths: readonly string[]): readonly Service[] {
  const own = services.filter(({ file }) => paths.some((path) => file !== undefined && isFile(file, path)));
  return own.length === 0 ? services : own;
}

/** A path may have been found in an include dir. */
function isFile(file: string, path: string): boolean {
  return resolve(file) === resolve(path) || `/${file}`.endsWith(`/${normalize(path)}`);
}
