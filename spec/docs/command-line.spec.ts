import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { createFolder } from "../cli/create-folder.js";

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

describe("docs/command-line.md", () => {
  it("shows every command that ends", () => {
    assert.deepEqual(
      commands.map(({ line }) => line.split(" ")[0]),
      ["check", "routes", "openapi", "types"],
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
