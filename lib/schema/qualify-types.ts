import protobuf from "protobufjs";
import { servicesIn, typesIn } from "./walk.js";

/**
 * Give every type name in a parsed root the meaning that protoc gives it, in full.
 *
 * A type is looked for from the innermost scope outwards. protobufjs searches the nested scopes of each of them as
 * well, and so can find a `Status` within another message before the one of the package.
 *
 * @see https://protobuf.dev/programming-guides/proto3/#name-resolution
 */
export function qualifyTypes(root: protobuf.Root): void {
  for (const service of servicesIn(root)) {
    for (const method of service.methodsArray) {
      method.requestType = qualifyType(method.requestType, service);
      method.responseType = qualifyType(method.responseType, service);
    }
  }
  for (const type of typesIn(root)) {
    if (type instanceof protobuf.Type) type.fieldsArray.forEach(qualifyField);
  }
}

function qualifyField(field: protobuf.Field): void {
  const scope = field.declaringField?.parent ?? field.parent;
  if (Object.hasOwn(protobuf.types.basic, field.type) || scope === null) return;
  field.type = qualifyType(field.type, scope);
  if (field.declaringField !== null) field.declaringField.type = field.type;
  nameGroup(field.declaringField ?? field);
}

/** `optional group SearchResult = 1 { ... }` is the field `searchresult`; the parser calls it `searchResult`. */
function nameGroup(field: protobuf.FieldBase): void {
  const typeName = field.type.slice(field.type.lastIndexOf(".") + 1);
  if (field.name.slice(1) !== typeName.slice(1)) return;
  const type = field.root.lookup(field.type);
  // Not declared, although the parser sets it.
  const isGroup = type instanceof protobuf.Type && (type as { group?: boolean }).group === true;
  if (isGroup) field.protoName = type.name.toLowerCase();
}

/** `".greet.v1.HelloRequest"`, or the name as it is if it leads nowhere: that is reported when it is resolved. */
function qualifyType(name: string, scope: protobuf.ReflectionObject): string {
  if (name.startsWith(".")) return name;
  const path = name.split(".");
  for (let outer: protobuf.ReflectionObject | null = scope; outer !== null; outer = outer.parent) {
    let object: protobuf.ReflectionObject | undefined | null = outer;
    for (const part of path) object = nestedIn(object)?.[part];
    if (object instanceof protobuf.Type || object instanceof protobuf.Enum) return object.fullName;
  }
  return name;
}

function nestedIn(
  object: protobuf.ReflectionObject | undefined | null,
): Record<string, protobuf.ReflectionObject> | undefined {
  return object instanceof protobuf.Namespace ? object.nested : undefined;
}
