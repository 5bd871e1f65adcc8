import type { TranscodingOptions } from "../server/http-handler.js";
import { chooseValue } from "./choose-value.js";
import type { CommandOptions } from "./command-options.js";
import type { OptionValues } from "./parse-arguments.js";
import { readNumber } from "./read-number.js";
import { readRestOptions, restOptions } from "./rest-options.js";

/** What a gateway answers. */
export const gatewayOptions = {
  protocols: {
    heading: "what to serve",
    type: "string",
    value: "<names>",
    help: "rest unless given; rest,grpc-web,connect or all",
  },
  "no-docs": { type: "boolean", help: "without the page at /docs" },
  "no-openapi": { type: "boolean", help: "without /openapi.json, and so without /docs" },
  "default-timeout": { type: "string", value: "<ms>", help: "the deadline of calls whose clients set none" },
  "max-timeout": { type: "string", value: "<ms>", help: "the longest that a call may take" },
  "body-limit": { type: "string", value: "<bytes>", help: "the largest body: 4 MiB unless given" },
  ...restOptions,
} as const satisfies CommandOptions;

type GatewayValues = OptionValues<typeof gatewayOptions>;

export function readGatewayOptions(values: GatewayValues): TranscodingOptions {
  return {
    ...readRestOptions(values),
    protocols: readProtocols(values.protocols),
    openapi: values["no-openapi"] ? false : undefined,
    docs: values["no-docs"] ? false : undefined,
    defaultTimeout: readNumber("default-timeout", values["default-timeout"]),
    maxTimeout: readNumber("max-timeout", values["max-timeout"]),
    bodyLimit: readNumber("body-limit", values["body-limit"]),
  };
}

function readProtocols(list: string | undefined): TranscodingOptions["protocols"] {
  if (list === undefined || list === "all") return list;
  const names = ["rest", "grpc-web", "connect"] as const;
  return list.split(",").flatMap((name) => chooseValue("protocols", name, names) ?? []);
}
