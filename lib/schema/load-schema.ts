import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { ConfigError, type ConfigFault, type Report, type RulePart } from "./config-error.js";
import { findPlace } from "./find-place.js";
import { loadDescriptorSet, type SerializedSet } from "./load-descriptor-set.js";
import { type LoadOptions, type ResolvedLoadOptions, resolveLoadOptions } from "./load-options.js";
import { loadPackageDefinition, type PackageDefinition } from "./load-package-definition.js";
import { loadProtoFiles } from "./load-proto-files.js";
import { type Reading, readAsync, readOrReport, readSync } from "./read-files.js";
import { readHttpRules } from "./read-http-rules.js";
import { readServices } from "./read-services.js";
import { resolveRoot } from "./resolve-root.js";
import type { HttpRule, Schema, Service, SourcePlace } from "./schema.js";
import { type ConfiguredRules, readServiceConfig } from "./service-config.js";
import { didYouMean } from "./suggest-name.js";
import { fileOf, qualifiedName } from "./walk.js";

export type { LoadOptions } from "./load-options.js";

/**
 * What services are loaded from: paths of `.proto` files; the path of a `FileDescriptorSet` (`.binpb`, `.pb`,
 * `.desc` or `.protoset`) or its bytes; a `Root` of protobufjs; a `PackageDefinition` of `@grpc/proto-loader`.
 *
 * The `.proto` files and descriptor sets have everything. A `PackageDefinition` has no comments, no `json_name`, no
 * options but those of methods, and no difference between proto2 and proto3; one that was made from a descriptor set
 * has no HTTP rules either. It is taken for what is in it.
 */
export type SchemaSource = string | readonly string[] | Uint8Array | protobuf.Root | PackageDefinition;

/**
 * Load types and services, with comments, options and HTTP rules.
 *
 *     const schema = await loadSchema("proto/greet/v1/greet.proto", { includeDirs: ["proto"] });
 *     schema.services[0].methods[0].rules   // [{ httpMethod: "GET", template: "/v1/greeter/{name}", ... }]
 *
 * With `report`, faults are told there instead of thrown, and the schema holds what could be read: for those who
 * find more faults in it, and report them all together.
 *
 * @throws ConfigError with all faults of all files.
 */
export async function loadSchema(
  source: SchemaSource,
  options: LoadOptions = {},
  report?: Report,
): Promise<Schema> {
  const faults: ConfigFault[] = [];
  const schema = await readAsync(readSchema(source, options, report ?? ((fault) => faults.push(fault))));
  if (faults.length > 0) throw new ConfigError(faults);
  return schema;
}

/** Like `loadSchema`, but blocking. */
export function loadSchemaSync(source: SchemaSource, options: LoadOptions = {}, report?: Report): Schema {
  const faults: ConfigFault[] = [];
  const schema = readSync(readSchema(source, options, report ?? ((fault) => faults.push(fault))));
  if (faults.length > 0) throw new ConfigError(faults);
  return schema;
}

function* readSchema(source: SchemaSource, given: LoadOptions, report: Report): Reading<Schema> {
  const options = resolveLoadOptions(given, report);
  const { root, files, lack, locate } = yield* readSource(source, options, report);
  const configured =
    options.serviceConfig === undefined
      ? new Map<string, ConfiguredRules>()
      : yield* readServiceConfig(options.serviceConfig, report);

  const readRules = (method: protobuf.Method): readonly HttpRule[] =>
    configured.get(qualifiedName(method))?.rules ??
    readHttpRules(method, (fault, part) => report({ ...fault, ...locate(qualifiedName(method), part) }));
  const services = readServices(root, readRules);
  reportUnknownSelectors(configured, services, report);
  return {
    root,
    services,
    representation: options.representation,
    files,
    lack,
    locate: (method, part) => configured.get(method)?.locate(part) ?? locate(method, part),
  };
}

interface Source extends Pick<Schema, "files" | "lack" | "locate"> {
  readonly root: protobuf.Root;
}

function* readSource(source: SchemaSource, options: ResolvedLoadOptions, report: Report): Reading<Source> {
  const { keepCase } = options.representation;
  if (source instanceof Uint8Array)
    return describeSet(loadDescriptorSet([{ bytes: source }], keepCase, report));
  const paths = findPaths(source);
  if (paths !== undefined) return yield* readPaths(paths, options, report);
  const root = findRoot(source);
  if (root === undefined) {
    return { ...describeRoot(loadPackageDefinition(source, keepCase, report)), lack: packageDefinitionLack };
  }
  resolveRoot(root, (fault) => report(fault));
  return describeRoot(root);
}

const packageDefinitionLack =
  "a PackageDefinition of @grpc/proto-loader has no json_name and no options of fields, and the names of fields only " +
  "if it was loaded with keepCase: load the .proto files instead";

const setExtensions = /\.(binpb|pb|desc|protoset)$/;

function* readPaths(paths: readonly string[], options: ResolvedLoadOptions, report: Report): Reading<Source> {
  const { keepCase } = options.representation;
  const sets = paths.filter((path) => setExtensions.test(path));
  if (sets.length === 0) return describeRoot(yield* loadProtoFiles(paths, { ...options, keepCase }, report));
  for (const path of paths) {
    if (!sets.includes(path))
      report({ file: path, message: "descriptor sets and .proto files cannot be mixed" });
  }
  const contents: SerializedSet[] = [];
  for (const path of sets) {
    const content = yield* readOrReport(path, report);
    if (content === undefined) report({ message: `no such file: "${path}"` });
    else if (content !== "unreadable") contents.push({ file: path, bytes: content });
  }
  if (contents.length === 0) return describeRoot(new protobuf.Root());
  return describeSet(loadDescriptorSet(contents, keepCase, report));
}

function findPaths(source: SchemaSource): readonly string[] | undefined {
  if (typeof source === "string") return [source];
  const isList =
    Array.isArray(source) && source.length > 0 && source.every((path) => typeof path === "string");
  return isList ? source : undefined;
}

/** A root, as ours whichever copy of protobufjs it was made by. */
function findRoot(source: unknown): protobuf.Root | undefined {
  if (source instanceof protobuf.Root) return source;
  if (typeof source !== "object" || source === null) return undefined;
  if (!("resolveAll" in source && "toJSON" in source && typeof source.toJSON === "function"))
    return undefined;
  const { options, nested }: ReturnType<protobuf.Root["toJSON"]> = source.toJSON({ keepComments: true });
  const root = new protobuf.Root(options);
  // `Root.fromJSON` would resolve it, and throw for the first type that is missing.
  root.addJSON(nested ?? {});
  return root;
}

function describeSet({ root, files, places }: ReturnType<typeof loadDescriptorSet>): Source {
  return { root, files, locate: (method) => places.get(method) ?? {} };
}

function describeRoot(root: protobuf.Root): Source {
  return { root, files: [], locate: (method, part) => locateInText(root, method, part) };
}

/** Places are looked for in the file itself, and only after a fault, so its text need not be kept. */
function locateInText(root: protobuf.Root, method: string, part: RulePart | undefined): SourcePlace {
  const file = fileOf(root.lookup(`.${method}`) ?? root);
  if (file === undefined) return {};
  try {
    const place = findPlace(readFileSync(file, "utf8"), method, part);
    return { file, line: place?.line, fileColumn: place?.column };
  } catch {
    return { file }; // It is built in, or gone.
  }
}

function reportUnknownSelectors(
  configured: ReadonlyMap<string, ConfiguredRules>,
  services: readonly Service[],
  report: Report,
): void {
  const known = services.flatMap((service) => service.methods.map((method) => method.fullName));
  for (const [selector, { locate }] of configured) {
    if (known.includes(selector)) continue;
    const advice = didYouMean(selector, known) || ": load the file that declares it as well";
    report({ ...locate(), message: `selector "${selector}" names no method${advice}` });
  }
}
