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
 * @see https://cloud.google.com/apis/docs/system-parameters
 */
export function readSystemParameters(query: string): SystemParameters | undefined {
  if (!query.includes("$") && !query.includes("%24")) return undefined;
  const parameters = new URLSearchParams(query);
  const alt = parameters.get("$alt") ?? "";
  const pretty = parameters.get("$prettyPrint");
  return {
    switches: {
      ...(/;\s*enum-encoding=int(;|$)/.test(alt) ? { enumsAsIntegers: true } : {}),
      ...(pretty === null ? {} : { pretty: pretty !== "false" }),
    },
    wantsEvents: alt === "sse",
  };
}
