import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import protobuf from "protobufjs";
import { compileBindings } from "../lib/http-rule/compile-binding.js";
import { createRouter } from "../lib/http-rule/router.js";
import { loadSchema } from "../lib/schema/load-schema.js";
import { median, readCpu, readMemory } from "./measure.js";

// What it takes to start with few rules and with many, from Google's own APIs:
//
//     npm run bench -- start-up
//
// Rules of several versions of one API are for the same requests, so that no server can have all of them at once;
// they are loaded and compiled all the same.
//
// For comparison, the same files are loaded by protobufjs alone: parsed with their comments, and resolved.

const protos = dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json"));
const rounds = 3;

interface Figures {
  readonly files: number;
  readonly rules: number;
  /** Milliseconds of a processor. */
  readonly load: number;
  readonly compile: number;
  /** Bytes, garbage excepted. */
  readonly memory: number;
}

/** The files that rules are taken from, by what they are called. */
const cases: Readonly<Record<string, () => string[]>> = {
  "Pub/Sub": () => annotatedFiles().filter((file) => file.includes("/google/pubsub/v1/")),
  "every 15th file": () => annotatedFiles().filter((_, i) => i % 15 === 0),
  "all of Google's": annotatedFiles,
};

const [name, loader] = process.argv.slice(2);
if (name === undefined) printAll();
else if (loader === "protobufjs") console.log(measureProtobufjs(cases[name]?.() ?? []));
else console.log(JSON.stringify(await measureStart(cases[name]?.() ?? [])));

function printAll(): void {
  console.log(`start-up, median of ${rounds} processes each\n`);
  console.log(
    "| | files | rules | load the protos | by protobufjs alone | times as long | compile rules and router | memory |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const title of Object.keys(cases)) {
    const runs = Array.from({ length: rounds }, () => ({
      ...(runInProcess(title) as Figures),
      alone: runInProcess(title, "protobufjs") as number,
    }));
    const middle = (read: (run: (typeof runs)[number]) => number, digits = 0) =>
      median(runs.map(read)).toFixed(digits);
    const cells = [
      middle(({ files }) => files),
      middle(({ rules }) => rules),
      `${middle(({ load }) => load)} ms`,
      `${middle(({ alone }) => alone)} ms`,
      middle(({ load, alone }) => load / alone, 2),
      `${middle(({ compile }) => compile)} ms`,
      `${middle(({ memory }) => memory / 1e6)} MB`,
    ];
    console.log(`| ${[title, ...cells].join(" | ")} |`);
  }
}

function runInProcess(...args: readonly string[]): unknown {
  const command = [...process.execArgv, import.meta.filename, ...args];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The milliseconds of a processor that protobufjs takes for it. */
function measureProtobufjs(files: string[]): number {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => resolve(protos, target);
  const start = readCpu();
  root.loadSync(files, { alternateCommentMode: true });
  return (readCpu() - start) / 1000;
}

async function measureStart(files: readonly string[]): Promise<Figures> {
  const before = readMemory();
  const start = readCpu();
  const schema = await loadSchema(files, { includeDirs: [protos] });
  const loaded = readCpu();
  const bindings = compileBindings(schema.services, () => {});
  const router = createRouter(bindings, () => {});
  const compiled = readCpu();
  const memory = readMemory() - before;
  // What has been measured must still be there.
  router.match("GET", "/v1/projects/1");
  return {
    files: files.length,
    rules: bindings.length,
    load: (loaded - start) / 1000,
    compile: (compiled - loaded) / 1000,
    memory,
  };
}

function annotatedFiles(): string[] {
  return readdirSync(join(protos, "google"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".proto"))
    .map((file) => join(protos, "google", file))
    .filter((file) => readFileSync(file, "utf8").includes("(google.api.http)"))
    .sort();
}
