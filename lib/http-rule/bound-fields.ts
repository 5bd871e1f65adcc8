import type protobuf from "protobufjs";
import { findOneof } from "../schema/find-oneof.js";
import type { Binding } from "./binding.js";

/**
 * The fields that path and body bind, as a tree over the request message: `"bound"` for a field that nothing else may
 * touch, a tree for a message of which only parts are bound.
 */
export type BoundFields = ReadonlyMap<protobuf.Field, "bound" | BoundFields>;

type MutableBoundFields = Map<protobuf.Field, "bound" | MutableBoundFields>;

/**
 * Collect the fields that variables and body of a binding set, and those that they exclude: the others of their oneofs.
 *
 *     collectBoundFields({ variables, body: undefined })
 *     // /v1/{book.name=books/*}    { book: { name: "bound" } }
 *
 * Every leaf field of a request has one source. This keeps the query away from the fields of the others, so that the
 * name that was routed, and that an authorization check saw, is the name that the handler gets.
 */
export function collectBoundFields({ variables, body }: Pick<Binding, "variables" | "body">): BoundFields {
  const root: MutableBoundFields = new Map();
  for (const { fields } of variables) bind(root, fields);
  if (typeof body === "object") bind(root, [body]);
  return root;
}

/** No path leads through a field that another one binds: the binding has been checked. */
function bind(root: MutableBoundFields, path: readonly protobuf.Field[]): void {
  let level = root;
  path.forEach((field, depth) => {
    for (const sibling of findOneof(field)?.fieldsArray ?? []) {
      if (sibling !== field) level.set(sibling, "bound");
    }
    const below = level.get(field);
    const next: MutableBoundFields = below instanceof Map ? below : new Map();
    const isLeaf = depth === path.length - 1;
    level.set(field, isLeaf ? "bound" : next);
    level = next;
  });
}
