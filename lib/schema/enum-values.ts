import type protobuf from "protobufjs";

/** The values of an enum. */
export interface EnumValues {
  readonly numbers: Readonly<Record<string, number>>;
  /** A number without a name is a value, too. */
  readonly isOpen: boolean;
}

export function enumValuesOf(type: protobuf.Enum): EnumValues {
  // Not declared by protobufjs.
  const { _features } = type as unknown as { readonly _features: { readonly enum_type?: string } };
  // Without a prototype no name means anything else.
  const numbers: Record<string, number> = Object.assign(Object.create(null), type.values);
  return { numbers, isOpen: _features.enum_type !== "CLOSED" };
}
