/** Options by their names, without the dashes, in the order of the help. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** An option of a command: how it is written, and what its help says. */
export interface CommandOption {
  readonly type: "boolean" | "string";
  readonly short?: string;
  /** It may be given again. */
  readonly multiple?: boolean;
  /** What its help calls the value: `"<file>"`. */
  readonly value?: string;
  readonly help: string;
  /** What its help calls the options from here on. */
  readonly heading?: string;
}
