/**
 * Indent compact JSON text by two spaces, as `JSON.stringify(value, null, 2)` does. Nothing is parsed, so that
 * numbers keep all their digits.
 */
export function indentJson(json: string): string {
  let text = "";
  let margin = "\n";
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]|[^"{}[\],:]+/g)) {
    if (token === "{" || token === "[") {
      margin += "  ";
      text += token + margin;
    } else if (token === "}" || token === "]") {
      margin = margin.slice(0, -2);
      text += margin + token;
    } else if (token === ",") text += token + margin;
    else text += token === ":" ? ": " : token;
  }
  return text;
}
