import { invalidField } from "../call/rpc-error.js";

/** One parameter of a query. Its value is decoded when it is asked for: what nobody takes may be malformed. */
export interface Parameter {
  readonly name: string;
  /** @throws RpcError INVALID_ARGUMENT when an escape is malformed. */
  readValue(): string;
}

/**
 * Visit the parameters of a query in order; a `+` is a space.
 *
 *     eachParameter("a=1&b%20c=x+y&d", visit)    // a: "1", "b c": "x y", d: ""
 *
 * @throws RpcError INVALID_ARGUMENT when an escape in a name is malformed.
 */
export function eachParameter(query: string, visit: (parameter: Parameter) => void): void {
  for (let start = 0; start < query.length; ) {
    let end = query.indexOf("&", start);
    if (end === -1) end = query.length;
    if (end > start) {
      const equals = query.indexOf("=", start);
      const nameEnd = equals === -1 || equals > end ? end : equals;
      const rawName = query.slice(start, nameEnd);
      const rawValue = query.slice(nameEnd + 1, end);
      const name = decodeComponent(rawName, rawName);
      visit({ name, readValue: () => decodeComponent(rawValue, name) });
    }
    start = end + 1;
  }
}

/** What a parameter is called: the steps of a field path, and a key in brackets. */
export interface ParameterName {
  readonly steps: readonly string[];
  /** `"env"` in `labels[env]`, `""` in `tags[]`. */
  readonly key: string | undefined;
}

/**
 * Split the name of a parameter.
 *
 *     parseParameterName("filter.labels[a.b]")    // { steps: ["filter", "labels"], key: "a.b" }
 */
export function parseParameterName(name: string): ParameterName {
  const bracket = name.indexOf("[");
  if (bracket === -1 || !name.endsWith("]")) return { steps: name.split("."), key: undefined };
  const key = name.slice(bracket + 1, -1);
  // Two pairs of brackets are some other syntax, not a strange key.
  if (key.includes("][")) return { steps: [name], key: undefined };
  return { steps: name.slice(0, bracket).split("."), key };
}

function decodeComponent(text: string, name: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw invalidField(name, `malformed escape in query parameter "${name.slice(0, 80)}"`, { cause });
  }
}
