import protobuf from "protobufjs";
import { addWellKnownTypes, wellKnownFiles } from "./google-protos.js";
import type { ParsedOptions } from "./read-descriptor-options.js";
import { readSourceFiles } from "./source-files.js";
import { fileOf, isNamespace, qualifiedName } from "./walk.js";

/** What is known of the file that declares an object. */
export interface DeclaringFile {
  /** The name by which other files import it. */
  readonly name: string;
  /** Its own options, where it could be read again. */
  readonly options: ParsedOptions | undefined;
}

/**
 * Find the file that declares an object.
 *
 *     const find = findFiles(root);
 *     find(root.lookupType("greet.v1.HelloRequest"))?.name        // "greet/v1/greet.proto", wherever it was found
 *     find(root.lookupType("google.protobuf.Timestamp"))?.name    // "google/protobuf/timestamp.proto"
 */
export function findFiles(
  root: protobuf.Root,
): (object: protobuf.ReflectionObject) => DeclaringFile | undefined {
  const files = new Map<string, DeclaringFile>();
  const builtInFiles = findBuiltInFiles();
  const sources = readSourceFiles(root);
  const imports = new Set([...sources.values()].flatMap((source) => source.imports));

  return (object) => {
    const declaration = outermost(object, root);
    if (declaration === undefined) return undefined;
    const fullName = qualifiedName(declaration);
    const packageName = declaration.parent === null ? "" : qualifiedName(declaration.parent);
    const path = fileOf(declaration);
    if (path === undefined) {
      const name = builtInFiles.get(fullName) ?? (packageName === "" ? "main.proto" : `${packageName}.proto`);
      return { name, options: undefined };
    }
    const file = files.get(path) ?? {
      name: importName(path.replaceAll("\\", "/"), packageName, imports),
      options: sources.get(path)?.options,
    };
    files.set(path, file);
    return file;
  };
}

/** What stands in the file itself, around an object that is nested in it. */
function outermost(
  object: protobuf.ReflectionObject,
  root: protobuf.Root,
): protobuf.ReflectionObject | undefined {
  let found: protobuf.ReflectionObject | undefined;
  for (let at: protobuf.ReflectionObject | null = object; at !== null && at !== root; at = at.parent) {
    if (isType(at)) found = at;
  }
  return found;
}

function isType(object: protobuf.ReflectionObject): boolean {
  return !isNamespace(object) || object instanceof protobuf.Type || object instanceof protobuf.Service;
}

/**
 * The name by which another file imports it. Without one: files lie in folders named after their package, and what
 * comes before these is where the package was looked for.
 */
function importName(path: string, packageName: string, imports: ReadonlySet<string>): string {
  const imported = [...imports].filter((name) => `/${path}`.endsWith(`/${name}`));
  const longest = imported.sort((a, b) => b.length - a.length)[0];
  if (longest !== undefined) return longest;
  const folder = `/${packageName.replaceAll(".", "/")}/`;
  const at = `/${path}`.lastIndexOf(folder);
  return packageName === "" || at === -1 ? path.replace(/^\/+/, "") : path.slice(at);
}

/** The files of the types that are built in: whoever makes a root of them notes no file names. */
function findBuiltInFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const file of wellKnownFiles) {
    const root = new protobuf.Root();
    addWellKnownTypes(root, file);
    const namespace = root.lookup("google.protobuf");
    if (!(namespace instanceof protobuf.Namespace)) continue;
    for (const { name } of namespace.nestedArray) {
      // Adding a file adds those that it imports, which have been seen before.
      const fullName = `google.protobuf.${name}`;
      if (!files.has(fullName)) files.set(fullName, file);
    }
  }
  return files;
}
