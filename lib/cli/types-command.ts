import { writeTypes } from "../codegen/write-types.js";
import { type LoadOptions, loadSchema } from "../schema/load-schema.js";
import { chooseValue } from "./choose-value.js";
import { defineCommand } from "./command.js";
import { aboutProtos, findOwnServices, readLoadOptions, readSource, sourceOptions } from "./load-protos.js";
import { outputOption, writeResult } from "./output-option.js";

const forms = {
  longs: { String, Number, BigInt, Long: undefined },
  enums: { String, Number: undefined },
  bytes: { Buffer, String, Array },
} as const;

/** Writes the types of services, in the representation that they are loaded with. */
export const typesCommand = defineCommand({
  name: "types",
  usage: "<protos...> [options]",
  about: `Write TypeScript for services: types of their messages, and of handlers and clients for services.add and createClient.

The options are those that loadServices is called with.

${aboutProtos}`,
  options: {
    ...sourceOptions,
    ...outputOption,
    "keep-case": {
      heading: "how handlers see messages",
      type: "boolean",
      help: "field names as in the .proto",
    },
    longs: {
      type: "string",
      value: "<form>",
      help: "64-bit integers as String (the default), Number, BigInt or Long",
    },
    enums: { type: "string", value: "<form>", help: "enums as String (the default) or Number" },
    bytes: { type: "string", value: "<form>", help: "bytes as Buffer (the default), String or Array" },
    "no-defaults": { type: "boolean", help: "fields that are not set are left out" },
    arrays: { type: "boolean", help: "... but empty lists are there" },
    objects: { type: "boolean", help: "... but empty maps are there" },
    "no-oneofs": { type: "boolean", help: "without the names of the fields that are set of oneofs" },
  },
  examples: ["greet.proto -o greet.ts", "library/v1/library.proto -I proto --longs BigInt -o library.ts"],
  async run({ positionals, values }, terminal) {
    const load: LoadOptions = {
      ...readLoadOptions(values),
      keepCase: values["keep-case"] ?? false,
      longs: chooseForm("longs", values.longs, String),
      enums: chooseForm("enums", values.enums, String),
      bytes: chooseForm("bytes", values.bytes, Buffer),
      defaults: !values["no-defaults"],
      arrays: values.arrays ?? false,
      objects: values.objects ?? false,
      oneofs: !values["no-oneofs"],
    };
    const schema = await loadSchema(await readSource(positionals, terminal), load);
    const services = findOwnServices(schema, positionals);
    await writeResult(
      writeTypes(schema, { origin: positionals.join(", "), services }),
      values.output,
      terminal,
    );
    return 0;
  },
});

/** The value that a form stands for. */
function chooseForm<Name extends keyof typeof forms, Default>(
  name: Name,
  given: string | undefined,
  otherwise: Default,
): (typeof forms)[Name][keyof (typeof forms)[Name]] | Default {
  const chosen = chooseValue(name, given, Object.keys(forms[name]));
  // It is one of the names.
  return chosen === undefined ? otherwise : forms[name][chosen as keyof (typeof forms)[Name]];
}
