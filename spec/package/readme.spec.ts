import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it } from "vitest";

const run = promisify(execFile);
const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(projectDir, "README.md"), "utf8");
const manifest: {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8"));

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = "", text = ""]) => ({ language, text }),
);

/** The blocks that are files begin with their name. */
const files = new Map(
  blocks
    .filter(({ language }) => language === "ts" || language === "proto")
    .map(({ text }) => [/^\/\/ (\S+)\n/.exec(text)?.[1] ?? "", text]),
);

/** The names in the first column of each table of options, by the type that has them. */
const options = {
  LoadOptions: optionsOf("loadServices"),
  TranscodingOptions: optionsOf("transcodingRouter"),
  GrpcServerOptions: optionsOf("startGrpcServer"),
  JsonSwitches: optionsOf("json"),
  OpenApiOptions: optionsOf("openapi"),
};

function optionsOf(taker: string): string[] {
  const [, table = ""] =
    new RegExp(`^\\| (?:Option|Switch) of \`${taker}\`.*\\n.*\\n((?:\\|.*\\n)+)`, "m").exec(readme) ?? [];
  return table
    .split("\n")
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
}

/** TypeScript that compiles if each type has exactly the options that the page lists. */
function printOptionChecks(): string {
  const checks = Object.entries(options).map(([type, names]) => {
    const members = names.map((name) => `${name}: true`).join(", ");
    return `export const of${type}: Record<keyof ${type}, true> = { ${members} };\n`;
  });
  return `import type { ${Object.keys(options).join(", ")} } from "express-grpc-transcoding";\n${checks.join("")}`;
}

/** Lines to type, and what the page says that they print, if it does. */
const commands = blocks.flatMap(({ language, text }, index) => {
  if (language !== "sh") return [];
  const next = blocks[index + 1];
  const printed = next?.language === "json" || next?.language === "text" ? next.text : undefined;
  return { text, lines: text.trimEnd().split("\n"), printed };
});

/** Where the package is packed, and where it is installed. */
const packing = commands.find(({ text }) => text.endsWith("npm pack\n"));
const setup = commands.find(({ text }) => text.includes("npm init"))?.lines ?? [];
const installed = setup.filter((line) => line.startsWith("npm install")).flatMap((line) => line.split(" "));

/** The program of this package, which is not built here. */
const commandLine = `node --import tsx ${join(projectDir, "lib/cli/main.ts")}`;

const programs = commands.filter(
  ({ lines, printed }) => /^npx tsx \S+$/.test(lines[0] ?? "") && printed === undefined,
);
const answers = commands.filter(({ printed }) => printed !== undefined);

describe("README.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  const stops: (() => Promise<void>)[] = [];
  let translate = (text: string) => text;

  beforeAll(async () => {
    translate = await createTranslation([...files.values()].join(""));
    const tsconfig = { extends: join(projectDir, "tsconfig.json"), include: ["*.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    symlinkSync(join(projectDir, "node_modules"), join(folder, "node_modules"));
    for (const line of setup.filter((line) => !/^(mkdir|npm install) /.test(line))) {
      await run("sh", ["-c", line], { cwd: folder });
    }
    for (const [name, text] of files) writeFileSync(join(folder, name), translate(text));
    writeFileSync(join(folder, "options-of-readme.ts"), printOptionChecks());
  });

  afterAll(async () => {
    await Promise.all(stops.map((stop) => stop()));
    rmSync(folder, { recursive: true });
  });

  it("names every file that it shows, once", () => {
    const shown = blocks.filter(({ language }) => language === "ts" || language === "proto");
    assert.equal(files.size, shown.length);
    assert.equal(files.has(""), false);
  });

  it("starts with commands that the package has", () => {
    assert.deepEqual(
      commands.slice(0, 2).map(({ text }) => text),
      ["npm ci && npm run demo\n", "npm ci && npm test\n"],
    );
    assert.ok(manifest.scripts.demo && manifest.scripts.test);
  });

  it("begins with lines of the files that it shows later", () => {
    const [rule, code] = blocks;
    assert.deepEqual([rule?.language, code?.language], ["protobuf", "js"]);
    assert.ok(files.get("greet.proto")?.includes(rule?.text ?? ""));
    for (const line of code?.text.trimEnd().split("\n") ?? [])
      assert.ok(files.get("server.ts")?.includes(`\n${line}\n`), line);
  });

  it("sets up a project, and installs the package with what it needs", () => {
    assert.equal(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).type, "module");
    assert.ok(manifest.scripts.build && packing?.text.includes("npm run build"));
    for (const name of [`../${manifest.name}/${manifest.name}-*.tgz`, "express", "tsx"])
      assert.ok(installed.includes(name), name);
    assert.ok("express" in manifest.peerDependencies);
  });

  it("shows TypeScript that compiles, and lists the options that there are", {
    timeout: 60_000,
  }, async () => {
    const compiler = join(projectDir, "node_modules/.bin/tsc");
    await run(compiler, ["-p", folder]).catch(({ stdout }) => assert.fail(stdout));
  });

  for (const { lines } of programs) {
    const [, name = ""] = /^npx tsx (\S+)$/.exec(lines[0] ?? "") ?? [];
    it(`starts ${name}`, { timeout: 60_000 }, async () => {
      const ports = [...(files.get(name) ?? "").matchAll(portPattern)].map(([port]) =>
        Number(translate(port)),
      );
      assert.ok(ports.length > 0);
      const program = spawn(process.execPath, ["--import", "tsx", name], {
        cwd: folder,
        stdio: ["ignore", "inherit", "inherit"],
      });
      const exit = once(program, "exit");
      stops.push(async () => {
        program.kill();
        await exit;
      });
      const hasEnded = exit.then(([code]) => assert.fail(`${name} ended with ${code}`));
      for (const port of ports) await Promise.race([untilOpen(port), hasEnded]);
    });
  }

  for (const { lines, printed = "" } of answers) {
    it(`tells what ${lines[0]} prints`, { timeout: 60_000 }, async () => {
      assert.equal(lines.length, 1);
      const line = translate(lines[0] ?? "").replace(/^npx express-grpc-transcoding\b/, commandLine);
      const { stdout } = await run("sh", ["-c", line], { cwd: folder });
      assert.equal(stdout.trimEnd(), printed.trimEnd());
    });
  }
});

/** The ports that the examples use. */
const portPattern = /\b(?:300\d|50051)\b/g;

/** Put ports that are free in place of those of the examples. */
async function createTranslation(text: string): Promise<(text: string) => string> {
  const ports = new Map<string, string>();
  for (const [port] of text.matchAll(portPattern)) {
    if (!ports.has(port)) ports.set(port, await findFreePort());
  }
  return (line) => line.replace(portPattern, (port) => ports.get(port) ?? port);
}

async function findFreePort(): Promise<string> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server has an AddressInfo
  server.close();
  await once(server, "close");
  return String(port);
}

async function untilOpen(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await pause(20);
  }
}
