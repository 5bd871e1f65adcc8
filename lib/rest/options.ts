import { inspect } from "node:util";
import type { CallsInFlight } from "../call/calls-in-flight.js";
import { createFaultListener } from "../call/fault-listener.js";
import type { RpcError } from "../call/rpc-error.js";
import type { ServerCall } from "../call/server-call.js";
import type { TimeoutLimits } from "../http/deadline.js";
import type { HttpRequest } from "../http/http-message.js";
import type { MetadataNames } from "../http/metadata-names.js";
import type { Binding } from "../http-rule/binding.js";
import type { JsonCodecs, JsonSwitches } from "../json/codec.js";
import { ConfigError, type ConfigFault } from "../schema/config-error.js";
import type { Representation } from "../schema/representation.js";
import { didYouMean } from "../schema/suggest-name.js";
import type { ErrorFormatter } from "./encode-error.js";
import { type PresetName, plain, presets } from "./presets.js";
import { type StreamFormatName, streamFormats } from "./stream-format.js";

/** How requests are read and answered. Everything may be left out. */
export interface RestOptions {
  /** How JSON is read and written. `emitDefaults` is on unless switched off here. */
  readonly json?: JsonSwitches | undefined;
  /** What to do with query parameters that name no field: skip them (the default), or answer 400. */
  readonly unknownQueryParameters?: "ignore" | "reject" | undefined;
  /** Query parameters that are somebody else's: never bound, never unknown. */
  readonly ignoredQueryParameters?: readonly string[] | undefined;
  /** Answer 400 when the body says otherwise than the path about a field; the path wins unless this is on. */
  readonly rejectBodyCollisions?: boolean | undefined;
  /** The largest body, and the largest message of a streamed one, in bytes after inflating: 4 MiB unless given. */
  readonly bodyLimit?: number | undefined;
  /** How server streams are written: `"ndjson"` unless given. A client's `Accept` chooses between NDJSON and SSE. */
  readonly streamFormat?: StreamFormatName | undefined;
  /** Milliseconds of silence after which a stream of server-sent events gets a comment line; never unless given. */
  readonly streamKeepAlive?: number | undefined;
  /**
   * A PATCH whose body is a message field, and whose request leaves the FieldMask beside it out, gets the mask of
   * what the body sets.
   */
  readonly inferUpdateMask?: boolean | undefined;
  /** Give methods without a rule the route `POST /package.Service/Method`. */
  readonly unannotatedMethods?: boolean | undefined;
  /** A known path asked with another HTTP method: answer 405 (the default), or leave it to the next middleware. */
  readonly methodNotAllowed?: "answer" | "next" | undefined;
  /** Let a POST be routed as the method in its `X-HTTP-Method-Override` header. Off unless given. */
  readonly methodOverride?: boolean | undefined;
  /** Milliseconds for a call whose client asks for no timeout. */
  readonly defaultTimeout?: number | undefined;
  /** The most milliseconds that a call may take, whatever its client asks for. */
  readonly maxTimeout?: number | undefined;
  /** Show callers what an unexpected exception says. For development. */
  readonly detailedErrors?: boolean | undefined;
  /** Replaces the body of error responses; `problemJson` is a ready one. */
  readonly formatError?: ErrorFormatter | undefined;
  /** Hears of every failure whose text the caller is not shown; written to `console.error` unless given. */
  readonly onError?: ((error: unknown, call: ServerCall | undefined) => void) | undefined;
  /**
   * Speak as Google's REST APIs or as grpc-gateway do, so that clients of theirs work unchanged. Every other option
   * goes before what the preset says.
   */
  readonly preset?: PresetName | undefined;
}

/** Checks a request beside what decoding it checks. */
export type ValidateRequest = (binding: Binding, request: HttpRequest) => Promise<ValidatedRequest>;

export interface ValidatedRequest {
  /** The same request, with its body still to be decoded. */
  readonly request: HttpRequest;
  /** What is wrong with it. */
  readonly fault: RpcError | undefined;
}

/** The options with everything decided. */
export interface RestSettings extends TimeoutLimits {
  readonly json: JsonSwitches;
  readonly codecs: JsonCodecs;
  readonly representation: Representation;
  readonly unknownQueryParameters: "ignore" | "reject";
  readonly ignoredQueryParameters: ReadonlySet<string>;
  readonly rejectBodyCollisions: boolean;
  readonly bodyLimit: number;
  readonly acceptAnyContentType: boolean;
  readonly emptyTextIsNoBody: boolean;
  readonly systemParameters: ReadonlySet<string>;
  readonly wrapsStreamErrors: boolean;
  readonly streamFormat: StreamFormatName;
  readonly streamKeepAlive: number | undefined;
  readonly inferUpdateMask: boolean;
  readonly caseInsensitiveFieldNames: boolean;
  readonly methodNotAllowed: "answer" | "next";
  readonly methodOverride: boolean;
  readonly metadataNames: MetadataNames;
  readonly detailedErrors: boolean;
  readonly formatError: ErrorFormatter | undefined;
  readonly onError: (error: unknown, call: ServerCall | undefined) => void;
  /** The host's to set. */
  readonly validate?: ValidateRequest | undefined;
  /** The host's, too: where its calls are counted. */
  readonly inFlight?: CallsInFlight | undefined;
  /** The same, for documents that have Connect in them. */
  readonly requireConnectProtocolHeader?: boolean | undefined;
}

const jsonSwitchNames = [
  "emitDefaults",
  "protoFieldNames",
  "enumsAsIntegers",
  "int64AsNumbers",
  "pretty",
  "ignoreUnknownFields",
  "caseInsensitiveEnums",
  "caseInsensitiveFieldNames",
  "removeEnumPrefix",
  "snakeCaseFieldMasks",
] as const satisfies readonly (keyof JsonSwitches)[];

/** What each option takes: the check, and how to say it. */
const optionRules: Readonly<Record<keyof RestOptions, Rule>> = {
  json: { accepts: isObject, wants: "an object of switches" },
  unknownQueryParameters: oneOf("ignore", "reject"),
  ignoredQueryParameters: { accepts: isStringArray, wants: "an array of names" },
  rejectBodyCollisions: { accepts: isBoolean, wants: "true or false" },
  bodyLimit: { accepts: isPositive, wants: "a number of bytes" },
  streamFormat: oneOf(...Object.keys(streamFormats)),
  streamKeepAlive: { accepts: isDelay, wants: "a number of milliseconds up to 2147483647" },
  inferUpdateMask: { accepts: isBoolean, wants: "true or false" },
  unannotatedMethods: { accepts: isBoolean, wants: "true or false" },
  methodNotAllowed: oneOf("answer", "next"),
  methodOverride: { accepts: isBoolean, wants: "true or false" },
  defaultTimeout: { accepts: isPositive, wants: "a number of milliseconds" },
  maxTimeout: { accepts: isPositive, wants: "a number of milliseconds" },
  detailedErrors: { accepts: isBoolean, wants: "true or false" },
  formatError: { accepts: isFunction, wants: "a function" },
  onError: { accepts: isFunction, wants: "a function" },
  preset: oneOf(...Object.keys(presets)),
};

interface Rule {
  readonly accepts: (value: unknown) => boolean;
  readonly wants: string;
}

/**
 * Check options and fill in the defaults.
 *
 * @param hostOptions names of the host's own options, which may have been meant by an unknown one.
 * @throws ConfigError for every name that is no option and every value that an option does not take.
 */
export function resolveRestOptions(
  options: RestOptions,
  { codecs, representation }: Pick<RestSettings, "codecs" | "representation">,
  hostOptions: readonly string[] = [],
): RestSettings {
  const faults = [...checkOptions(options, optionRules, hostOptions), ...checkSwitches(options.json)];
  if (faults.length > 0) throw new ConfigError(faults);
  const preset = options.preset === undefined ? plain : presets[options.preset];
  const json = { emitDefaults: true, ...preset.json, ...withoutUndefined(options.json) };
  return {
    json,
    codecs: codecs.with(json),
    representation,
    unknownQueryParameters: options.unknownQueryParameters ?? "ignore",
    ignoredQueryParameters: new Set(options.ignoredQueryParameters),
    rejectBodyCollisions: options.rejectBodyCollisions ?? false,
    bodyLimit: options.bodyLimit ?? 4 * 1024 * 1024,
    acceptAnyContentType: preset.acceptAnyContentType,
    emptyTextIsNoBody: preset.emptyTextIsNoBody,
    systemParameters: preset.systemParameters,
    wrapsStreamErrors: preset.wrapsStreamErrors,
    streamFormat: options.streamFormat ?? preset.streamFormat,
    streamKeepAlive: options.streamKeepAlive,
    inferUpdateMask: options.inferUpdateMask ?? preset.inferUpdateMask,
    caseInsensitiveFieldNames: options.json?.caseInsensitiveFieldNames ?? false,
    methodNotAllowed: options.methodNotAllowed ?? "answer",
    methodOverride: options.methodOverride ?? false,
    metadataNames: preset.metadataNames,
    defaultTimeout: options.defaultTimeout,
    maxTimeout: options.maxTimeout,
    detailedErrors: options.detailedErrors ?? false,
    formatError: options.formatError ?? preset.formatError,
    onError: createFaultListener(options.onError),
  };
}

function withoutUndefined(switches: JsonSwitches = {}): JsonSwitches {
  return Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined));
}

function checkOptions(
  options: object,
  rules: Readonly<Record<string, Rule>>,
  otherNames: readonly string[] = [],
): ConfigFault[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined)
      return {
        message: `unknown option "${name}"${didYouMean(name, [...Object.keys(rules), ...otherNames])}`,
      };
    if (value === undefined || rule.accepts(value)) return [];
    return { message: `option "${name}" takes ${rule.wants}, not ${inspect(value, { depth: 0 })}` };
  });
}

function checkSwitches(json: unknown): ConfigFault[] {
  if (!isObject(json)) return [];
  const rules = Object.fromEntries(
    jsonSwitchNames.map((name) => [name, { accepts: isBoolean, wants: "true or false" }]),
  );
  return checkOptions(json, rules).map(({ message }) => ({ message: `json: ${message}` }));
}

function oneOf(...values: string[]): Rule {
  return {
    accepts: (value) => values.includes(value as string),
    wants: values.map((value) => `"${value}"`).join(" or "),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}

/** What a timer takes; of more it makes nothing. */
function isDelay(value: unknown): boolean {
  return isPositive(value) && (value as number) < 2 ** 31;
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isStringArray(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
