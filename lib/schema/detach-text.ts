import protobuf from "protobufjs";
import { objectsIn } from "./walk.js";

/**
 * Let the texts go that a root was parsed from. Comments and options are slices of them, and the engine keeps a text as
 * long as one slice of it.
 */
export function detachText(root: protobuf.Root): void {
  for (const object of objectsIn(root)) {
    if (object.comment) object.comment = detach(object.comment);
    if (object instanceof protobuf.Field) detachNames(object);
    detachMembers(object.options);
    detachMembers(object.parsedOptions);
    if (object instanceof protobuf.Type) detachMembers(object.reserved);
    if (!(object instanceof protobuf.Enum)) continue;
    detachMembers(object.comments);
    detachMembers(object.valuesOptions);
    detachMembers(object.reserved);
  }
}

function detachNames(field: protobuf.FieldBase): void {
  // The name is not there until the field is resolved.
  if (field.protoName) field.protoName = detach(field.protoName);
  // Put together letter by letter, each of which would be kept.
  if (field.jsonName === field.name) field.jsonName = field.name;
}

function detachMembers(container: object | null | undefined): void {
  for (const [name, value] of Object.entries(container ?? {})) {
    if (typeof value === "string") Reflect.set(container as object, name, detach(value));
    else if (typeof value === "object") detachMembers(value);
  }
}

/** Shorter ones are no slices. */
const shortestSlice = 13;

function detach(text: string): string {
  return text.length < shortestSlice ? text : Buffer.from(text).toString();
}
