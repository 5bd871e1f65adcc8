import type protobuf from "protobufjs";
import type { JsonSwitches } from "../../json/codec.js";
import { enumNames } from "../../json/enum-names.js";
import { valueComment } from "../../schema/walk.js";
import { cleanComment, joinParagraphs } from "../comments.js";
import { compact } from "../compact.js";
import type { JsonSchema } from "../document.js";
import type { Visibility } from "../visibility.js";

/**
 * An enum by its names, or by its numbers with `enumsAsIntegers`, and what each value means.
 *
 *     { type: "string", enum: ["UNKNOWN", "ACTIVE"], description: "- `ACTIVE`: It can be ordered." }
 *
 * An alias is listed by its own name: it is read, though never written.
 */
export function enumSchema(type: protobuf.Enum, switches: JsonSwitches, visibility: Visibility): JsonSchema {
  const values = readValues(type, switches).filter((value) =>
    visibility.showsValue(type, value.declaredName),
  );
  const written = values.filter((value) => !value.isAlias);
  const allowed = switches.enumsAsIntegers
    ? {
        type: "integer",
        format: "int32",
        enum: written.map((value) => value.number),
        "x-enum-varnames": written.map((value) => value.name),
      }
    : { type: "string", enum: values.map((value) => value.name) };
  return compact({
    ...allowed,
    description: joinParagraphs(cleanComment(type.comment), describeValues(values, switches)),
    deprecated: type.options?.deprecated === true || undefined,
  });
}

interface EnumValue {
  readonly declaredName: string;
  /** As it is written in JSON. */
  readonly name: string;
  readonly number: number;
  readonly isAlias: boolean;
  readonly comment: string | undefined;
}

function readValues(type: protobuf.Enum, switches: JsonSwitches): EnumValue[] {
  const { byNumber } = enumNames(type, switches);
  const seen = new Set<number>();
  return Object.entries(type.values).map(([declaredName, number]) => {
    const isAlias = seen.has(number);
    seen.add(number);
    const isDeprecated = type.valuesOptions?.[declaredName]?.deprecated === true;
    const comment = cleanComment(valueComment(type, declaredName))?.replace(/\s*\n\s*/g, " ");
    return {
      declaredName,
      name: isAlias ? declaredName : (byNumber.get(number) ?? declaredName),
      number,
      isAlias,
      comment:
        isDeprecated && !/^deprecated/i.test(comment ?? "") ? `Deprecated. ${comment ?? ""}`.trim() : comment,
    };
  });
}

/** One line for each value that has a comment; none when nobody has. */
function describeValues(values: readonly EnumValue[], switches: JsonSwitches): string | undefined {
  const lines = values
    .filter((value) => value.comment !== undefined)
    .map((value) => {
      const label = switches.enumsAsIntegers ? `\`${value.number}\` (${value.name})` : `\`${value.name}\``;
      return `- ${label}: ${value.comment}`;
    });
  return lines.length === 0 ? undefined : lines.join("\n");
}
