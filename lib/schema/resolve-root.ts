import protobuf from "protobufjs";
import type { Report } from "./config-error.js";
import { didYouMean } from "./suggest-name.js";
import { fileOf, qualifiedName, typesIn } from "./walk.js";

/**
 * Resolve every type that a root refers to; each one that is missing is a fault.
 *
 *     'type "Shelve" of "library.v1.Book.shelf" is not defined; did you mean "library.v1.Shelf"?'
 */
export function resolveRoot(root: protobuf.Root, report: Report): void {
  try {
    root.resolveAll();
  } catch (error) {
    const unresolved = [
      ...root.deferred.map((field) => ({ object: field, type: field.extend! })),
      ...findUnresolved(root),
    ];
    if (unresolved.length === 0) report({ message: (error as Error).message });
    const known = [...typesIn(root)].map(qualifiedName);
    for (const { object, type } of unresolved) {
      const message = `type "${type}" of "${qualifiedName(object)}" is not defined${didYouMean(type, known)}`;
      report({
        file: fileOf(object),
        method: object instanceof protobuf.Method ? qualifiedName(object) : undefined,
        message,
      });
    }
  }
}

interface Unresolved {
  readonly object: protobuf.ReflectionObject;
  /** The name that leads nowhere. */
  readonly type: string;
}

function findUnresolved(object: protobuf.ReflectionObject): Unresolved[] {
  if (object instanceof protobuf.Method) {
    if (isResolvable(object)) return [];
    return [object.requestType, object.responseType]
      .filter((type) => object.parent?.lookup(type, [protobuf.Type]) === null)
      .map((type) => ({ object, type }));
  }
  if (object instanceof protobuf.Field) {
    return isResolvable(object) ? [] : [{ object, type: object.type }];
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

function isResolvable(object: protobuf.Method | protobuf.Field): boolean {
  try {
    object.resolve();
    return true;
  } catch {
    return false;
  }
}
