import { codes } from "../../call/rpc-error.js";
import { httpStatusOf } from "../../http/http-status.js";

/** Failures of one HTTP status. */
export interface NamedErrors {
  /** What the comment says of them. */
  readonly description: string;
  /** The names of their codes, in the order in which the comment has them. */
  readonly codes: ReadonlySet<CodeName>;
}

export type CodeName = keyof typeof codes;

/**
 * The failures that a comment names, by HTTP status, each with what the comment says of it.
 *
 *     errorsNamedIn("Gets a shelf. Returns NOT_FOUND if there is none.")
 *     // Map { 404 => { description: "Returns NOT_FOUND if there is none.", codes: Set { "NOT_FOUND" } } }
 *
 * Codes whose names are also ordinary words or states (`ABORTED`, `CANCELLED`, `INTERNAL`, `UNKNOWN`) count only
 * as `google.rpc.Code.ABORTED`, or where a sentence or list item begins with them or says that they are returned.
 */
export function errorsNamedIn(comment: string | undefined): ReadonlyMap<number, NamedErrors> {
  const errors = new Map<number, NamedErrors>();
  for (const sentence of sentencesOf(comment ?? "")) {
    const names = codesNamedIn(sentence);
    for (const status of new Set(names.map(statusOf))) {
      const before = errors.get(status);
      errors.set(status, {
        description: before === undefined ? sentence : `${before.description}\n\n${sentence}`,
        codes: new Set([...(before?.codes ?? []), ...names.filter((name) => statusOf(name) === status)]),
      });
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

function codesNamedIn(sentence: string): CodeName[] {
  if (denial.test(sentence)) return [];
  return patterns.filter(({ pattern }) => pattern.test(sentence)).map(({ name }) => name);
}

function statusOf(name: CodeName): number {
  return httpStatusOf(codes[name]);
}

const denial = /\b(?:never|no longer|does not|doesn't|will not|won't) (?:return|fail|reject)/i;

const ordinaryWords = new Set(["ABORTED", "CANCELLED", "INTERNAL", "UNKNOWN"]);

// The names of the members are known where they are declared.
const patterns = (Object.keys(codes) as CodeName[])
  .filter((name) => name !== "OK")
  .map((name) => ({
    name,
    pattern: ordinaryWords.has(name) ? asError(name) : new RegExp(`\\b${name}\\b`),
  }));

function asError(name: string): RegExp {
  const begins = `^\`?${name}\`?(?: error)?[:,]`;
  const isReturned = `\\b(?:[Rr]eturn|[Ff]ail|[Rr]eject)\\w* (?:(?:with|an?|the|error|code|status) )*\`?${name}\\b`;
  return new RegExp(`\\bCode\\.${name}\\b|${begins}|${isReturned}`);
}
