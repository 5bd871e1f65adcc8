import type protobuf from "protobufjs";
import { qualifiedName } from "../schema/walk.js";

/** Is it one of protobuf's own types, which JSON and field masks take as a whole: Timestamp, Struct, StringValue, ...? */
export function isWellKnown(type: protobuf.Type): boolean {
  return qualifiedName(type).startsWith("google.protobuf.");
}
