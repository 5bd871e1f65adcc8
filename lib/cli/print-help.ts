import type { CommandOptions } from "./command-options.js";
import { paint, type TextOutput } from "./terminal.js";

export const programName = "express-grpc-transcoding";

/** What the help of a command says. */
export interface CommandPage {
  readonly name: string;
  /** What follows the name: `"<protos...> [options]"`. */
  readonly usage: string;
  /** What it does, and what of it may surprise. */
  readonly about: string;
  readonly options: CommandOptions;
  /** What follows the name in calls that are worth showing. */
  readonly examples: readonly string[];
}

/** What a page of help consists of; the rows are told apart by their first column. */
interface Page {
  readonly usage: string;
  readonly about: string;
  readonly lists: readonly List[];
  readonly examples: readonly string[];
}

interface List {
  readonly heading: string;
  readonly rows: readonly (readonly [term: string, explanation: string])[];
}

/** The help of the program. */
export function printProgramHelp(summaries: ReadonlyMap<string, string>, output: TextOutput): string {
  const page: Page = {
    usage: `${programName} <command> [options]`,
    about: "REST and OpenAPI from the google.api.http annotations of .proto files.",
    lists: [
      { heading: "commands", rows: [...summaries] },
      {
        heading: "options",
        rows: [
          ["-h, --help", `print this page; after a command, the page of the command`],
          ["    --version", "print the version of the program"],
        ],
      },
      {
        heading: "exit codes",
        rows: [
          ["0", "done"],
          ["1", "something is wrong with the input, or on the way"],
          ["2", "the arguments cannot be understood"],
        ],
      },
    ],
    examples: ["check proto/greet/v1/greet.proto -I proto", "serve --reflect --target localhost:50051"],
  };
  return printPage(page, output);
}

/** The help of a command. */
export function printCommandHelp(
  { name, usage, about, options, examples }: CommandPage,
  output: TextOutput,
): string {
  const lists: { heading: string; rows: (readonly [string, string])[] }[] = [];
  for (const [long, { short, value, multiple, help, heading }] of Object.entries(options)) {
    const last = lists.at(-1);
    const list =
      heading === undefined && last !== undefined ? last : { heading: heading ?? "options", rows: [] };
    if (list !== last) lists.push(list);
    const written = `${short === undefined ? "   " : `-${short},`} --${long}${value === undefined ? "" : ` ${value}`}`;
    list.rows.push([written, multiple ? `${help}; may be given again` : help]);
  }
  lists.at(-1)?.rows.push(["-h, --help", "print this page"]);
  const page = { usage: `${programName} ${name} ${usage}`, about, lists };
  return printPage({ ...page, examples: examples.map((example) => `${name} ${example}`) }, output);
}

function printPage({ usage, about, lists, examples }: Page, output: TextOutput): string {
  const terms = lists.flatMap(({ rows }) => rows.map(([term]) => term.length));
  const margin = Math.max(...terms) + 4;
  const bold = (text: string) => paint(text, "bold", output);
  const parts = [
    `${bold("usage:")} ${usage}`,
    about
      .split("\n\n")
      .map((paragraph) => wrap(paragraph, 0))
      .join("\n\n"),
    ...lists.map(({ heading, rows }) => {
      const lines = rows.map(
        ([term, explanation]) => `  ${term.padEnd(margin - 2)}${wrap(explanation, margin)}`,
      );
      return [bold(`${heading}:`), ...lines].join("\n");
    }),
    [bold("examples:"), ...examples.map((example) => `  npx ${programName} ${example}`)].join("\n"),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Break a text into lines that fit beside a margin. */
function wrap(text: string, margin: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === undefined || margin + line.length + 1 + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join(`\n${" ".repeat(margin)}`);
}
