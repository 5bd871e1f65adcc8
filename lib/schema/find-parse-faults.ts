import protobuf from "protobufjs";
import type { ConfigFault } from "./config-error.js";
import { explainParseError, parseNumberMisuse } from "./explain-parse-error.js";
import { findNumber } from "./find-place.js";
import { scanTokens, type Token } from "./scan-tokens.js";

/** As many of one file are told: one that is no `.proto` file at all would have thousands. */
const most = 10;

export interface ParseFaults {
  readonly faults: readonly ConfigFault[];
  /**
   * The text without its faults, if these are numbers and names of fields that are taken: all that the rest speaks of is
   * there.
   */
  readonly mended: string | undefined;
}

/**
 * Find every fault of a text that the parser refuses. It stops at the first: a number that is taken is replaced, of
 * another fault the statement that has it is left out, and the rest is parsed again.
 *
 * @param error what the parser said, adding the text to `root`.
 */
export function findParseFaults(text: string, error: Error, root: protobuf.Root): ParseFaults {
  const faults: ConfigFault[] = [];
  let refusal: Refusal | undefined = { error, root };
  let rest = text;
  let isWhole = true;
  while (refusal !== undefined && faults.length < most) {
    const fault = explainParseError(refusal.error, rest, refusal.root);
    faults.push(fault);
    const renumbered = renumber(refusal.error, rest);
    const shorter = renumbered ?? leaveOut(fault, rest);
    if (shorter === undefined) break;
    isWhole &&= renumbered !== undefined || isFieldTwice(refusal.error, shorter, rest);
    rest = shorter;
    refusal = findRefusal(rest);
  }
  return { faults, mended: isWhole && refusal === undefined ? rest : undefined };
}

/** What the parser says of a text, and what it had read of it. */
interface Refusal {
  readonly error: Error;
  readonly root: protobuf.Root;
}

function findRefusal(text: string): Refusal | undefined {
  const root = new protobuf.Root();
  try {
    protobuf.parse(text, root);
    return undefined;
  } catch (error) {
    return { error: error as Error, root };
  }
}

/** Give a field or a value of an enum a free number in place of one that is taken, as long if there is one. */
function renumber({ message }: Error, text: string): string | undefined {
  const misuse = parseNumberMisuse(message);
  const token = misuse && findNumber(text, misuse)?.token;
  if (token === undefined) return undefined;
  const used = new Set(text.match(/\b\d+\b/g));
  const first = 10 ** (token.text.length - 1);
  for (let number = first; number < first + mostNumbers; number++) {
    if (used.has(String(number))) continue;
    const mended = text.slice(0, token.index) + number + text.slice(token.index + token.text.length);
    const next = findRefusal(mended)?.error.message ?? "";
    // It was another message of that name.
    if (next === message && next.startsWith("id ")) return undefined;
    // It may be reserved, within a range.
    if (!next.startsWith(`id ${number} `)) return mended;
  }
  return undefined;
}

const mostNumbers = 100;

/** Whether what was left out is a field, or a value of an enum, whose name another one has. */
function isFieldTwice({ message }: Error, shorter: string, text: string): boolean {
  let end = text.length - 1;
  while (end > 0 && text[end] === shorter[end]) end--;
  return /^duplicate name .* in (?:Type|Enum) /.test(message) && text[end] === ";";
}

/**
 * Put spaces in place of the statement with a fault, so that the others stay where they are; `undefined` if that cannot
 * be done, or what is left would be read otherwise: without its `syntax`, a file is proto2.
 */
function leaveOut({ line, fileColumn = 1 }: ConfigFault, text: string): string | undefined {
  if (line === undefined) return undefined;
  const tokens = [...scanTokens(text)];
  const fault = tokens.findIndex(
    (token) => token.line > line || (token.line === line && token.column >= fileColumn),
  );
  const { first, last } = findStatement(tokens, fault);
  const head = tokens[0];
  const isDeclared = head?.text === "syntax" || head?.text === "edition";
  if (first === undefined || last === undefined || first === head || !isDeclared) return undefined;
  const end = last.index + last.text.length;
  return text.slice(0, first.index) + text.slice(first.index, end).replace(/[^\n]/g, " ") + text.slice(end);
}

/** The statement around a token: up to its semicolon, or to its closing brace. */
function findStatement(tokens: readonly Token[], at: number) {
  let start = at;
  while (start > 0 && !/^[;{}]$/.test(tokens[start - 1]?.text ?? "")) start--;
  let depth = 0;
  let end = start;
  for (; end < tokens.length; end++) {
    const text = tokens[end]?.text;
    if (text === "{") depth++;
    if (text === "}") depth--;
    const isInside = depth > 0 || /^[\],;]$/.test(tokens[end + 1]?.text ?? "");
    if (depth < 0 || (text === ";" && depth === 0) || (text === "}" && !isInside)) break;
  }
  // A brace that closes what is around the statement is not part of it, unless it is all there is.
  if (depth < 0 && end > start) end--;
  return { first: tokens[start], last: tokens[end] };
}
