import { isRecord } from "../schema/record.js";

/**
 * Lay one document, or a part of one, over another: what the upper says holds.
 *
 *     overlay({ info: { title: "Books", version: "v1" } }, { info: { title: "The Library" } })
 *     // { info: { title: "The Library", version: "v1" } }
 *
 * Objects are merged member by member. Of lists, those are merged whose items have a name (tags, parameters), item
 * by item; any other list is replaced. Where the lower has content of any type, those that the upper names are all.
 */
export function overlay<T extends object>(lower: T, upper: object): T {
  // What is laid over a part of a document has the members of that part.
  return overlayObjects(lower as Record<string, unknown>, upper as Record<string, unknown>) as T;
}

function overlayObjects(
  lower: Readonly<Record<string, unknown>>,
  upper: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const isOfAnyType = "*/*" in lower && Object.keys(upper).length > 0;
  const members = new Map(Object.entries(isOfAnyType ? narrowContent(lower, upper) : lower));
  for (const [name, value] of Object.entries(upper)) {
    if (value === undefined) continue;
    // A media type has one example or several of them, not both.
    const other = "schema" in lower ? otherExamples.get(name) : undefined;
    if (other !== undefined) members.delete(other);
    members.set(name, overlayValues(members.get(name), value));
  }
  return Object.fromEntries(members);
}

/** The content types that the upper names, with what the lower says of them or else of any. */
function narrowContent(
  lower: Readonly<Record<string, unknown>>,
  upper: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(upper).map((type) => [type, lower[type] ?? lower["*/*"]]));
}

const otherExamples = new Map([
  ["example", "examples"],
  ["examples", "example"],
]);

function overlayValues(lower: unknown, upper: unknown): unknown {
  if (isRecord(lower) && isRecord(upper))
    return isReference(lower, upper) ? upper : overlayObjects(lower, upper);
  const areNamed = isListOf(lower, isNamed) && lower.length > 0 && isListOf(upper, isRecord);
  return areNamed ? overlayNamed(lower, upper) : upper;
}

/** A reference stands for itself: members beside it would be others' members. */
function isReference(
  lower: Readonly<Record<string, unknown>>,
  upper: Readonly<Record<string, unknown>>,
): boolean {
  return "$ref" in lower !== "$ref" in upper;
}

type Named = Readonly<Record<string, unknown>> & { readonly name: string };

function isNamed(item: unknown): item is Named {
  return isRecord(item) && typeof item.name === "string";
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

/** Items without a name, such as references, are added. */
function overlayNamed(
  lower: readonly Named[],
  upper: readonly Readonly<Record<string, unknown>>[],
): unknown[] {
  const keyOf = ({ name, in: place }: Named) => `${place ?? ""} ${name}`;
  const items = new Map<string, unknown>(lower.map((item) => [keyOf(item), item]));
  for (const item of upper.filter(isNamed))
    items.set(keyOf(item), overlayValues(items.get(keyOf(item)), item));
  return [...items.values(), ...upper.filter((item) => !isNamed(item))];
}
