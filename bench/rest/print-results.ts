import { median } from "../measure.js";
import type { Figures, Result } from "./compare.js";
import type { Contestant } from "./contestants.js";

/** Print the speed of each contestant, as a multiple of that of one of them at the same workload. */
export function printSpeeds(results: readonly Result[], reference: Contestant, figure: keyof Figures): void {
  printTable(`of ${reference.title}`, results, (result) =>
    ratio(find(results, reference, result.workload.title), result, figure),
  );
}

/** Print the processor time of each workload, as a multiple of what another one takes of the same contestant. */
export function printCosts(results: readonly Result[], reference: string): void {
  printTable(`of ${reference}`, results, (result) =>
    ratio(result, find(results, result.server.contestant, reference), "cpu"),
  );
}

/** Print the processor time of one request, in microseconds. */
export function printTimes(results: readonly Result[]): void {
  printTable("µs", results, ({ figures }) => median(figures.map(({ cpu }) => cpu)));
}

/** The median of the rounds, each compared within itself. */
function ratio(one: Result, other: Result, figure: keyof Figures): number {
  return median(
    one.figures.map((figures, round) => figures[figure] / (other.figures[round] as Figures)[figure]),
  );
}

function find(results: readonly Result[], contestant: Contestant, workload: string): Result {
  const found = results.find(
    (each) => each.server.contestant === contestant && each.workload.title === workload,
  );
  if (found === undefined) throw new Error(`${contestant.title} has not been measured with ${workload}`);
  return found;
}

function printTable(corner: string, results: readonly Result[], read: (result: Result) => number): void {
  const titles = [...new Set(results.map(({ workload }) => workload.title))];
  const contestants = [...new Set(results.map(({ server }) => server.contestant))];
  console.log(`| ${[corner, ...titles].join(" | ")} |`);
  console.log(`| --- |${" ---: |".repeat(titles.length)}`);
  for (const contestant of contestants) {
    const figures = titles.map((title) => print(read(find(results, contestant, title))));
    console.log(`| ${[contestant.title, ...figures].join(" | ")} |`);
  }
  console.log();
}

function print(figure: number): string {
  return figure.toFixed(figure < 10 ? 2 : 0);
}
