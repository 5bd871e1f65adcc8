import protobuf from "protobufjs";
import { addWellKnownTypes } from "./google-protos.js";
import { fileOf, isNamespace, qualifiedName } from "./walk.js";

/**
 * Find the name by which other files import the file that declares an object.
 *
 *     const nameOf = nameFiles(root);
 *     nameOf(root.lookupType("greet.v1.HelloRequest"))        // "greet/v1/greet.proto", wherever it was found
 *     nameOf(root.lookupType("google.protobuf.Timestamp"))    // "google/protobuf/timestamp.proto"
 */
export function nameFiles(root: protobuf.Root): (object: protobuf.ReflectionObject) => string | undefined {
  const names = new Map<string, string>();
  const builtInFiles = findBuiltInFiles();
  return (object) => {
    const declaration = outermost(object);
    if (declaration === undefined) return undefined;
    const builtIn = builtInFiles.get(qualifiedName(declaration));
    const packageName = declaration.parent === null ? "" : qualifiedName(declaration.parent);
    const path = fileOf(declaration);
    if (path === undefined) return builtIn ?? (packageName === "" ? "main.proto" : `${packageName}.proto`);
    const name = names.get(path) ?? importName(path.replaceAll("\\", "/"), packageName);
    names.set(path, name);
    return name;
  };

  function outermost(object: protobuf.ReflectionObject): protobuf.ReflectionObject | undefined {
    let found: protobuf.ReflectionObject | undefined;
    for (let at: protobuf.ReflectionObject | null = object; at !== null && at !== root; at = at.parent) {
      if (isType(at)) found = at;
    }
    return found;
  }
}

function isType(object: protobuf.ReflectionObject): boolean {
  return !isNamespace(object) || object instanceof protobuf.Type || object instanceof protobuf.Service;
}

/** Files lie in folders named after their package; what comes before these is where the package was looked for. */
function importName(path: string, packageName: string): string {
  const folder = `/${packageName.replaceAll(".", "/")}/`;
  const at = `/${path}`.lastIndexOf(folder);
  return packageName === "" || at === -1 ? path.replace(/^\/+/, "") : path.slice(at);
}

/** Whoever makes a root of them notes no file names. A file comes after those that it imports: adding it to a root adds theirs too. */
const wellKnownFiles = [
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
  "compiler/plugin",
].map((name) => `google/protobuf/${name}.proto`);

function findBuiltInFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const file of wellKnownFiles) {
    const root = new protobuf.Root();
    addWellKnownTypes(root, file);
    const namespace = root.lookup("google.protobuf");
    if (!(namespace instanceof protobuf.Namespace)) continue;
    for (const { name } of namespace.nestedArray) {
      const fullName = `google.protobuf.${name}`;
      if (!files.has(fullName)) files.set(fullName, file);
    }
  }
  return files;
}
