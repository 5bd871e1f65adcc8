/** Where the program was started from: what a command reads, what it writes to, and who tells it to stop. */
export interface Terminal {
  /** For the result. */
  readonly stdout: TextOutput;
  /** For everything else that people are told. */
  readonly stderr: TextOutput;
  readStdin(): Promise<Uint8Array>;
  /** Wait until somebody presses Ctrl-C, or whatever runs the program wants it to end. */
  untilStopped(): Promise<void>;
}

export interface TextOutput {
  write(text: string): void;
  /** It is a terminal that shows colours, and its user wants them. */
  readonly hasColors: boolean;
}

const styles = { bold: [1, 22], red: [31, 39] } as const;

/** Text in a style, if the output shows styles. */
export function paint(text: string, style: keyof typeof styles, { hasColors }: TextOutput): string {
  const [on, off] = styles[style];
  return hasColors ? `\x1b[${on}m${text}\x1b[${off}m` : text;
}
