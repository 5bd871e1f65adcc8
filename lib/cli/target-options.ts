import type { Metadata } from "@grpc/grpc-js";
import { createMetadata } from "../call/metadata.js";
import type { ConnectionOptions } from "../grpc/connect.js";
import { findTargetFault } from "../grpc/find-target-fault.js";
import { createTlsCredentials } from "../grpc/tls-credentials.js";
import { decodeBase64 } from "../json/base64.js";
import type { CommandOptions } from "./command-options.js";
import type { OptionValues } from "./parse-arguments.js";
import { readNumber } from "./read-number.js";
import { readCertificates, readKeyPair } from "./read-pem.js";
import { UsageError } from "./usage-error.js";

/** The gRPC server that calls are forwarded to. */
export const targetOptions = {
  target: {
    heading: "where the gRPC server is",
    type: "string",
    value: "<address>",
    help: "host:port, dns:///host:port or unix:path",
  },
  reflect: { type: "boolean", help: "ask it for its services, in place of naming <protos...>" },
  "reflect-header": {
    type: "string",
    multiple: true,
    value: "<name: value>",
    help: "send this when asking, a token for example",
  },
  tls: { type: "boolean", help: "it speaks TLS; the other --tls options say so, too" },
  "tls-ca": { type: "string", value: "<file>", help: "trust these authorities (PEM), and no others" },
  "tls-cert": { type: "string", value: "<file>", help: "the client certificate to show (PEM)" },
  "tls-key": { type: "string", value: "<file>", help: "... and its key" },
  "tls-name": { type: "string", value: "<name>", help: "the name that its certificate is for" },
  "connect-timeout": {
    type: "string",
    value: "<ms>",
    help: "answer 503 when it takes longer to connect: 20000 unless given",
  },
} as const satisfies CommandOptions;

type TargetValues = OptionValues<typeof targetOptions>;

/** An address as gRPC dials it. */
export function readTarget({ target }: TargetValues): string {
  if (target === undefined) throw new UsageError("say where the gRPC server is: --target localhost:50051");
  const fault = findTargetFault(target);
  if (fault !== undefined) throw new UsageError(`--target: ${fault}`);
  if (/^(dns|ipv4|ipv6|unix|unix-abstract):/.test(target)) return target;
  if (target.includes("://"))
    throw new UsageError(`--target takes host:port, dns:///host:port or unix:path, not "${target}"`);
  if (!/:\d+$/.test(target)) throw new UsageError(`--target needs a port: --target ${target}:50051`);
  return target;
}

/** How long to wait; TLS, if any option speaks of it. */
export async function readRemoteOptions(values: TargetValues): Promise<ConnectionOptions> {
  const { tls, "tls-ca": ca, "tls-cert": cert, "tls-key": key, "tls-name": name } = values;
  const pair = await readKeyPair({ option: "tls-cert", file: cert }, { option: "tls-key", file: key });
  const connectTimeout = readNumber("connect-timeout", values["connect-timeout"]);
  if (!tls && [ca, pair, name].every((value) => value === undefined)) return { connectTimeout };
  return {
    connectTimeout,
    credentials: createTlsCredentials({
      ca: await readCertificates({ option: "tls-ca", file: ca }),
      ...pair,
    }),
    channelOptions: name === undefined ? {} : { "grpc.ssl_target_name_override": name },
  };
}

/** Lines such as `authorization: Bearer x`; under a name that ends with `-bin`, base64. */
export function readHeaders(lines: readonly string[] = []): Metadata {
  const metadata = createMetadata();
  for (const line of lines) {
    const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`--reflect-header takes "name: value", not "${line}"`);
    const sent = name.toLowerCase().endsWith("-bin") ? decodeBase64(value) : value;
    if (sent === undefined) throw new UsageError(`--reflect-header: "${value}" of "${name}" must be base64`);
    addTo(metadata, name, sent);
  }
  return metadata;
}

function addTo(metadata: Metadata, name: string, value: string | Buffer): void {
  try {
    metadata.add(name, value);
  } catch (error) {
    throw new UsageError(`--reflect-header cannot send "${name}": ${(error as Error).message}`);
  }
}
