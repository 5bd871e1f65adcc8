import type { BuildOpenApiOptions } from "../server/build-openapi.js";
import { chooseValue } from "./choose-value.js";
import type { CommandOptions } from "./command-options.js";
import type { OptionValues } from "./parse-arguments.js";

/** How REST is read and written: what changes both the requests and their document. */
export const restOptions = {
  preset: {
    heading: "how JSON and streams are written",
    type: "string",
    value: "<name>",
    help: "google or grpc-gateway: as those do it",
  },
  "stream-format": {
    type: "string",
    value: "<name>",
    help: "ndjson (the default), sse, array or result-error",
  },
  "no-emit-defaults": { type: "boolean", help: "leave out fields that hold their default" },
  "proto-field-names": { type: "boolean", help: "page_size, not pageSize" },
  "enums-as-integers": { type: "boolean", help: "enum values as numbers" },
  "int64-as-numbers": { type: "boolean", help: "64-bit integers as numbers, not as strings" },
  "infer-update-mask": {
    type: "boolean",
    help: "a PATCH without a mask gets that of the fields in its body",
  },
  unannotated: { type: "boolean", help: "methods without a rule get the route POST /package.Service/Method" },
} as const satisfies CommandOptions;

export type RestForm = Pick<
  BuildOpenApiOptions,
  "preset" | "streamFormat" | "json" | "inferUpdateMask" | "unannotatedMethods"
>;

/** Those that were given; a preset decides about the others. */
export function readRestOptions(values: OptionValues<typeof restOptions>): RestForm {
  return {
    preset: chooseValue("preset", values.preset, ["google", "grpc-gateway"]),
    streamFormat: chooseValue("stream-format", values["stream-format"], [
      "ndjson",
      "sse",
      "array",
      "result-error",
    ]),
    json: {
      emitDefaults: values["no-emit-defaults"] ? false : undefined,
      protoFieldNames: values["proto-field-names"],
      enumsAsIntegers: values["enums-as-integers"],
      int64AsNumbers: values["int64-as-numbers"],
    },
    inferUpdateMask: values["infer-update-mask"],
    unannotatedMethods: values.unannotated,
  };
}
