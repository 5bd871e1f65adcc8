import type { CommandOptions } from "./command-options.js";
import { type Arguments, parseArguments } from "./parse-arguments.js";
import { type CommandPage, printCommandHelp } from "./print-help.js";
import type { Terminal } from "./terminal.js";

/** One of the commands of the program. */
export interface Command {
  /**
   * @returns the exit code.
   * @throws UsageError for arguments that cannot be understood.
   */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

export interface CommandDescription<Options extends CommandOptions> extends CommandPage {
  readonly options: Options;
  /** @returns the exit code. */
  run(args: Arguments<Options>, terminal: Terminal): Promise<number>;
}

/** Define a command by what it does and what its help says of it. */
export function defineCommand<const Options extends CommandOptions>(
  description: CommandDescription<Options>,
): Command {
  return {
    async run(args, terminal) {
      if (wantsHelp(args)) {
        terminal.stdout.write(printCommandHelp(description, terminal.stdout));
        return 0;
      }
      return description.run(parseArguments(args, description.options), terminal);
    },
  };
}

/** Also if the rest of the line cannot be understood. */
function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const own = end === -1 ? args : args.slice(0, end);
  return own.includes("--help") || own.includes("-h");
}
