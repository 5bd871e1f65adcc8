import { ConfigError } from "../schema/config-error.js";
import { didYouMean } from "../schema/suggest-name.js";
import { runTypes, typesUsage } from "./run-types.js";
import { UsageError } from "./usage-error.js";

/** Where a command writes to. */
export interface Output {
  write(text: string): void;
  writeError(text: string): void;
}

type Command = (args: readonly string[], output: Output) => Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  types: runTypes,
};

const usage = `usage: express-grpc-transcoding <command>

${typesUsage}`;

/**
 * Run the command line.
 *
 *     await run(["types", "greet/v1/greet.proto", "-o", "greet.ts"], output)   // 0
 *
 * @returns the exit code: 0, 1 for input that is at fault, 2 for arguments that cannot be understood.
 */
export async function run([name, ...args]: readonly string[], output: Output): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    output.write(usage);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (command === undefined) {
      throw new UsageError(`unknown command "${name}"${didYouMean(name, Object.keys(commands))}`);
    }
    await command(args, output);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      output.writeError(`${error.message}\n\n${usage}`);
      return 2;
    }
    output.writeError(`${error instanceof ConfigError ? error.message : describe(error)}\n`);
    return 1;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
