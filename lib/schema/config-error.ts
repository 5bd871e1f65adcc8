/** One fault of a configuration: what is wrong, where, and what to write instead. */
export interface ConfigFault {
  /** What is wrong and what to write instead, in one line: lower case, no full stop. */
  readonly message: string;
  /** The `.proto` file. */
  readonly file?: string | undefined;
  /** Line in the file, counted from 1, where it is known. */
  readonly line?: number | undefined;
  /** Column in that line, counted from 1, where it is known. */
  readonly fileColumn?: number | undefined;
  /** Full name of the method: `greet.v1.Greeter.SayHello`. */
  readonly method?: string | undefined;
  /** The path template as written. */
  readonly template?: string | undefined;
  /** Column within the template, counted from 1. */
  readonly column?: number | undefined;
}

/** What of the HTTP rules of a method is at fault. */
export interface RulePart {
  /** Position within the annotation: 0 is the main rule, 1 the first additional binding. */
  readonly rule: number;
  /** `"body"`, `"response_body"`, or `"path"` whatever the HTTP method. */
  readonly member: string;
  /** Column within the text of the member, counted from 1; without it, the name of the member is meant. */
  readonly column?: number | undefined;
}

/** Told of each fault as it is found; of the fault of a rule, also which part it is. */
export type Report = (fault: ConfigFault, part?: RulePart) => void;

/**
 * The configuration cannot be used: thrown at startup, with every fault that was found.
 *
 *     error.faults[0]
 *     // { file: "greet.proto", method: "greet.v1.Greeter.SayHello", template: "/v1/{nam}", column: 6,
 *     //   message: 'field "nam" is not in greet.v1.HelloRequest; did you mean "name"?' }
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: ErrorOptions) {
    super(faults.map(printFault).join("\n"), options);
    this.faults = faults;
  }
}

/**
 * Print a fault as one line.
 *
 *     greet.proto:15:23: greet.v1.Greeter.SayHello: "/v1/{name" column 10: the brace is not closed: write "}"
 */
export function printFault(fault: ConfigFault): string {
  const place: string[] = [];
  if (fault.file !== undefined) place.push(printPlace(fault));
  if (fault.method !== undefined) place.push(fault.method);
  if (fault.template !== undefined) {
    place.push(
      fault.column === undefined ? `"${fault.template}"` : `"${fault.template}" column ${fault.column}`,
    );
  }
  return [...place, fault.message].join(": ");
}

/** `"greet.proto:15:23"`, as editors and terminals make links of it; `""` for what is in no file. */
export function printPlace({ file, line, fileColumn }: ConfigFault): string {
  if (file === undefined || line === undefined) return file ?? "";
  return fileColumn === undefined ? `${file}:${line}` : `${file}:${line}:${fileColumn}`;
}
