import protobuf from "protobufjs";
import type { ConfigFault, Report } from "./config-error.js";
import { findLine } from "./find-line.js";

export interface ProtoFile {
  /** As faults name it. */
  readonly name: string;
  readonly text: string;
}

/** Add what a file declares to a root, and give its imports; `undefined` after a fault. */
export function parseProtoFile(
  { name, text }: ProtoFile,
  root: protobuf.Root,
  { keepCase, report }: { readonly keepCase: boolean; readonly report: Report },
): protobuf.IParserResult | undefined {
  // An undeclared property of the parser: the file name that it notes on every object.
  const parser = protobuf.parse as unknown as { filename: string | null };
  parser.filename = name;
  try {
    return protobuf.parse(prepareText(text), root, { keepCase, alternateCommentMode: true });
  } catch (error) {
    report({ file: name, ...explainParseError(error as Error, text, root) });
    return undefined;
  } finally {
    parser.filename = null;
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
      return lines.length === 1 ? head : lines.join(" ") + "\n".repeat(lines.length - 1);
    })
    .replace(firstStar, "$1*");
}

/** `repeated Shelf shelves = 1` or `message Shelf {` */
const declarationHead =
  /^[ \t]*(?:(?:[\w.]+(?:\s*<[\w.\s,]*>)?\s+){0,5}\w+\s*=\s*-?\w+|(?:message|enum|service|oneof)\s+\w+\s*\{)/gm;

/** A star that begins a comment of `//`, the line before which is no such comment. */
const firstStar = /((?:^|\n)(?![ \t]*\/\/).*\n[ \t]*\/\/[ \t]*)(?=\*)/g;

/** Say what protobufjs says in the words of this package. */
function explainParseError({ message }: Error, text: string, root: protobuf.Root): ConfigFault {
  const token = /^illegal (\w[\w ]*?) '(.*?)'(?:, '(.*)' expected)? \(.*?line (\d+)\)$/s.exec(message);
  if (token !== null) {
    return { line: Number(token[4]), message: explainToken(token[1]!, token[2]!, token[3]) };
  }
  const line = /\(.*?line (\d+)\)$/.exec(message);
  if (line !== null) return { line: Number(line[1]), message: message.slice(0, line.index).trimEnd() };

  const duplicate = /^duplicate name '(.*)' in \w+ ?\.?(\S*)$/.exec(message);
  if (duplicate !== null) {
    const name = [duplicate[2], duplicate[1]].filter(Boolean).join(".");
    const other = root.lookup(`.${name}`)?.filename;
    const place = other ? `, the other time in ${other}` : "";
    return { line: findLine(text, name), message: `"${name}" is declared twice${place}` };
  }
  // "duplicate id 1 in Type .library.v1.Shelf" and the like
  const owner = / in \w+ \.?([\w.]+)$/.exec(message);
  if (owner === null) return { message };
  const reason = message.slice(0, owner.index).replaceAll("'", '"');
  return { line: findLine(text, owner[1]!), message: `${reason} in "${owner[1]}"` };
}

function explainToken(role: string, token: string, expected: string | undefined): string {
  if (token === "null") return "the file ends within a declaration: a brace or a semicolon is missing";
  if (expected !== undefined) return `unexpected "${token}", "${expected}" is missing before it`;
  return role === "token" ? `unexpected "${token}"` : `"${token}" is no valid ${role}`;
}
