import { parse } from "yaml";
import { compact } from "../openapi/compact.js";
import type { OpenApiOptions } from "../openapi/options.js";
import { ConfigError } from "../schema/config-error.js";
import { isRecord } from "../schema/record.js";
import { chooseValue } from "./choose-value.js";
import type { CommandOptions } from "./command-options.js";
import type { OptionValues } from "./parse-arguments.js";
import { readOptionFile } from "./read-option-file.js";

/** A document that says what the protos do not, such as the security schemes that they name. */
export const baseOption = {
  base: {
    heading: "what the document says",
    type: "string",
    value: "<file>",
    help: "a document to merge with, in YAML or JSON: security schemes, texts, other routes",
  },
} as const satisfies CommandOptions;

/** What an OpenAPI document says and shows. */
export const documentOptions = {
  ...baseOption,
  title: { type: "string", value: "<text>", help: "what the API is called" },
  "api-version": { type: "string", value: "<text>", help: "the version of the API itself" },
  server: { type: "string", multiple: true, value: "<url>", help: "where the API is found" },
  version: { type: "string", value: "<3.1|3.0>", help: "the version of OpenAPI: 3.1 unless given" },
  visibility: {
    type: "string",
    multiple: true,
    value: "<label>",
    help: "show what google.api.visibility restricts to this label; * for all",
  },
  "describe-connect": { type: "boolean", help: "the routes of Connect as well" },
} as const satisfies CommandOptions;

type DocumentValues = OptionValues<typeof documentOptions>;

/** Those that were given. */
export async function readDocumentOptions(values: DocumentValues): Promise<OpenApiOptions> {
  return {
    version: chooseValue("version", values.version, ["3.1", "3.0"]),
    info: compact({ title: values.title, version: values["api-version"] }),
    servers: values.server?.map((url) => ({ url })),
    visibility: values.visibility,
    connect: values["describe-connect"],
    base: await readBase(values),
  };
}

/** The document that `--base` names, in YAML, and with it JSON. */
export async function readBase({ base: file }: OptionValues<typeof baseOption>): Promise<object | undefined> {
  if (file === undefined) return undefined;
  const document = readYaml((await readOptionFile({ option: "base", file })).toString("utf8"), file);
  if (isRecord(document)) return document;
  throw new ConfigError([{ file, message: "this is no OpenAPI document: it must be an object" }]);
}

function readYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError([{ file, message }], { cause });
  }
}
