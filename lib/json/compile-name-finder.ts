import { FunctionSource, quote } from "./generated-function.js";

/** Finds the number of the name that stands between two indexes of a text, `-1` if it is none of them. */
export type FindName = (text: string, start: number, end: number) => number;

/** Beyond this many names a table is as fast, and smaller. */
const maxGenerated = 200;

/**
 * Generate a function that finds names by their length first, then by their text: for `name` and `size` about
 *
 *     return function find(text, start, end) {
 *       switch (end - start) {
 *         case 4: {
 *           const name = text.slice(start, end);
 *           if (name === "name") return 0;
 *           if (name === "size") return 1;
 *           return -1;
 *         }
 *       }
 *       return -1;
 *     };
 */
export function compileNameFinder(numbers: ReadonlyMap<string, number>): FindName {
  if (numbers.size > maxGenerated) return (text, start, end) => numbers.get(text.slice(start, end)) ?? -1;
  const byLength = new Map<number, [string, number][]>();
  for (const entry of numbers) {
    const { length } = entry[0];
    byLength.set(length, [...(byLength.get(length) ?? []), entry]);
  }
  const source = new FunctionSource();
  source.line("return function find(text, start, end) {");
  source.line("switch (end - start) {");
  for (const [length, entries] of byLength) {
    source.line(`case ${length}: {`);
    writeTests(source, length, entries);
    source.line("return -1; }");
  }
  source.line("}");
  source.line("return -1;");
  source.line("};");
  // The source returns a function of this type.
  return source.compile() as FindName;
}

/** Slices of up to 12 characters are copies, longer ones refer to the text and are slow to compare. */
const pieceLength = 12;

function writeTests(source: FunctionSource, length: number, entries: readonly [string, number][]): void {
  const pieces = Math.ceil(length / pieceLength);
  for (let i = 0; i < pieces; i++) {
    const end = i + 1 < pieces ? `start + ${(i + 1) * pieceLength}` : "end";
    source.line(`const piece${i} = text.slice(start + ${i * pieceLength}, ${end});`);
  }
  for (const [name, number] of entries) {
    const tests = Array.from(
      { length: pieces },
      (_, i) => `piece${i} === ${quote(name.slice(i * pieceLength, (i + 1) * pieceLength))}`,
    );
    source.line(`if (${tests.join(" && ") || "true"}) return ${number};`);
  }
}
