import type protobuf from "protobufjs";

/**
 * The oneof that a field belongs to.
 *
 * The `optional` of proto3, which protobufjs models as a oneof with one member, is none.
 */
export function findOneof(field: protobuf.Field): protobuf.OneOf | undefined {
  return field.partOf === null || field.partOf.isProto3Optional ? undefined : field.partOf;
}
