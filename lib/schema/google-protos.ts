import { createRequire } from "node:module";
import protobuf from "protobufjs";
import { clientOptions, googleApiProtos } from "./google-api-protos.js";

const require = createRequire(import.meta.url);

/**
 * Add the types of a `google/protobuf/` file to a root, as `@grpc/proto-loader` has them: their fields have the same
 * names whatever `keepCase` says. False if there is no such file.
 *
 *     addWellKnownTypes(root, "google/protobuf/timestamp.proto")   // true
 *     addWellKnownTypes(root, "google/api/http.proto")             // false
 */
export function addWellKnownTypes(root: protobuf.Root, file: string): boolean {
  const json = findWellKnownJson(file);
  if (json === undefined) return false;
  for (const dependency of wellKnownDependencies[file] ?? []) addWellKnownTypes(root, dependency);
  const namespace = root.define("google.protobuf");
  const types = json.nested!.google!.nested!.protobuf!.nested!;
  for (const [name, type] of Object.entries(types)) {
    // Some of these files repeat the types of others.
    if (namespace.get(name) !== null) continue;
    namespace.addJSON({ [name]: structuredClone(type) });
    const added = namespace.get(name);
    if (added !== null) added.filename = file;
  }
  return true;
}

/** The files of the well-known types, each after those that it imports. */
export const wellKnownFiles = [
  "any",
  "descriptor",
  "duration",
  "empty",
  "field_mask",
  "source_context",
  "struct",
  "timestamp",
  "wrappers",
  "type",
  "api",
].map((name) => `google/protobuf/${name}.proto`);

interface NamespaceJson {
  readonly nested?: Readonly<Record<string, NamespaceJson & protobuf.AnyNestedObject>>;
}

function findWellKnownJson(file: string): NamespaceJson | undefined {
  if (!file.startsWith("google/protobuf/")) return undefined;
  const common = protobuf.common.get(file);
  if (common !== null) return common;
  // These are in the package of protobufjs, but `protobuf.common` does not know them.
  const match = /^google\/protobuf\/(api|descriptor|source_context|type|compiler\/plugin)\.proto$/.exec(file);
  return match === null ? undefined : require(`protobufjs/google/protobuf/${match[1]}.json`);
}

const wellKnownDependencies: Readonly<Record<string, readonly string[]>> = {
  "google/protobuf/type.proto": ["google/protobuf/any.proto", "google/protobuf/source_context.proto"],
  "google/protobuf/api.proto": ["google/protobuf/type.proto"],
  "google/protobuf/compiler/plugin.proto": ["google/protobuf/descriptor.proto"],
};

/**
 * Add a file that need not be there to be imported: one of the well-known types, or one of Google's that is so common
 * and small that it is carried along. What the root has already stays as it is.
 *
 *     addBuiltInFile(root, "google/api/annotations.proto", false)   // true
 *     addBuiltInFile(root, "google/type/date.proto", false)         // false
 */
export function addBuiltInFile(root: protobuf.Root, file: string, keepCase: boolean): boolean {
  if (addWellKnownTypes(root, file)) return true;
  const text = Object.hasOwn(googleApiProtos, file) ? googleApiProtos[file] : undefined;
  if (text !== undefined) addDeclarations(root, file, text, keepCase);
  return text !== undefined;
}

/** Add the options of `google/api/client.proto`, which is too large to be carried along for what services need of it. */
export function addClientOptions(root: protobuf.Root, file: string, keepCase: boolean): boolean {
  if (file !== "google/api/client.proto") return false;
  addDeclarations(root, file, clientOptions, keepCase);
  return true;
}

function addDeclarations(root: protobuf.Root, file: string, text: string, keepCase: boolean): void {
  const parsed = protobuf.parse(text, { keepCase, alternateCommentMode: true });
  for (const imported of parsed.imports ?? []) addBuiltInFile(root, imported, keepCase);
  const name = parsed.package ?? "";
  const namespace = root.define(name);
  const source = parsed.root.lookup(name);
  for (const object of source instanceof protobuf.Namespace ? source.nestedArray : []) {
    if (namespace.get(object.name) !== null) continue;
    object.filename = file;
    namespace.add(object);
  }
}
