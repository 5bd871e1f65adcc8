import protobuf from "protobufjs";
import type { ConfigFault, Report } from "./config-error.js";
import { explainParseError } from "./explain-parse-error.js";
import { findParseFaults } from "./find-parse-faults.js";
import { scanTokens } from "./scan-tokens.js";
import { isNamespace } from "./walk.js";

export interface ProtoFile {
  /** As faults name it. */
  readonly name: string;
  readonly text: string;
}

/** Add what a file declares to a root, and give its imports; `undefined` after a fault; all of them are reported. */
export function parseProtoFile(
  { name, text }: ProtoFile,
  root: protobuf.Root,
  { keepCase, report }: { readonly keepCase: boolean; readonly report: Report },
): protobuf.IParserResult | undefined {
  // An undeclared property of the parser: the file name that it notes on every object.
  const parser = protobuf.parse as unknown as { filename: string | null };
  parser.filename = name;
  const parse = (source: string) =>
    withoutStackTraces(() =>
      protobuf.parse(prepareText(source), root, { keepCase, alternateCommentMode: true }),
    );
  /** It may yet declare what another file has declared. */
  const parseMended = (source: string) => {
    try {
      return parse(source);
    } catch (error) {
      report({ file: name, ...explainParseError(error as Error, source, root) });
      return undefined;
    }
  };
  if (keepCase) for (const fault of findLostFields(text)) report({ file: name, ...fault });
  try {
    return parse(text);
  } catch (error) {
    const { faults, mended } = findParseFaults(text, error as Error, root);
    for (const fault of faults) report({ file: name, ...fault });
    if (mended === undefined) return undefined;
    removeFile(name, root);
    parser.filename = name;
    return parseMended(mended);
  } finally {
    parser.filename = null;
  }
}

/** Take out of a root what was read of a file before its first fault. */
function removeFile(name: string, namespace: protobuf.NamespaceBase): void {
  for (const nested of namespace.nestedArray) {
    if (nested.filename === name) namespace.remove(nested);
    else if (isNamespace(nested)) removeFile(name, nested);
  }
}

/**
 * Write the text so that the parser keeps all comments. It looks for the comment of a declaration on the line before
 * its number or brace, so what is spread over several lines is joined, without moving what follows; and it takes a
 * star at the start of a comment for decoration, though it may be emphasis.
 */
function prepareText(text: string): string {
  return text
    .replace(declarationHead, (head) => {
      const lines = head.split("\n");
      return lines.join(" ") + "\n".repeat(lines.length - 1);
    })
    .replace(starOfLine, (start, index: number, whole: string) =>
      isComment(lineBefore(whole, index)) ? start : `${start}*`,
    );
}

/** `repeated Shelf shelves = 1` or `message Shelf {`, begun by a line that has no more than that. */
const declarationHead =
  /^[ \t]*(?=[\w.][^\n;{[/"]*\n)(?:(?:[\w.]+(?:\s*<[\w.\s,]*>)?\s+){0,5}\w+\s*=\s*-?\w+|(?:message|enum|service|oneof)\s+\w+\s*\{)/gm;

/** What is before a star that begins a line of a comment of `//`. */
const starOfLine = /\n[ \t]*\/\/[ \t]*(?=\*)/g;

function lineBefore(text: string, end: number): string {
  return text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
}

function isComment(line: string): boolean {
  return /^[ \t]*\/\//.test(line);
}

/**
 * Do something without the cost of stack traces. The parser throws an error, and catches it, for every name that it
 * reads where a number could be; of an error that it lets through only the message is told.
 */
function withoutStackTraces<T>(parse: () => T): T {
  const { stackTraceLimit } = Error;
  // It cannot be set where `--frozen-intrinsics` is.
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return parse();
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}

/** What a field is told that protobufjs would leave out without a word. */
export const lostField =
  'no message can keep a property "__proto__", which its field has with keepCase; load without keepCase, where it is "_Proto__"';

function findLostFields(text: string): ConfigFault[] {
  const tokens = text.includes("__proto__") ? [...scanTokens(text)] : [];
  return tokens
    .filter((token, i) => token.text === "__proto__" && tokens[i + 1]?.text === "=")
    .map(({ line, column }) => ({ line, fileColumn: column, message: lostField }));
}
