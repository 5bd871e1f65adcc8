import { createRequire } from "node:module";
import { didYouMean } from "../schema/suggest-name.js";
import type { Command } from "./command.js";
import { nameOptions } from "./name-options.js";
import { printProgramHelp, programName } from "./print-help.js";
import { paint, type Terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

interface CommandEntry {
  readonly summary: string;
  /** Whoever asks for the help alone should not wait for the parser. */
  load(): Promise<Command>;
}

const commands = new Map<string, CommandEntry>([
  [
    "openapi",
    {
      summary: "write the OpenAPI document of services",
      load: async () => (await import("./openapi-command.js")).openapiCommand,
    },
  ],
  [
    "routes",
    {
      summary: "list the HTTP routes of services",
      load: async () => (await import("./routes-command.js")).routesCommand,
    },
  ],
  [
    "check",
    {
      summary: "find everything that is wrong with .proto files and their HTTP rules",
      load: async () => (await import("./check-command.js")).checkCommand,
    },
  ],
  [
    "types",
    {
      summary: "write TypeScript types for services",
      load: async () => (await import("./types-command.js")).typesCommand,
    },
  ],
  [
    "serve",
    {
      summary: "serve a running gRPC server as REST and JSON",
      load: async () => (await import("./serve-command.js")).serveCommand,
    },
  ],
]);

const summaries = new Map([...commands].map(([name, { summary }]) => [name, summary]));

/**
 * Run the command line.
 *
 *     await run(["types", "greet/v1/greet.proto", "-o", "greet.ts"], terminal)   // 0
 *
 * @returns the exit code: 0, 1 for input that is at fault, 2 for arguments that cannot be understood.
 */
export async function run([first, ...rest]: readonly string[], terminal: Terminal): Promise<number> {
  const [name, args] = first === "help" && rest.length > 0 ? [rest[0], ["--help"]] : [first, rest];
  switch (name) {
    case undefined:
      terminal.stderr.write(printProgramHelp(summaries, terminal.stderr));
      return 2;
    case "help":
    case "--help":
    case "-h":
      terminal.stdout.write(printProgramHelp(summaries, terminal.stdout));
      return 0;
    case "--version":
      terminal.stdout.write(`${readVersion()}\n`);
      return 0;
    default:
      return runCommand(name, args, terminal);
  }
}

async function runCommand(name: string, args: readonly string[], terminal: Terminal): Promise<number> {
  const { stderr } = terminal;
  try {
    const command = commands.get(name);
    if (command === undefined)
      throw new UsageError(`unknown command "${name}"${didYouMean(name, commands.keys())}`);
    return await (await command.load()).run(args, terminal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof UsageError)) {
      stderr.write(`${paint(nameOptions(message), "red", stderr)}\n`);
      return 1;
    }
    const [place, page] = commands.has(name) ? [`${name}: `, ` ${name}`] : ["", ""];
    stderr.write(`${paint(place + message, "red", stderr)}\n\nhelp: ${programName}${page} --help\n`);
    return 2;
  }
}

/** `0.1.0`, whether it runs from the sources or from what was built of them. */
function readVersion(): string {
  return createRequire(import.meta.url)("../../package.json").version;
}
