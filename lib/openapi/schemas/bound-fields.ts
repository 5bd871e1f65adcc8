import type protobuf from "protobufjs";
import type { Binding } from "../../http-rule/binding.js";
import { oneofOf } from "../../json/field-names.js";

/**
 * Fields whose values come from elsewhere, as a tree over the request message: `"whole"` for a field with all
 * that is in it, a tree for a message of which only parts are bound.
 */
export type BoundFields = ReadonlyMap<protobuf.Field, "whole" | BoundFields>;

type MutableBoundFields = Map<protobuf.Field, "whole" | MutableBoundFields>;

/**
 * The fields that the given paths set, with the fields that they exclude: the others of their oneofs.
 *
 *     /v1/{book.name=books/*}    // { book: { name: "whole" } }
 */
export function boundFields(paths: Iterable<readonly protobuf.Field[]>): BoundFields {
  const root: MutableBoundFields = new Map();
  for (const path of paths) bind(root, path);
  return root;
}

/** What the path of a request sets. */
export function fieldsOfPath({ variables }: Binding): BoundFields {
  return boundFields(variables.map(({ fields }) => fields));
}

function bind(level: MutableBoundFields, [field, ...rest]: readonly protobuf.Field[]): void {
  if (field === undefined) return;
  for (const sibling of oneofOf(field)?.fieldsArray ?? []) {
    if (sibling !== field) level.set(sibling, "whole");
  }
  const below = level.get(field);
  if (below === "whole") return;
  if (rest.length === 0) {
    level.set(field, "whole");
    return;
  }
  const next: MutableBoundFields = below ?? new Map();
  level.set(field, next);
  bind(next, rest);
}
