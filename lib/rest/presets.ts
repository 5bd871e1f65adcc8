import { type MetadataNames, plainNames } from "../http/metadata-names.js";
import type { JsonSwitches } from "../json/codec.js";
import type { ErrorFormatter } from "./encode-error.js";
import { googleError } from "./error-formats.js";
import { gatewayNames } from "./gateway-names.js";
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
  /** Query parameters that mean what `$alt` and the like mean, or that may be sent without meaning anything here. */
  readonly systemParameters: ReadonlySet<string>;
  /** A stream that fails before its first message is answered with the same form of error as after it. */
  readonly wrapsStreamErrors: boolean;
}

export const plain: Preset = {
  json: {},
  streamFormat: "ndjson",
  formatError: undefined,
  inferUpdateMask: false,
  metadataNames: plainNames,
  acceptAnyContentType: false,
  emptyTextIsNoBody: false,
  systemParameters: new Set(),
  wrapsStreamErrors: false,
};

/** @see https://cloud.google.com/apis/docs/system-parameters */
const googleSystemParameters: ReadonlySet<string> = new Set([
  "access_token",
  "alt",
  "callback",
  "fields",
  "key",
  "oauth_token",
  "prettyPrint",
  "quotaUser",
  "uploadType",
  "upload_protocol",
  "userProject",
]);

export const presets = {
  /**
   * As Google's own APIs: `{"error": {"code": 404, "status": "NOT_FOUND", …}}`, server streams as one JSON array.
   * Its clients send `""` for a request without fields, and field masks in snake_case; they may leave the `$` of
   * system parameters out.
   */
  google: {
    ...plain,
    json: { snakeCaseFieldMasks: true },
    streamFormat: "array",
    formatError: googleError,
    emptyTextIsNoBody: true,
    systemParameters: googleSystemParameters,
  },
  /** As grpc-gateway: result/error lines, `Grpc-Metadata-` prefixes, inferred masks, unknown fields skipped. */
  "grpc-gateway": {
    ...plain,
    json: { ignoreUnknownFields: true },
    streamFormat: "result-error",
    inferUpdateMask: true,
    metadataNames: gatewayNames,
    acceptAnyContentType: true,
    wrapsStreamErrors: true,
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;
