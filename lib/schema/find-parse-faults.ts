import protobuf from "protobufjs";
import type { ConfigFault } from "./config-error.js";
import { explainParseError } from "./explain-parse-error.js";
import { scanTokens, type Token } from "./scan-tokens.js";

/** As many of one file are told: one that is no `.proto` file at all would have thousands. */
const most = 10;

/**
 * Find every fault of a text that the parser refuses. It stops at the first: the statement that has it is left out, and
 * the rest is parsed again.
 *
 * @param error what the parser said, adding the text to `root`.
 */
export function findParseFaults(text: string, error: Error, root: protobuf.Root): ConfigFault[] {
  const faults: ConfigFault[] = [];
  let fault: ConfigFault | undefined = explainParseError(error, text, root);
  let rest = text;
  while (fault !== undefined && faults.length < most) {
    faults.push(fault);
    const shorter = leaveOut(fault, rest);
    if (shorter === undefined) break;
    rest = shorter;
    fault = findFault(rest);
  }
  return faults;
}

function findFault(text: string): ConfigFault | undefined {
  const root = new protobuf.Root();
  try {
    protobuf.parse(text, root);
    return undefined;
  } catch (error) {
    return explainParseError(error as Error, text, root);
  }
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
