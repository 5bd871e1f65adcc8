import { findClosingQuote } from "./string-token.js";

/**
 * Indent compact JSON text by two spaces, as `JSON.stringify(value, null, 2)` does. Nothing is parsed, so that
 * numbers keep all their digits.
 */
export function indentJson(json: string): string {
  let text = "";
  let margin = "\n";
  for (let at = 0; at < json.length; ) {
    const end = endOfToken(json, at);
    const token = json.slice(at, end);
    if (token === "{" || token === "[") {
      margin += "  ";
      text += token + margin;
    } else if (token === "}" || token === "]") {
      margin = margin.slice(0, -2);
      text += margin + token;
    } else if (token === ",") text += token + margin;
    else text += token === ":" ? ": " : token;
    at = end;
  }
  return text;
}

/** Strings, numbers and literals are one token, as are `{}` and `[]`. */
function endOfToken(json: string, start: number): number {
  const char = json[start]!;
  if (char === '"') return findClosingQuote(json, start + 1) + 1;
  if (json.startsWith("{}", start) || json.startsWith("[]", start)) return start + 2;
  if ("{}[],:".includes(char)) return start + 1;
  let end = start + 1;
  while (end < json.length && !"{}[],:".includes(json[end]!)) end++;
  return end;
}
