import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Question } from "./answer-questions.js";

/** A server: it prints its port once it listens, and then an answer for each question on its input. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ServerProcess {
  readonly port: number;
  ask(question: Question): Promise<number>;
  stop(): void;
}

/** A file of this folder in a Node of its own. */
export function nodeProgram(file: string, ...args: readonly string[]): Program {
  const hooks = join(import.meta.dirname, "../typescript.js");
  return { command: process.execPath, args: ["--import", hooks, join(import.meta.dirname, file), ...args] };
}

export async function startProcess({ command, args }: Program): Promise<ServerProcess> {
  const env = { ...process.env, NODE_ENV: "production" };
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env });
  child.once("exit", (code) => {
    if (code !== null) throw new Error(`${command} ${args.join(" ")} has ended with ${code}`);
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const readNumber = async () => Number((await lines.next()).value);
  return {
    port: await readNumber(),
    ask(question) {
      child.stdin.write(`${question}\n`);
      return readNumber();
    },
    stop: () => child.kill(),
  };
}
