import type { Report } from "./config-error.js";
import { defaultRepresentation, type Representation } from "./representation.js";
import { didYouMean } from "./suggest-name.js";

/**
 * How to load a schema: where to look for imports, further HTTP rules, and how handlers see messages.
 *
 *     { includeDirs: ["proto"], serviceConfig: "library.yaml", keepCase: true }
 *
 * The options of the representation are those of `@grpc/proto-loader`; `longs: undefined` and `enums: undefined`,
 * written out, ask for `Long` objects and for numbers as they do there.
 */
export interface LoadOptions extends RepresentationOptions {
  /** Folders that paths and imports are looked for in, in order. */
  readonly includeDirs?: readonly string[] | undefined;
  /**
   * HTTP rules that add to the annotations and replace them: a `google.api.Service`, or the path of one as YAML or
   * JSON.
   */
  readonly serviceConfig?: string | object | undefined;
}

type RepresentationOptions = { readonly [Name in keyof Representation]?: Representation[Name] | undefined };

export interface ResolvedLoadOptions {
  readonly representation: Representation;
  readonly includeDirs: readonly string[];
  readonly serviceConfig: string | object | undefined;
}

/** Fill in the defaults; what cannot be used is reported. */
export function resolveLoadOptions(options: LoadOptions, report: Report): ResolvedLoadOptions {
  const known = [...Object.keys(allowed), "includeDirs", "serviceConfig"];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) report({ message: `unknown option "${name}"${didYouMean(name, known)}` });
  }
  const representation: Record<string, unknown> = { ...defaultRepresentation };
  for (const [name, values] of Object.entries(allowed)) {
    if (!Object.hasOwn(options, name)) continue;
    const value: unknown = Reflect.get(options, name);
    if (values.includes(value)) representation[name] = value;
    else if (value !== undefined)
      report({ message: `option "${name}" must be ${values.map(printValue).join(" or ")}` });
  }
  const { includeDirs = [], serviceConfig } = options;
  const isList = Array.isArray(includeDirs) && includeDirs.every((folder) => typeof folder === "string");
  if (!isList) report({ message: 'option "includeDirs" must be a list of folders' });
  // Each value was checked to be an allowed one.
  return {
    representation: representation as unknown as Representation,
    includeDirs: isList ? includeDirs : [],
    serviceConfig,
  };
}

const allowed: Readonly<Record<keyof Representation, readonly unknown[]>> = {
  keepCase: [true, false],
  longs: [String, Number, BigInt, undefined],
  enums: [String, undefined],
  bytes: [Buffer, String, Array],
  defaults: [true, false],
  arrays: [true, false],
  objects: [true, false],
  oneofs: [true, false],
};

function printValue(value: unknown): string {
  return typeof value === "function" ? value.name : String(value);
}
