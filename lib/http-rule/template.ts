/**
 * A path template, parsed.
 *
 *     /v1/{name=shelves/*}:merge
 *
 * has the segments `v1`, `shelves`, `*`, the verb `merge`, and a variable `name` over segments 1 to 3.
 */
export interface Template {
  /** As written. */
  readonly text: string;
  readonly segments: readonly Segment[];
  /** `"merge"` in `/v1/shelves:merge`. */
  readonly verb: string | undefined;
  /** From left to right; they do not overlap. */
  readonly variables: readonly Variable[];
}

export type Segment =
  /** Text that is compared after decoding. */
  | { readonly kind: "literal"; readonly value: string }
  /** `*`: exactly one segment, not empty. */
  | { readonly kind: "wildcard" }
  /** `**`: zero or more segments. A template has at most one. */
  | { readonly kind: "deep-wildcard" };

export interface Variable {
  /** `["book", "name"]` for `{book.name}`. */
  readonly fieldPath: readonly string[];
  /** The segments that it captures, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Where its name starts in the text, counted from 1. */
  readonly column: number;
}
