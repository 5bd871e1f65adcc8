import type { TranscodingOptions } from "../server/http-handler.js";
import { chooseValue } from "./choose-value.js";
import type { CommandOptions } from "./command-options.js";
import { documentOptions, readDocumentOptions } from "./document-options.js";
import type { OptionValues } from "./parse-arguments.js";
import { readNumber } from "./read-number.js";
import { readRestOptions, restOptions } from "./rest-options.js";
import { UsageError } from "./usage-error.js";

/** What a gateway answers. */
export const gatewayOptions = {
  protocols: {
    heading: "what to serve",
    type: "string",
    value: "<names>",
    help: "rest unless given; of rest, grpc-web and connect those with commas between, or all",
  },
  "no-docs": { type: "boolean", help: "without the page at /docs" },
  "no-openapi": { type: "boolean", help: "without /openapi.json, and so without /docs" },
  "default-timeout": { type: "string", value: "<ms>", help: "the deadline of calls whose clients set none" },
  "max-timeout": { type: "string", value: "<ms>", help: "the longest that a call may take" },
  "body-limit": { type: "string", value: "<bytes>", help: "the largest body: 4 MiB unless given" },
  ...documentOptions,
  ...restOptions,
} as const satisfies CommandOptions;

type GatewayValues = OptionValues<typeof gatewayOptions>;

export async function readGatewayOptions(values: GatewayValues): Promise<TranscodingOptions> {
  const protocols = readProtocols(values.protocols);
  return {
    ...readRestOptions(values),
    protocols,
    openapi: await readOpenApi(values, protocols),
    docs: values["no-docs"] ? false : undefined,
    defaultTimeout: readNumber("default-timeout", values["default-timeout"]),
    maxTimeout: readNumber("max-timeout", values["max-timeout"]),
    bodyLimit: readNumber("body-limit", values["body-limit"]),
  };
}

/** `undefined` leaves it to the router whether there is a document, which is about REST. */
async function readOpenApi(
  values: GatewayValues,
  protocols: TranscodingOptions["protocols"],
): Promise<TranscodingOptions["openapi"]> {
  const [given] = Object.keys(documentOptions).filter((name) => Object.hasOwn(values, name));
  if (values["no-openapi"] && given !== undefined)
    throw new UsageError(`--${given} is about the document, and --no-openapi leaves it out`);
  if (values["describe-connect"] && protocols !== "all" && !protocols?.includes("connect"))
    throw new UsageError("--describe-connect describes Connect: serve it with --protocols rest,connect");
  if (values["no-openapi"]) return false;
  return given === undefined ? undefined : readDocumentOptions(values);
}

function readProtocols(list: string | undefined): TranscodingOptions["protocols"] {
  if (list === undefined || list === "all") return list;
  const names = ["rest", "grpc-web", "connect"] as const;
  return list.split(",").flatMap((name) => chooseValue("protocols", name, names) ?? []);
}
