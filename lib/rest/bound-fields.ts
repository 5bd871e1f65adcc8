import protobuf from "protobufjs";
import type { Binding } from "../http-rule/binding.js";
import { findOneof } from "./set-field.js";

/**
 * The fields that the path or the body binds, as a tree over the request message: `"bound"` for a field that
 * nothing else may touch, a tree for a message of which only parts are bound.
 *
 *     /v1/{book.name=books/*}    // { book: { name: "bound" } }, and the siblings of both in their oneofs
 *
 * Every leaf field of a request has one source; this is what keeps the query away from the others', so that the
 * name that was routed, and that an authorisation check saw, is the name that the handler gets.
 */
export type BoundFields = ReadonlyMap<protobuf.Field, "bound" | BoundFields>;

type MutableBoundFields = Map<protobuf.Field, "bound" | MutableBoundFields>;

/** What path and body bind. */
export function collectBoundFields({ variables, body }: Pick<Binding, "variables" | "body">): BoundFields {
  const root: MutableBoundFields = new Map();
  for (const { fields } of variables) bind(root, fields);
  if (body instanceof protobuf.Field) bind(root, [body]);
  return root;
}

function bind(root: MutableBoundFields, fields: readonly protobuf.Field[]): void {
  let level = root;
  for (const [depth, field] of fields.entries()) {
    for (const sibling of findOneof(field)?.fieldsArray ?? []) {
      if (sibling !== field) level.set(sibling, "bound");
    }
    if (depth === fields.length - 1) {
      level.set(field, "bound");
      return;
    }
    const below = level.get(field);
    if (below === "bound") return;
    const next: MutableBoundFields = below ?? new Map();
    level.set(field, next);
    level = next;
  }
}
