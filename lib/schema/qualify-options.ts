import protobuf from "protobufjs";
import { declaredName, isExtension, objectsIn, qualifiedName } from "./walk.js";

/**
 * Name the custom options of a parsed root in full, as they are named in a descriptor set: within the package
 * `library.v1`, `"(display_as)"` becomes `"(library.v1.display_as)"`. One that is not declared stays as it is.
 */
export function qualifyOptions(root: protobuf.Root): void {
  const objects = objectsIn(root);
  const resolve = createResolver(objects.filter(isExtension).map(declaredName));
  for (const object of objects) {
    const rename = (options: Record<string, unknown>) => renameOptions(options, object, resolve);
    if (object.parsedOptions) object.parsedOptions = object.parsedOptions.map(rename);
    if (!(object instanceof protobuf.Enum) || object.valuesOptions === undefined) continue;
    object.valuesOptions = Object.fromEntries(
      Object.entries(object.valuesOptions).map(([name, options]) => [name, rename(options)]),
    );
  }
}

/** The full name of what a custom option is called within a scope. */
type ResolveName = (name: string, scope: protobuf.ReflectionObject) => string;

function renameOptions(
  options: Record<string, unknown>,
  scope: protobuf.ReflectionObject,
  resolve: ResolveName,
): Record<string, unknown> {
  const rename = (key: string) =>
    key.replace(/^\(([\w.]+)\)/, (_, name: string) => `(${resolve(name, scope)})`);
  // Most are named in full.
  if (Object.keys(options).every((key) => rename(key) === key)) return options;
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [rename(key), value]));
}

function createResolver(extensions: readonly string[]): ResolveName {
  /** Of every name in use, the extensions that it stands for somewhere, from the innermost scope outwards. */
  const meanings = new Map<string, readonly string[]>();
  return (name, scope) => {
    if (name.startsWith(".")) return name.slice(1);
    const meant = meanings.get(name) ?? extensionsCalled(name);
    meanings.set(name, meant);
    if (meant.length === 0) return name;
    const place = `${qualifiedName(scope)}.`;
    return meant.find((extension) => place.startsWith(extension.slice(0, -name.length))) ?? name;
  };

  function extensionsCalled(name: string): readonly string[] {
    const called = extensions.filter((extension) => extension.endsWith(`.${name}`));
    return called.sort((a, b) => b.length - a.length);
  }
}
