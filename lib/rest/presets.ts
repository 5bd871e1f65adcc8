import type { JsonSwitches } from "../json/codec.js";
import type { ErrorFormatter } from "./encode-error.js";
import { googleError } from "./error-formats.js";
import { gatewayNames, type MetadataNames, plainNames } from "./metadata-names.js";
import type { StreamFormatName } from "./stream-format.js";

/** What a preset decides, where the other options do not. */
export interface Preset {
  readonly json: JsonSwitches;
  readonly streamFormat: StreamFormatName;
  readonly formatError: ErrorFormatter | undefined;
  readonly inferUpdateMask: boolean;
  readonly metadataNames: MetadataNames;
  readonly acceptAnyContentType: boolean;
  /** Take the JSON text `""` for a body that is not there. */
  readonly emptyTextIsNoBody: boolean;
}

export const plain: Preset = {
  json: {},
  streamFormat: "ndjson",
  formatError: undefined,
  inferUpdateMask: false,
  metadataNames: plainNames,
  acceptAnyContentType: false,
  emptyTextIsNoBody: false,
};

export const presets = {
  /**
   * As Google's own APIs: `{"error": {"code": 404, "status": "NOT_FOUND", …}}`, server streams as one JSON array.
   * Its clients send `""` for a request without fields, and field masks in snake_case.
   */
  google: {
    ...plain,
    json: { snakeCaseFieldMasks: true },
    streamFormat: "array",
    formatError: googleError,
    emptyTextIsNoBody: true,
  },
  /** As grpc-gateway: result/error lines, `Grpc-Metadata-` prefixes, inferred masks, unknown fields skipped. */
  "grpc-gateway": {
    ...plain,
    json: { ignoreUnknownFields: true },
    streamFormat: "result-error",
    inferUpdateMask: true,
    metadataNames: gatewayNames,
    acceptAnyContentType: true,
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;
