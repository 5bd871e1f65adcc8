import type { OutgoingHttpHeaders } from "node:http";

/**
 * Headers as HTTP/1.1 writes them, under their names in small letters; those of one name are a list.
 *
 *     readHeaderLines(["Vary: Origin", "Set-Cookie: a=1", "Set-Cookie: b=2"])
 *     // { vary: "Origin", "set-cookie": ["a=1", "b=2"] }
 */
export function readHeaderLines(lines: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon === -1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
