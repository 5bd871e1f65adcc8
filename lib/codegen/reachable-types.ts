import protobuf from "protobufjs";
import type { Service } from "../schema/schema.js";

/** A message or an enum. */
export type NamedType = protobuf.Type | protobuf.Enum;

/** The messages and enums that the methods of services lead to, in the order in which they are met. */
export function findReachableTypes(services: readonly Service[]): readonly NamedType[] {
  const found = new Set<NamedType>();
  const visit = (type: NamedType): void => {
    if (found.has(type)) return;
    found.add(type);
    if (type instanceof protobuf.Enum) return;
    for (const field of type.fieldsArray) {
      const { resolvedType } = field.resolve();
      if (resolvedType !== null) visit(resolvedType);
    }
  };
  for (const { requestType, responseType } of services.flatMap(({ methods }) => methods)) {
    visit(requestType);
    visit(responseType);
  }
  return [...found];
}
