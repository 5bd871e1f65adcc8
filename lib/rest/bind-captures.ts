import { isDeepStrictEqual } from "node:util";
import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import { invalidField } from "../call/rpc-error.js";
import type { Binding } from "../http-rule/binding.js";
import { printFieldPath } from "../http-rule/print-template.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { type BindableField, createBindableField, findHolder } from "./bindable-field.js";
import { findWellKnownParent } from "./well-known-parts.js";

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
    const name = printFieldPath(fields);
    const refuseOther = options.rejectBodyCollisions ? createCollisionCheck(path, name, options) : undefined;
    return { path, leaf, name, refuseOther, wellKnown: findWellKnownParent(path) };
  });
  return (message, captures) => {
    for (let i = 0; i < variables.length; i++) {
      const { path, leaf, name, refuseOther, wellKnown } = variables[i] as (typeof variables)[number];
      const value = leaf.codec.parse(captures[i] as string, name);
      refuseOther?.(message, value);
      leaf.set(findHolder(message, path), value);
      wellKnown?.check(message);
    }
  };
}

/** A field that holds its default has not been set, as far as anyone can tell. */
function createCollisionCheck(
  path: readonly BindableField[],
  name: string,
  options: CaptureBinderOptions,
): (message: Message, value: unknown) => void {
  const { field: leaf } = path[path.length - 1] as BindableField;
  // A field of a path is never an extension: its parent is the message that it is declared in.
  const unset = options.codecs.message(leaf.parent as protobuf.Type).create()[leaf.name];
  const steps = path.map(({ field, oneof }) => ({
    name: field.name,
    siblings: (oneof?.fieldsArray ?? [])
      .filter((sibling) => sibling !== field)
      .map((sibling) => sibling.name),
  }));
  return (message, value) => {
    let present: unknown = message;
    for (const step of steps) {
      if (present === null || present === undefined) return;
      const holder = present as Message;
      // Of a oneof, another member says otherwise as well.
      if (step.siblings.some((sibling) => holder[sibling] !== undefined && holder[sibling] !== null))
        refuse();
      present = holder[step.name];
    }
    if (present === undefined || isDeepStrictEqual(present, unset) || isDeepStrictEqual(present, value))
      return;
    refuse();
  };

  function refuse(): never {
    throw invalidField(name, `the body and the path have different values for field "${name}"`);
  }
}
