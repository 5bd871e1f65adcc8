import protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import type { FieldCodec, JsonCodecs } from "../json/codec.js";
import { protoName } from "../schema/field-names.js";
import { findOneof } from "../schema/find-oneof.js";
import type { Representation } from "../schema/representation.js";
import { createFieldSetter, type FieldSetter } from "./set-field.js";

/** A field with what it takes to assign a text to it. */
export interface BindableField {
  readonly field: protobuf.Field;
  /** As its `.proto` has it, whatever it is called in messages. */
  readonly name: string;
  readonly codec: FieldCodec;
  readonly set: FieldSetter;
  readonly oneof: protobuf.OneOf | undefined;
  /** The type of a singular message, to go on into. */
  readonly type: protobuf.Type | undefined;
  /** A message of that type with nothing set. */
  createMessage(): Message;
}

export function createBindableField(
  field: protobuf.Field,
  options: { readonly codecs: JsonCodecs; readonly representation: Representation },
): BindableField {
  field.resolve();
  const isSingular = !field.repeated && !field.map;
  const type = isSingular && field.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined;
  return {
    field,
    name: protoName(field),
    codec: options.codecs.field(field),
    set: createFieldSetter(field, options.representation),
    oneof: findOneof(field),
    type,
    createMessage: type === undefined ? () => ({}) : options.codecs.message(type).create,
  };
}

/** The message that holds the last field of a path; missing messages on the way to it are created. */
export function findHolder(message: Message, path: readonly BindableField[]): Message {
  let holder = message;
  for (let depth = 0; depth < path.length - 1; depth++) {
    const step = path[depth] as BindableField;
    let next: Message | null | undefined = holder[step.field.name];
    if (next === null || next === undefined) {
      next = step.createMessage();
      step.set(holder, next);
    }
    holder = next;
  }
  return holder;
}
