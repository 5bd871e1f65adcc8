import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it, onTestFinished } from "vitest";

const repository = join(import.meta.dirname, "../..");

describe("docs/interceptors.md", () => {
  it("is a program that prints what it says", async () => {
    const page = await readFile(join(repository, "docs/interceptors.md"), "utf8");
    const folder = await mkdtemp(join(tmpdir(), "docs-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [, name, text] of page.matchAll(/^```ts\n\/\/ (\S+\.ts)\n(.*?)^```$/gms)) {
      await writeFile(join(folder, name as string), text as string);
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
    assert.equal(stdout, printed);
  });
});
