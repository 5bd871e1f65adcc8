import type { JsonSwitches } from "../json/codec.js";

/** What a request asks of its answer, beside the fields of its message. */
export interface SystemParameters {
  readonly switches: JsonSwitches;
  readonly wantsEvents: boolean;
}

/**
 * Read the system parameters that Google's clients send; `undefined` when there are none.
 *
 *     ?$alt=json;enum-encoding=int     // enums as integers
 *     ?$alt=sse                        // server-sent events
 *     ?$prettyPrint=true               // indented
 *
 * @param bareNames those that may be written without the `$`.
 * @see https://cloud.google.com/apis/docs/system-parameters
 */
export function readSystemParameters(
  query: string,
  bareNames: ReadonlySet<string>,
): SystemParameters | undefined {
  if (query === "" || (bareNames.size === 0 && !query.includes("$") && !query.includes("%24")))
    return undefined;
  const parameters = new URLSearchParams(query);
  const read = (name: string) =>
    parameters.get(`$${name}`) ?? (bareNames.has(name) ? parameters.get(name) : null);
  const alt = read("alt");
  const pretty = read("prettyPrint");
  if (alt === null && pretty === null) return undefined;
  return {
    switches: {
      ...(/;\s*enum-encoding=int(;|$)/.test(alt ?? "") ? { enumsAsIntegers: true } : {}),
      ...(pretty === null ? {} : { pretty: pretty !== "false" && pretty !== "0" }),
    },
    wantsEvents: alt === "sse",
  };
}
