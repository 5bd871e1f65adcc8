import { codes } from "../../call/rpc-error.js";
import { httpStatusOf } from "../../http/http-status.js";

/**
 * The failures that a comment names, by HTTP status, each with what the comment says of it.
 *
 *     errorsNamedIn("Gets a shelf. Returns NOT_FOUND if there is none.")
 *     // Map { 404 => "Returns NOT_FOUND if there is none." }
 *
 * Codes whose names are also ordinary words or states (`ABORTED`, `CANCELLED`, `INTERNAL`, `UNKNOWN`) count only
 * as `google.rpc.Code.ABORTED`, or where a sentence or list item begins with them or says that they are returned.
 */
export function errorsNamedIn(comment: string | undefined): ReadonlyMap<number, string> {
  const errors = new Map<number, string>();
  for (const sentence of sentencesOf(comment ?? "")) {
    for (const status of new Set(codesNamedIn(sentence).map((code) => httpStatusOf(code)))) {
      const before = errors.get(status);
      errors.set(status, before === undefined ? sentence : `${before}\n\n${sentence}`);
    }
  }
  return errors;
}

/** Sentences and list items, each on one line. */
function sentencesOf(comment: string): string[] {
  return comment
    .split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.)\s)|(?<=[.!?])\s+(?=[A-Z`])/)
    .map((text) =>
      text
        .replace(/^\s*(?:[-*+]|\d+\.)\s+/, "")
        .replace(/\s+/g, " ")
        .trim(),
    )
    .filter((text) => text !== "");
}

function codesNamedIn(sentence: string): number[] {
  return patterns.filter(({ pattern }) => pattern.test(sentence)).map(({ code }) => code);
}

const ordinaryWords = new Set(["ABORTED", "CANCELLED", "INTERNAL", "UNKNOWN"]);

const patterns = Object.entries(codes)
  .filter(([name]) => name !== "OK")
  .map(([name, code]) => ({
    code,
    pattern: ordinaryWords.has(name) ? asError(name) : new RegExp(`\\b${name}\\b`),
  }));

function asError(name: string): RegExp {
  const begins = `^\`?${name}\`?(?: error)?[:,]`;
  const isReturned = `\\b(?:[Rr]eturn|[Ff]ail|[Rr]eject)\\w* (?:(?:with|an?|the|error|code|status) )*\`?${name}\\b`;
  return new RegExp(`\\bCode\\.${name}\\b|${begins}|${isReturned}`);
}
