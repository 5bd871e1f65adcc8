import protobuf from "protobufjs";

/** `"greet.v1.Greeter"`: protobufjs writes a dot before it. */
export function qualifiedName(object: protobuf.ReflectionObject): string {
  const { fullName } = object;
  return fullName.startsWith(".") ? fullName.slice(1) : fullName;
}

/** The same as the source has it: `"greet.v1.HelloRequest.home_town"`, whatever `keepCase` says. */
export function declaredName(object: protobuf.ReflectionObject): string {
  if (!(object instanceof protobuf.Field) || object.parent === null) return qualifiedName(object);
  const field: protobuf.FieldBase = object;
  // The name is not there until the field is resolved.
  return [qualifiedName(object.parent), field.protoName ?? field.name].filter(Boolean).join(".");
}

/** The file that declares it, as the source names it; of a field, the file of its message. */
export function fileOf(object: protobuf.ReflectionObject): string | undefined {
  for (let at: protobuf.ReflectionObject | null = object; at !== null; at = at.parent) {
    if (at.filename) return at.filename;
  }
  return undefined;
}

/** The comment of a value of an enum; what every object inherits is none. */
export function valueComment(type: protobuf.Enum, name: string): string | null {
  return Object.hasOwn(type.comments, name) ? (type.comments[name] ?? null) : null;
}

/** The messages and enums, nested ones too, in the order of their declaration. */
export function typesIn(namespace: protobuf.NamespaceBase): (protobuf.Type | protobuf.Enum)[] {
  const types: (protobuf.Type | protobuf.Enum)[] = [];
  collectTypes(namespace, types);
  return types;
}

function collectTypes(namespace: protobuf.NamespaceBase, types: (protobuf.Type | protobuf.Enum)[]): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type || nested instanceof protobuf.Enum) types.push(nested);
    if (isNamespace(nested)) collectTypes(nested, types);
  }
}

/** The services, in the order of their declaration. */
export function* servicesIn(namespace: protobuf.NamespaceBase): Generator<protobuf.Service> {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Service) yield nested;
    else if (isNamespace(nested) && !(nested instanceof protobuf.Type)) yield* servicesIn(nested);
  }
}

/** Everything that is declared: namespaces, types, fields, oneofs, enums, services and methods. */
export function objectsIn(object: protobuf.ReflectionObject): protobuf.ReflectionObject[] {
  const objects: protobuf.ReflectionObject[] = [];
  collectObjects(object, objects);
  return objects;
}

function collectObjects(object: protobuf.ReflectionObject, objects: protobuf.ReflectionObject[]): void {
  objects.push(object);
  if (object instanceof protobuf.Type) {
    for (const field of object.fieldsArray) objects.push(field);
    for (const oneof of object.oneofsArray) objects.push(oneof);
  }
  if (object instanceof protobuf.Service) for (const method of object.methodsArray) objects.push(method);
  if (isNamespace(object)) for (const nested of object.nestedArray) collectObjects(nested, objects);
}

/** Whether it is a field that is declared by `extend`, and not the one that stands for it in the extended type. */
export function isExtension(object: protobuf.ReflectionObject): object is protobuf.Field {
  return object instanceof protobuf.Field && object.extend !== undefined;
}

/** At run time types and services derive from `Namespace`; the declarations of protobufjs do not say so. */
export function isNamespace(object: protobuf.ReflectionObject): object is protobuf.NamespaceBase {
  return object instanceof protobuf.Namespace;
}
