import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import { findOneof } from "../schema/find-oneof.js";
import type { Representation } from "../schema/representation.js";

/** Sets a field of a message as if the message had been decoded with it. */
export type FieldSetter = (message: Message, value: unknown) => void;

/**
 * Compile the assignment of a field: the siblings of its oneof are cleared, and the oneof names it.
 *
 *     set({ name: "", isbn: "1", id: "isbn" }, "x")   // { name: "x", id: "name" }
 */
export function createFieldSetter(field: protobuf.Field, representation: Representation): FieldSetter {
  const { name } = field;
  const oneof = findOneof(field);
  if (oneof === undefined) {
    return (message, value) => {
      message[name] = value;
    };
  }
  const siblings = oneof.fieldsArray.map((sibling) => sibling.name).filter((sibling) => sibling !== name);
  return (message, value) => {
    for (const sibling of siblings) delete message[sibling];
    message[name] = value;
    if (representation.oneofs) message[oneof.name] = name;
  };
}
