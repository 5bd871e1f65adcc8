import type { Message } from "../call/message.js";
import { invalidField } from "../call/rpc-error.js";
import { qualifiedName } from "../schema/walk.js";
import { isWellKnown } from "../schema/well-known.js";
import type { BindableField } from "./bindable-field.js";

/** A well-known type on the way of a path, of which the path sets a part. */
export interface WellKnownParent {
  /** `"filter.since"` */
  readonly name: string;
  /**
   * Refuse parts that make no value which JSON could have given.
   *
   * @throws RpcError INVALID_ARGUMENT
   */
  check(message: Message): void;
}

/**
 * Find the well-known type that a path goes into, if it does.
 *
 *     ?since.seconds=5&since.nanos=-1      // "since" is no Timestamp
 */
export function findWellKnownParent(path: readonly BindableField[]): WellKnownParent | undefined {
  const depth = path.findIndex(
    ({ type }, i) => i < path.length - 1 && type !== undefined && isWellKnown(type),
  );
  const parent = path[depth];
  if (parent?.type === undefined) return undefined;
  const { field, codec, type } = parent;
  const above = path.slice(0, depth);
  const name = [...above, parent].map((step) => step.name).join(".");
  return {
    name,
    check(message) {
      let holder = message;
      for (const step of above) holder = holder[step.field.name];
      try {
        codec.encode(holder[field.name]);
      } catch (cause) {
        const message = `the parts of field "${name}" (${qualifiedName(type)}) make no valid value`;
        throw invalidField(name, message, { cause });
      }
    },
  };
}
