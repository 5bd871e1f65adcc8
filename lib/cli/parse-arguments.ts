import { parseArgs } from "node:util";
import { suggestName } from "../schema/suggest-name.js";
import type { CommandOption, CommandOptions } from "./command-options.js";
import { UsageError } from "./usage-error.js";

/** What a command was called with. */
export interface Arguments<Options extends CommandOptions> {
  readonly positionals: readonly string[];
  readonly values: OptionValues<Options>;
}

/** The values of the options that were given. */
export type OptionValues<Options extends CommandOptions> = {
  readonly [Name in keyof Options]?: OptionValue<Options[Name]>;
};

type OptionValue<Option extends CommandOption> = Option["type"] extends "boolean"
  ? boolean
  : Option extends { readonly multiple: true }
    ? readonly string[]
    : string;

/**
 * Tell the options of a command from the rest.
 *
 *     parseArguments(["greet.proto", "-I", "proto", "--yaml"], options)
 *     // { positionals: ["greet.proto"], values: { "include-dir": ["proto"], yaml: true } }
 *
 * @throws UsageError for options that do not exist, and values that are missing or too many.
 */
export function parseArguments<Options extends CommandOptions>(
  args: readonly string[],
  options: Options,
): Arguments<Options> {
  // What is wrong is told in our words.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === "option") checkOption(token, options);
  // All of them are options, with values of their types.
  return { positionals, values: values as OptionValues<Options> };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, options: CommandOptions): void {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const meant = rawName.startsWith("--") ? suggestName(name, Object.keys(options)) : undefined;
    const advice = meant === undefined ? "" : `; did you mean "--${meant}"?`;
    throw new UsageError(`unknown option "${rawName}"${advice}`);
  }
  if (option.type === "boolean") {
    if (value !== undefined)
      throw new UsageError(`option "${rawName}" takes no value, not "${value}" either`);
    return;
  }
  const wanted = `${rawName} ${option.value}`;
  if (value === undefined || value === "")
    throw new UsageError(`option "${rawName}" needs a value: ${wanted}`);
  if (!inlineValue && value.length > 1 && value.startsWith("-")) {
    const how = rawName.startsWith("--") ? `${rawName}=${value}` : `${rawName}${value}`;
    throw new UsageError(
      `option "${rawName}" needs a value: ${wanted}; if "${value}" is meant, write ${how}`,
    );
  }
}
