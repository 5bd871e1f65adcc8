import { inspect } from "node:util";
import { ConfigError, type ConfigFault } from "../schema/config-error.js";
import { didYouMean } from "../schema/suggest-name.js";

/** The protocols over plain HTTP; native gRPC has servers of its own. */
const protocolNames = ["rest", "grpc-web", "connect"] as const;

export type ProtocolName = (typeof protocolNames)[number];

export interface ProtocolOptions {
  /**
   * The protocols that clients may speak, `["rest"]` unless given. gRPC-Web and Connect reach every method at
   * `POST /package.Service/Method`, annotated or not.
   */
  readonly protocols?: readonly ProtocolName[] | "all" | undefined;
  /** Refuse requests of Connect without a `connect-protocol-version`, as other JSON may have found its way. */
  readonly requireConnectProtocolHeader?: boolean | undefined;
}

/** The protocols that are asked for. */
export interface Protocols {
  readonly names: ReadonlySet<ProtocolName>;
  readonly requireConnectProtocolHeader: boolean;
}

/** @throws ConfigError for what is no protocol, and for values that an option does not take. */
export function resolveProtocols(options: ProtocolOptions): Protocols {
  const { protocols = ["rest"], requireConnectProtocolHeader = false } = options;
  const faults = [...checkNames(protocols), ...checkRequirement(requireConnectProtocolHeader)];
  if (faults.length > 0) throw new ConfigError(faults);
  const names = new Set(protocols === "all" ? protocolNames : protocols);
  return { names, requireConnectProtocolHeader };
}

function checkNames(protocols: unknown): ConfigFault[] {
  if (protocols === "all") return [];
  if (!Array.isArray(protocols) || protocols.length === 0) {
    const names = protocolNames.map((name) => `"${name}"`).join(", ");
    const actual = inspect(protocols, { depth: 0 });
    return [{ message: `option "protocols" takes "all" or an array of ${names}, not ${actual}` }];
  }
  return protocols
    .filter((name) => !protocolNames.includes(name))
    .map((name) => ({ message: `unknown protocol "${name}"${didYouMean(String(name), protocolNames)}` }));
}

function checkRequirement(value: unknown): ConfigFault[] {
  if (typeof value === "boolean") return [];
  const actual = inspect(value, { depth: 0 });
  return [{ message: `option "requireConnectProtocolHeader" takes true or false, not ${actual}` }];
}
