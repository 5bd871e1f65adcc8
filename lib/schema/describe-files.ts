import protobuf from "protobufjs";
import { type Declarations, describeFile } from "./describe-file.js";
import { findFiles } from "./file-names.js";
import type { ParsedOptions } from "./read-descriptor-options.js";
import type { Schema, SchemaFile } from "./schema.js";
import { isNamespace, qualifiedName } from "./walk.js";

/**
 * The descriptors of everything that was loaded, as `google.protobuf.FileDescriptorProto`.
 *
 * The files of a descriptor set are given as they were serialized. The files of any other source are described anew,
 * with their comments, JSON names, proto3 `optional` fields and custom options; lines, columns and the order among
 * declarations of different kinds are not known any more.
 */
export function describeFiles({ root, files }: Pick<Schema, "root" | "files">): readonly SchemaFile[] {
  const known = new Set(files.map(({ name }) => name));
  const declared = collectDeclarations(root);
  const described = [...declared]
    .filter(([name]) => !known.has(name))
    .map(([name, declarations]) => ({ name, bytes: describeFile(name, declarations, root) }));
  return [...files, ...described];
}

function collectDeclarations(root: protobuf.Root): Map<string, Declarations> {
  const findFile = findFiles(root);
  const fileOf = (object: protobuf.ReflectionObject) => findFile(object)?.name;
  const declared = new Map<string, Declarations>();
  collect(root);
  return declared;

  function collect(namespace: protobuf.NamespaceBase): void {
    for (const object of namespace.nestedArray) {
      if (isPackage(object)) {
        collect(object);
        continue;
      }
      const name = fileOf(object);
      // protobufjs puts the oneof of an optional extension beside it.
      if (name === undefined || object instanceof protobuf.OneOf) continue;
      const declarations = declared.get(name);
      if (declarations === undefined) declared.set(name, declare(namespace, object));
      else declarations.objects.push(object);
    }
  }

  function declare(namespace: protobuf.NamespaceBase, object: protobuf.ReflectionObject): Declarations {
    const packageName = qualifiedName(namespace);
    const own = findFile(object)?.options;
    const all = namespace.parsedOptions ?? [];
    const options = own === undefined ? all : own.map((option) => qualifyOption(option, all));
    return { packageName, objects: [object], options, fileOf };
  }
}

function isPackage(object: protobuf.ReflectionObject): object is protobuf.NamespaceBase {
  return isNamespace(object) && !(object instanceof protobuf.Type) && !(object instanceof protobuf.Service);
}

/** A file may name an option within its scope; the package, whose options are those of its files, has the full name. */
function qualifyOption(option: Record<string, unknown>, qualified: ParsedOptions): Record<string, unknown> {
  const names = qualified.flatMap((each) => Object.keys(each));
  return Object.fromEntries(
    Object.entries(option).map(([name, value]) => {
      const full = names.find((each) => name.startsWith("(") && each.endsWith(`.${name.slice(1)}`));
      return [full ?? name, value];
    }),
  );
}
