import type protobuf from "protobufjs";
import type { ConfigFault } from "./config-error.js";
import { findNumber, findPlace, type NumberUse } from "./find-place.js";
import { findToken } from "./scan-tokens.js";

/** What the parser says of a text, in the words of this package and with its place. */
export function explainParseError({ message }: Error, text: string, root: protobuf.Root): ConfigFault {
  const token = /^illegal (\w[\w ]*?) '(.*?)'(?:, '(.*)' expected)? \(.*?line (\d+)\)$/s.exec(message);
  if (token !== null) {
    const [, role = "", found = "", expected, line] = token;
    return {
      ...placeOfToken(text, found, { role, line: Number(line) }),
      message: explainToken(role, found, expected),
    };
  }
  const line = /\(.*?line (\d+)\)$/.exec(message);
  if (line !== null) return { line: Number(line[1]), message: message.slice(0, line.index).trimEnd() };

  const duplicate = /^duplicate name '(.*)' in \w+ ?\.?(\S*)$/.exec(message);
  if (duplicate !== null) {
    const name = [duplicate[2], duplicate[1]].filter(Boolean).join(".");
    const other = root.lookup(`.${name}`)?.filename;
    const place = other ? `, the other time in ${other}` : "";
    return { ...placeOfName(text, name), message: `"${name}" is declared twice${place}` };
  }
  // "duplicate id 1 in Type .library.v1.Shelf" and the like
  const owner = / in \w+ \.?([\w.]+)$/.exec(message);
  if (owner === null) return { message };
  const [, name = ""] = owner;
  const reason = message.slice(0, owner.index).replaceAll("'", '"');
  const misuse = parseNumberMisuse(message);
  const number = misuse && findNumber(text, misuse);
  if (number === undefined) return { ...placeOfName(text, name), message: `${reason} in "${name}"` };
  const { owner: fullName, token: at } = number;
  return { line: at.line, fileColumn: at.column, message: `${reason} in "${fullName}"` };
}

/** What the parser says of a number that is taken: `duplicate id 1 in Type .library.v1.Shelf`. */
export function parseNumberMisuse(message: string): NumberUse | undefined {
  const [, number, owner] =
    /^(?:duplicate )?id (\d+)(?: is reserved)? in \w+ \.?([\w.]+)$/.exec(message) ?? [];
  return number === undefined || owner === undefined ? undefined : { number, owner };
}

type FaultPlace = Pick<ConfigFault, "line" | "fileColumn">;

/** The parser tells the line; of equal tokens on it, a number is the one after the equals sign. */
function placeOfToken(
  text: string,
  token: string,
  { role, line }: { readonly role: string; readonly line: number },
): FaultPlace {
  const isNumber = /^(id|value|number|integer)$/.test(role);
  const found = findToken(text, token, { line, after: isNumber ? "=" : undefined });
  return found === undefined ? { line } : { line: found.line, fileColumn: found.column };
}

function placeOfName(text: string, name: string): FaultPlace {
  const place = findPlace(text, name);
  return { line: place?.line, fileColumn: place?.column };
}

function explainToken(role: string, token: string, expected: string | undefined): string {
  if (token === "null") return "the file ends within a declaration: a brace or a semicolon is missing";
  if (expected !== undefined) return `unexpected "${token}", "${expected}" is missing before it`;
  return role === "token" ? `unexpected "${token}"` : `"${token}" is no valid ${role}`;
}
