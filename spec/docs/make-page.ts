import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const repository = join(import.meta.dirname, "../..");

interface Page {
  /** The blocks of code that are no file of a program. */
  readonly loose: readonly string[];
  /** The files that the page tells the output of. */
  readonly programs: readonly { readonly file: string; readonly printed: string }[];
  /** Run one of them. */
  run(file: string): Promise<string>;
}

/**
 * Make the programs of a page: blocks that begin with the name of a file are its files, and those that "prints" comes
 * after are run.
 */
export async function makePage(name: string): Promise<Page> {
  const text = await readFile(join(repository, "docs", name), "utf8");
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$(?:\n\nprints\n\n```text\n(.*?)^```$)?/gms)].map(
    ([, code = "", printed]) => ({ code, file: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1], printed }),
  );
  return {
    loose: blocks.filter(({ file }) => file === undefined).map(({ code }) => code),
    programs: blocks.flatMap(({ file, printed }) =>
      file === undefined || printed === undefined ? [] : [{ file, printed }],
    ),
    async run(file) {
      const folder = await makeFolder();
      for (const block of blocks) {
        if (block.file !== undefined) await writeFile(join(folder, block.file), block.code);
      }
      const args = ["--import", "tsx", file];
      return (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;
    },
  };
}

/** Where programs find the package and the protos of the demo. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "docs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const paths = { "express-grpc-transcoding": [join(repository, "lib/index.ts")] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { paths } }));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  await symlink(join(repository, "proto"), join(folder, "proto"));
  return folder;
}
