import protobuf from "protobufjs";
import { declaredName, isExtension, objectsIn, qualifiedName } from "./walk.js";

/**
 * Name the custom options of a parsed root in full, as they are named in a descriptor set: within the package
 * `library.v1`, `"(display_as)"` becomes `"(library.v1.display_as)"`. One that is not declared stays as it is.
 */
export function qualifyOptions(root: protobuf.Root): void {
  const objects = [...objectsIn(root)];
  const extensions = new Set(objects.filter(isExtension).map(declaredName));
  for (const object of objects) {
    const rename = (options: Record<string, unknown>) => renameOptions(options, object, extensions);
    if (object.parsedOptions) object.parsedOptions = object.parsedOptions.map(rename);
    if (!(object instanceof protobuf.Enum) || object.valuesOptions === undefined) continue;
    object.valuesOptions = Object.fromEntries(
      Object.entries(object.valuesOptions).map(([name, options]) => [name, rename(options)]),
    );
  }
}

function renameOptions(
  options: Record<string, unknown>,
  scope: protobuf.ReflectionObject,
  extensions: ReadonlySet<string>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/^\(([\w.]+)\)/, (_, name: string) => `(${resolveName(name, scope, extensions)})`),
      value,
    ]),
  );
}

function resolveName(
  name: string,
  scope: protobuf.ReflectionObject,
  extensions: ReadonlySet<string>,
): string {
  if (name.startsWith(".")) return name.slice(1);
  for (let outer: protobuf.ReflectionObject | null = scope; outer?.parent; outer = outer.parent) {
    const candidate = `${qualifiedName(outer)}.${name}`;
    if (extensions.has(candidate)) return candidate;
  }
  return name;
}
