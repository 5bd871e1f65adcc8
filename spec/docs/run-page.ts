import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const repository = join(import.meta.dirname, "../..");

/**
 * Run the program that a page makes: its blocks that begin with the name of a file, of which `main.ts` is run.
 *
 * @returns what it prints, and what the page says that it prints.
 */
export async function runPage(name: string): Promise<{ stdout: string; printed: string | undefined }> {
  const page = await readFile(join(repository, "docs", name), "utf8");
  const folder = await mkdtemp(join(tmpdir(), "docs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [, file, text] of page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)) {
    await writeFile(join(folder, file as string), text as string);
  }
  const paths = { "express-grpc-transcoding": [join(repository, "lib/index.ts")] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { paths } }));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  await symlink(join(repository, "proto"), join(folder, "proto"));
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: folder,
  });
  const [, printed] = /^prints\n\n```text\n(.*?)^```$/ms.exec(page) ?? [];
  return { stdout, printed };
}
