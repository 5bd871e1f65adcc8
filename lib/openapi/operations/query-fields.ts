import protobuf from "protobufjs";
import type { Binding } from "../../http-rule/binding.js";
import { type BoundFields, collectBoundFields } from "../../http-rule/bound-fields.js";
import { fieldBehaviors } from "../schemas/field-behavior.js";
import { visibleFields } from "../schemas/fields.js";
import { queryForm } from "../schemas/well-known-schemas.js";
import type { Visibility } from "../visibility.js";

/** A field that a query may set. */
export interface QueryField {
  readonly field: protobuf.Field;
  /** The fields whose messages it stands in, outermost first. */
  readonly above: readonly protobuf.Field[];
  /** How its values are written. */
  readonly form: "text" | "json";
}

/** Types that refer to each other have more paths between them than anybody reads, or than memory holds. */
const maxSteps = 1000;

/**
 * Every field that neither path nor body sets, with those of nested messages.
 *
 * Left out is what a query cannot hold: a type within itself, lists and maps of messages. Where that is still too
 * much, messages are followed less deep.
 */
export function findQueryFields(binding: Binding, visibility: Visibility): readonly QueryField[] {
  let found: readonly QueryField[] = [];
  for (let depth = 1; ; depth++) {
    const steps: Step[] = [];
    let isCut = false;
    for (const step of walk(binding, visibility, depth)) {
      if (step.form === "too deep") isCut = true;
      else steps.push(step);
      if (depth > 1 && steps.length > maxSteps) return found;
    }
    found = steps.filter((step): step is QueryField => step.form === "text" || step.form === "json");
    if (!isCut) return found;
  }
}

interface Step extends Omit<QueryField, "form"> {
  readonly form: QueryField["form"] | "message" | "too deep";
}

function* walk(binding: Binding, visibility: Visibility, maxDepth: number): Generator<Step> {
  function* within(
    type: protobuf.Type,
    above: readonly protobuf.Field[],
    taken: BoundFields,
  ): Generator<Step> {
    for (const field of visibleFields(type, visibility)) {
      const below = taken.get(field);
      if (below === "bound" || fieldBehaviors(field).has("OUTPUT_ONLY")) continue;
      const { resolvedType } = field;
      const form = resolvedType === null ? "text" : queryForm(resolvedType);
      if (form === "text" || form === "json") yield { field, above, form };
      if (form !== undefined || !(resolvedType instanceof protobuf.Type) || isBeyondQuery(field, above))
        continue;
      const isTooDeep = above.length + 1 >= maxDepth;
      yield { field, above, form: isTooDeep ? "too deep" : "message" };
      if (!isTooDeep) yield* within(resolvedType, [...above, field], below ?? new Map());
    }
  }
  yield* within(binding.method.requestType, [], collectBoundFields(binding));
}

/** Whether the message in a field is a list, a map, or of a type that it stands in. */
function isBeyondQuery(field: protobuf.Field, above: readonly protobuf.Field[]): boolean {
  return field.repeated || field.map || [...above, field].some((step) => step.parent === field.resolvedType);
}
