import { inspect } from "node:util";
import { ConfigError } from "../schema/config-error.js";
import { didYouMean } from "../schema/suggest-name.js";

/** The protocols over plain HTTP; native gRPC has servers of its own. */
const protocolNames = ["rest", "grpc-web", "connect"] as const;

export type ProtocolName = (typeof protocolNames)[number];

/**
 * The protocols that are asked for.
 *
 * @throws ConfigError for what is no protocol.
 */
export function resolveProtocols(option: unknown): ReadonlySet<ProtocolName> {
  if (option === undefined) return new Set(["rest"]);
  if (option === "all") return new Set(protocolNames);
  if (!Array.isArray(option) || option.length === 0) {
    const names = protocolNames.map((name) => `"${name}"`).join(", ");
    const message = `option "protocols" takes "all" or an array of ${names}, not ${inspect(option, { depth: 0 })}`;
    throw new ConfigError([{ message }]);
  }
  const faults = option
    .filter((name) => !protocolNames.includes(name))
    .map((name) => ({
      message: `unknown protocol "${name}"${didYouMean(String(name), protocolNames)}`,
    }));
  if (faults.length > 0) throw new ConfigError(faults);
  return new Set(option as ProtocolName[]);
}
