import { createInterface } from "node:readline";
import { readCpu, readMemory } from "../measure.js";

/** What a process is asked about itself, and answers with a number. */
export type Question = "cpu" | "memory";

const answers: Readonly<Record<Question, () => number>> = { cpu: readCpu, memory: readMemory };

/** Answer every line of the input, and end with it. */
export function answerQuestions(): void {
  const lines = createInterface(process.stdin);
  lines.on("line", (question) => console.log(answers[question as Question]()));
  lines.once("close", () => process.exit());
}
