import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { createFolder } from "../cli/create-folder.js";
import { runCommand } from "../cli/run-command.js";

const repository = join(import.meta.dirname, "../..");
const page = readFileSync(join(repository, "docs/command-line.md"), "utf8");
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text = ""]) => ({
  language,
  text,
}));
const protos = blocks.flatMap(({ language, text }) =>
  language === "proto" ? [[/^\/\/ (\S+)\n/.exec(text)?.[1] ?? "", text]] : [],
);

/** The commands of the page; one that would go on forever is shown in serve.spec.ts. */
const commands = blocks.flatMap(({ language, text }, i) => {
  const [, line = ""] = /^npx express-grpc-transcoding (.*)\n$/.exec(text) ?? [];
  if (language !== "sh" || line.startsWith("serve ")) return [];
  const next = blocks[i + 1];
  return [{ line, printed: next?.language === "text" ? next.text : "" }];
});

/** `--tls-ca` and the like. */
function optionsIn(text: string): string[] {
  return [...new Set(text.match(/--[a-z][a-z-]*/g))].filter((option) => option !== "--help");
}

describe("docs/command-line.md", () => {
  it("shows every command that ends", () => {
    assert.deepEqual(
      commands.map(({ line }) => line.split(" ")[0]),
      ["check", "routes", "openapi", "types"],
    );
  });

  const names = ["check", "routes", "openapi", "types", "serve"];

  for (const command of names) {
    it(`names every option of ${command}`, async () => {
      const { out } = await runCommand([command, "--help"]);
      const missing = optionsIn(out).filter((option) => !optionsIn(page).includes(option));
      // These are shown as -I and -o.
      assert.deepEqual(
        missing.filter((option) => option !== "--include-dir" && option !== "--output"),
        [],
      );
    });
  }

  it("names no option that there is not", async () => {
    const helps = await Promise.all(names.map((command) => runCommand([command, "--help"])));
    const known = helps.flatMap(({ out }) => optionsIn(out));
    assert.deepEqual(
      optionsIn(page).filter((option) => !known.includes(option)),
      [],
    );
  });

  for (const { line, printed } of commands) {
    it(`tells what ${line} prints`, { timeout: 60_000 }, () => {
      const cwd = createFolder(Object.fromEntries(protos));
      const args = [
        "--import",
        import.meta.resolve("tsx"),
        join(repository, "lib/cli/main.ts"),
        ...line.split(" "),
      ];
      const { stdout, status } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
      assert.equal(stdout, printed);
      assert.equal(status, line.startsWith("check") ? 1 : 0);
      const [, file] = / -o (\S+)/.exec(line) ?? [];
      if (file !== undefined) assert.match(readFileSync(join(cwd, file), "utf8"), /Greeter/);
    });
  }
});
