import type protobuf from "protobufjs";

/**
 * The comment of a declaration, with `@deprecated` where its `.proto` says so; nothing when there is nothing to say.
 *
 *     writeComment("Whom to greet.", "  ")   // "  /** Whom to greet. *\/\n"
 */
export function writeComment(
  comment: string | null | undefined,
  indent: string,
  declaration?: protobuf.ReflectionObject,
): string {
  const lines = (comment ?? "").trim() === "" ? [] : (comment ?? "").trim().split("\n");
  if (declaration?.options?.deprecated === true) {
    if (lines.length > 0) lines.push("");
    lines.push("@deprecated");
  }
  const [first, ...more] = lines.map((line) => line.trimEnd().replaceAll("*/", "*\\/"));
  if (first === undefined) return "";
  if (more.length === 0) return `${indent}/** ${first} */\n`;
  const body = [first, ...more].map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("");
  return `${indent}/**\n${body}${indent} */\n`;
}
