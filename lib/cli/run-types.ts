import { writeFile } from "node:fs/promises";
import { normalize } from "node:path";
import { parseArgs } from "node:util";
import { writeTypes } from "../codegen/write-types.js";
import { type LoadOptions, loadSchema } from "../schema/load-schema.js";
import type { Schema, Service } from "../schema/schema.js";
import type { Output } from "./run.js";
import { UsageError } from "./usage-error.js";

export const typesUsage = `  types <protos...>        write TypeScript for the services of .proto files or descriptor sets
    -o, --output <file>      where to; standard output without it
    -I, --include-dir <dir>  where imports are looked for; may be given again
    --service-config <file>  HTTP rules beside the annotations; they change no types
    --keep-case              field names as in the .proto
    --longs <form>           64-bit integers as String (the default), Number, BigInt or Long
    --enums <form>           enums as String (the default) or Number
    --bytes <form>           bytes as Buffer (the default), String or Array
    --no-defaults            fields that are not set are left out
    --arrays                 ... but empty lists are there
    --objects                ... but empty maps are there
    --no-oneofs              without the names of the fields that are set of oneofs
`;

const options = {
  output: { type: "string", short: "o" },
  "include-dir": { type: "string", short: "I", multiple: true },
  "service-config": { type: "string" },
  "keep-case": { type: "boolean" },
  longs: { type: "string" },
  enums: { type: "string" },
  bytes: { type: "string" },
  defaults: { type: "boolean", default: true },
  arrays: { type: "boolean" },
  objects: { type: "boolean" },
  oneofs: { type: "boolean", default: true },
} as const;

const forms = {
  longs: { String, Number, BigInt, Long: undefined },
  enums: { String, Number: undefined },
  bytes: { Buffer, String, Array },
} as const;

/** `types <protos...>`: write the types of services, in the representation that they are loaded with. */
export async function runTypes(args: readonly string[], output: Output): Promise<void> {
  const { values, positionals } = parse(args);
  if (positionals.length === 0) throw new UsageError("types: name a .proto file, or a descriptor set");
  const load: LoadOptions = {
    includeDirs: values["include-dir"] ?? [],
    serviceConfig: values["service-config"],
    keepCase: values["keep-case"] ?? false,
    longs: choose("longs", values.longs, String),
    enums: choose("enums", values.enums, String),
    bytes: choose("bytes", values.bytes, Buffer),
    defaults: values.defaults,
    arrays: values.arrays ?? false,
    objects: values.objects ?? false,
    oneofs: values.oneofs,
  };
  const schema = await loadSchema(positionals, load);
  const services = findOwnServices(schema, positionals);
  const text = writeTypes(schema, { origin: positionals.join(", "), services });
  if (values.output === undefined) output.write(text);
  else await writeFile(values.output, text);
}

/** The services of the files that were asked for, not of those that they import; of a descriptor set, all. */
function findOwnServices({ services }: Schema, paths: readonly string[]): readonly Service[] {
  const normal = paths.map((path) => normalize(path));
  const own = services.filter(({ file }) => normal.some((path) => `/${file}`.endsWith(`/${path}`)));
  return own.length === 0 ? services : own;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  } catch (cause) {
    // What parseArgs throws says which argument it is, and how to write it.
    throw new UsageError(`types: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** The value that a form stands for. */
function choose<Name extends keyof typeof forms, Default>(
  name: Name,
  given: string | undefined,
  otherwise: Default,
): (typeof forms)[Name][keyof (typeof forms)[Name]] | Default {
  if (given === undefined) return otherwise;
  const values = forms[name];
  if (!Object.hasOwn(values, given)) {
    throw new UsageError(`types: --${name} takes ${Object.keys(values).join(" or ")}, not "${given}"`);
  }
  // It is one of the names.
  return values[given as keyof (typeof forms)[Name]];
}
