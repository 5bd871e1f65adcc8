import type protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import { writeComment } from "./write-comment.js";

/** The names of an enum as a type; with enums as numbers, an object of them, too. */
export function writeEnum(type: protobuf.Enum, name: string, { enums }: Representation): string {
  const comment = writeComment(type.comment, "", type);
  const entries = Object.entries(type.values);
  if (enums === String) {
    const names = entries.map(([value]) => `  | ${JSON.stringify(value)}`);
    return `${comment}export type ${name} =\n${names.join("\n")};\n`;
  }
  const values = entries.map(
    ([value, number]) =>
      `${writeComment(type.comments[value] ?? undefined, "  ")}  ${JSON.stringify(value)}: ${number},`,
  );
  return [
    `${comment}export const ${name} = {`,
    ...values,
    "} as const;",
    "",
    `export type ${name} = number;`,
    "",
  ].join("\n");
}
