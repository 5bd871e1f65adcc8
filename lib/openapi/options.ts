import { inspect } from "node:util";
import type { ConfigFault } from "../schema/config-error.js";
import { isRecord } from "../schema/record.js";
import { didYouMean } from "../schema/suggest-name.js";
import { checkInfo } from "./check-info.js";
import type { Info, SecurityRequirement, SecurityScheme, Server } from "./document.js";

/** What the OpenAPI document says and shows. Everything may be left out. */
export interface OpenApiOptions {
  /** The version of OpenAPI: `"3.1"` unless given. */
  readonly version?: "3.1" | "3.0" | undefined;
  /** Title, version, description, contact, license. Without it: the names of the services and their version. */
  readonly info?: Partial<Info> | undefined;
  /** Where the API is found: `[{ url: "/" }]` unless given. */
  readonly servers?: readonly Server[] | undefined;
  /** What every operation asks of its caller: `[{ token: [] }]`. */
  readonly security?: readonly SecurityRequirement[] | undefined;
  /** `{ token: { type: "http", scheme: "bearer" } }` */
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>> | undefined;
  /**
   * A document to merge with: routes of your own, texts, examples. Where both speak of the same thing, this one
   * holds.
   */
  readonly base?: object | undefined;
  /** Full names of the services to show, or packages to show all of: `["greet.v1.Greeter", "library.v1"]`. */
  readonly services?: readonly string[] | undefined;
  /** Labels of `google.api.visibility` whose restricted parts are shown as well, `"*"` for all; without it, none are. */
  readonly visibility?: readonly string[] | undefined;
  /**
   * Describe Connect as well: `POST /package.Service/Method` for every unary method, with a rule or without, and GET for
   * those without side effects. Methods with streams frame their messages, which OpenAPI cannot say.
   */
  readonly connect?: boolean | undefined;
  /**
   * Describe all that the server reads, not only what it writes: numbers as text, enum numbers, nulls, members
   * that are read-only. For validators in front of the router; readers and generators do better without it.
   */
  readonly lenient?: boolean | undefined;
  /** Where the document is served as JSON: `"/openapi.json"` unless given. YAML is beside it: `"/openapi.yaml"`. */
  readonly path?: string | undefined;
}

/** What an option takes: the check, and how to say it. */
export interface OptionRule {
  readonly wants: string;
  accepts(value: unknown): boolean;
}

export interface OptionCheck {
  /** What the options are called in faults: `"openapi"` unless given. */
  readonly place?: string;
  /** Options besides those of `OpenApiOptions`. */
  readonly others?: Readonly<Record<string, OptionRule>>;
}

/**
 * Check the names and values of options.
 *
 *     { versoin: "3.0" }    // openapi: unknown option "versoin"; did you mean "version"?
 */
export function checkOpenApiOptions(
  options: unknown,
  { place = "openapi", others = {} }: OptionCheck = {},
): ConfigFault[] {
  if (!isRecord(options)) {
    const wants = place === "openapi" ? "an object, an array of objects, or false" : "an object";
    return [{ message: `option "${place}" takes ${wants}, not ${printValue(options)}` }];
  }
  const known = new Map(Object.entries({ ...rules, ...others }));
  const faults = Object.entries(options).flatMap(([name, value]): ConfigFault[] => {
    const rule = known.get(name);
    if (rule === undefined)
      return [{ message: `${place}: unknown option "${name}"${didYouMean(name, known.keys())}` }];
    if (value === undefined || rule.accepts(value)) return [];
    return [{ message: `${place}: option "${name}" takes ${rule.wants}, not ${printValue(value)}` }];
  });
  return [...faults, ...checkInfo(options.info, place), ...checkBaseVersion(options, place)];
}

function checkBaseVersion({ version, base }: OpenApiOptions, place: string): ConfigFault[] {
  if (isRecord(base) && typeof base.openapi === "number") {
    const message = `${place}: the base document says openapi: ${base.openapi}, a number: write it as text`;
    return [{ message }];
  }
  const given = versionOf(base);
  if (given === undefined) return [];
  if (given !== "3.1" && given !== "3.0")
    return [{ message: `${place}: the base document is of version ${given}: it must be 3.1 or 3.0` }];
  if (version === undefined || given === version) return [];
  const message = `${place}: the base document is of version ${given}, the one asked for is ${version}`;
  return [{ message }];
}

/** The version asked for, else that of the base document: `"3.1"` or `"3.0"`. */
export function resolveVersion({ version, base }: OpenApiOptions): string {
  return version ?? versionOf(base) ?? "3.1";
}

/** `"3.0"` for a base document that says `openapi: "3.0.3"`, `"2.0"` for `swagger: "2.0"`. */
function versionOf(base: unknown): string | undefined {
  if (!isRecord(base)) return undefined;
  const version = base.openapi ?? base.swagger;
  return typeof version === "string" ? (/^\d+\.\d+/.exec(version)?.[0] ?? version) : undefined;
}

function printValue(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}

const schemeTypes: ReadonlySet<unknown> = new Set(["apiKey", "http", "mutualTLS", "oauth2", "openIdConnect"]);

const rules: Readonly<Record<keyof OpenApiOptions, OptionRule>> = {
  version: { wants: '"3.1" or "3.0"', accepts: (value) => value === "3.1" || value === "3.0" },
  info: { wants: "an object", accepts: isRecord },
  servers: {
    wants: 'an array of servers such as { url: "https://api.example.com" }',
    accepts: isArrayOf((server) => isRecord(server) && isString(server.url) && !/\s/.test(server.url)),
  },
  security: {
    wants: "an array of requirements such as { token: [] }",
    accepts: isArrayOf(isRecordOf(isArrayOf(isString))),
  },
  securitySchemes: {
    wants: 'an object of schemes such as { token: { type: "http", scheme: "bearer" } }',
    accepts: isRecordOf((scheme) => isRecord(scheme) && (schemeTypes.has(scheme.type) || "$ref" in scheme)),
  },
  base: { wants: "a document", accepts: isRecord },
  services: { wants: "an array of names", accepts: isArrayOf(isString) },
  visibility: { wants: "an array of labels", accepts: isArrayOf(isString) },
  connect: { wants: "true or false", accepts: (value) => typeof value === "boolean" },
  lenient: { wants: "true or false", accepts: (value) => typeof value === "boolean" },
  path: {
    wants: 'a path as URLs have it, such as "/openapi.json"',
    accepts: (value) => isString(value) && isUrlPath(value),
  },
};

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isArrayOf(accepts: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(accepts);
}

function isRecordOf(accepts: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => isRecord(value) && Object.values(value).every(accepts);
}

/** Requests have this very path: it has no query, and what must be escaped is. */
function isUrlPath(path: string): boolean {
  return URL.canParse(path, "http://host") && new URL(path, "http://host").pathname === path;
}
