import protobuf from "protobufjs";
import type { ConfigFault } from "./config-error.js";
import { suggestName } from "./suggest-name.js";
import { declaredName, fileOf, qualifiedName, typesIn } from "./walk.js";

/**
 * Resolve every type that a root refers to. Each one that is missing is a fault, told with the field or method that
 * refers to it.
 *
 *     'type "Shelve" of "library.v1.Book.shelf" is not defined; did you mean "library.v1.Shelf"?'
 */
export function resolveRoot(
  root: protobuf.Root,
  report: (fault: ConfigFault, object?: protobuf.ReflectionObject) => void,
): void {
  try {
    root.resolveAll();
  } catch (error) {
    const unresolved: Unresolved[] = [
      ...root.deferred.map((field) => ({ object: field, type: field.extend! })),
      ...findUnresolved(root),
    ];
    if (unresolved.length === 0) report({ message: (error as Error).message });
    for (const each of unresolved) {
      const { object } = each;
      const method = object instanceof protobuf.Method ? declaredName(object) : undefined;
      report({ file: fileOf(object), method, message: explain(each, root) }, object);
    }
  }
}

function explain({ object, type, error }: Unresolved, root: protobuf.Root): string {
  const name = declaredName(object);
  if (error !== undefined && Object.hasOwn(protobuf.types.basic, type)) return `"${name}": ${error.message}`;
  const found = object.parent?.lookup(type);
  return object instanceof protobuf.Method && found instanceof protobuf.Enum
    ? `type "${qualifiedName(found)}" of "${name}" is an enum: write a message`
    : `type "${type}" of "${name}" is not defined${suggestType(type, root)}`;
}

/** The names of types are compared without their packages, as far as those were left out. */
function suggestType(type: string, root: protobuf.Root): string {
  const parts = type.replace(/^\./, "").split(".").length;
  const known = new Map(
    Array.from(typesIn(root), qualifiedName).map((name) => [name.split(".").slice(-parts).join("."), name]),
  );
  const meant = suggestName(type, known.keys());
  return meant === undefined ? "" : `; did you mean "${known.get(meant)}"?`;
}

interface Unresolved {
  readonly object: protobuf.ReflectionObject;
  /** The name that leads nowhere, unless something else is wrong with the field. */
  readonly type: string;
  readonly error?: Error;
}

function findUnresolved(object: protobuf.ReflectionObject): Unresolved[] {
  if (object instanceof protobuf.Method) {
    if (tryToResolve(object) === undefined) return [];
    return [object.requestType, object.responseType]
      .filter((type) => object.parent?.lookup(type, [protobuf.Type]) === null)
      .map((type) => ({ object, type }));
  }
  if (object instanceof protobuf.Field) {
    const error = tryToResolve(object);
    return error === undefined ? [] : [{ object, type: object.type, error }];
  }
  if (!(object instanceof protobuf.Namespace)) return [];
  const members =
    object instanceof protobuf.Type
      ? object.fieldsArray
      : object instanceof protobuf.Service
        ? object.methodsArray
        : [];
  return [...members, ...object.nestedArray].flatMap(findUnresolved);
}

/** What protobufjs says if it cannot be resolved. */
function tryToResolve(object: protobuf.Method | protobuf.Field): Error | undefined {
  try {
    object.resolve();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
