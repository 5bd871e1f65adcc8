import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "../grpc/connect.js";
import { createTlsCredentials } from "../grpc/tls-credentials.js";
import type { CommandOptions } from "./command-options.js";
import type { OptionValues } from "./parse-arguments.js";
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
} as const satisfies CommandOptions;

type TargetValues = OptionValues<typeof targetOptions>;

/** An address as gRPC dials it. */
export function readTarget({ target }: TargetValues): string {
  if (target === undefined) throw new UsageError("say where the gRPC server is: --target localhost:50051");
  if (!/^[a-z-]+:|:\d+$/.test(target))
    throw new UsageError(`--target needs a port: --target ${target}:50051`);
  return target;
}

/** TLS, if any option speaks of it. */
export async function readRemoteOptions(values: TargetValues): Promise<ConnectionOptions> {
  const { tls, "tls-ca": ca, "tls-cert": cert, "tls-key": key, "tls-name": name } = values;
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError("--tls-cert and --tls-key belong together: give both");
  if (!tls && [ca, cert, name].every((value) => value === undefined)) return {};
  return {
    credentials: createTlsCredentials({
      ca: await readIfGiven(ca),
      cert: await readIfGiven(cert),
      key: await readIfGiven(key),
    }),
    channelOptions: name === undefined ? {} : { "grpc.ssl_target_name_override": name },
  };
}

/** `["authorization: Bearer x"]` → `{ authorization: "Bearer x" }` */
export function readHeaders(lines: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
      if (name === undefined || value === undefined)
        throw new UsageError(`--reflect-header takes "name: value", not "${line}"`);
      return [name, value];
    }),
  );
}

async function readIfGiven(file: string | undefined): Promise<Buffer | undefined> {
  return file === undefined ? undefined : await readFile(file);
}
