import type { Message } from "../call/message.js";
import type { Binding } from "../http-rule/binding.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { createBindableField, findHolder, protoNameOf } from "./bindable-field.js";

/** Writes the captures of a path into a message, over whatever is there. */
export type CaptureBinder = (message: Message, captures: readonly string[]) => void;

/** Compile the binding of path variables to fields. */
export function createCaptureBinder(
  binding: Binding,
  codecs: JsonCodecs,
  representation: Representation,
): CaptureBinder {
  const variables = binding.variables.map(({ fields }) => {
    const path = fields.map((field) => createBindableField(field, codecs, representation));
    const leaf = path[path.length - 1] as (typeof path)[number];
    return { path, leaf, name: fields.map(protoNameOf).join(".") };
  });
  return (message, captures) => {
    for (let i = 0; i < variables.length; i++) {
      const { path, leaf, name } = variables[i] as (typeof variables)[number];
      leaf.set(findHolder(message, path), leaf.codec.parse(captures[i] as string, name));
    }
  };
}
