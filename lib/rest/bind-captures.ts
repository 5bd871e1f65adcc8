import { isDeepStrictEqual } from "node:util";
import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import { invalidField } from "../call/rpc-error.js";
import type { Binding } from "../http-rule/binding.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { type BindableField, createBindableField, findHolder, protoNameOf } from "./bindable-field.js";

export interface CaptureBinderOptions {
  readonly codecs: JsonCodecs;
  readonly representation: Representation;
  /** Refuse a body that says otherwise about a field of the path. */
  readonly rejectBodyCollisions: boolean;
}

/** Writes the captures of a path into a message, over whatever is there. */
export type CaptureBinder = (message: Message, captures: readonly string[]) => void;

/** Compile the binding of path variables to fields. */
export function createCaptureBinder(binding: Binding, options: CaptureBinderOptions): CaptureBinder {
  const variables = binding.variables.map(({ fields }) => {
    const path = fields.map((field) => createBindableField(field, options));
    const leaf = path[path.length - 1] as BindableField;
    const name = fields.map(protoNameOf).join(".");
    const refuseOther = options.rejectBodyCollisions ? createCollisionCheck(leaf, name, options) : undefined;
    return { path, leaf, name, refuseOther };
  });
  return (message, captures) => {
    for (let i = 0; i < variables.length; i++) {
      const { path, leaf, name, refuseOther } = variables[i] as (typeof variables)[number];
      const value = leaf.codec.parse(captures[i] as string, name);
      const holder = findHolder(message, path);
      refuseOther?.(holder, value);
      leaf.set(holder, value);
    }
  };
}

/** A field that holds its default has not been set, as far as anyone can tell. */
function createCollisionCheck(
  { field }: BindableField,
  name: string,
  { codecs }: CaptureBinderOptions,
): (holder: Message, value: unknown) => void {
  // A field of a path is never an extension: its parent is the message that it is declared in.
  const unset = codecs.message(field.parent as protobuf.Type).create()[field.name];
  return (holder, value) => {
    const present: unknown = holder[field.name];
    if (present === undefined || isDeepStrictEqual(present, unset) || isDeepStrictEqual(present, value))
      return;
    throw invalidField(name, `the body and the path have different values for field "${name}"`);
  };
}
