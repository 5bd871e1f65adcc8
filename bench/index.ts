import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

// Every bench in a process of its own, so that none warms or burdens the next: npm run bench, or npm run bench -- json

const folder = import.meta.dirname;
const wanted = process.argv.slice(2);
const benches = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".bench.ts"))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)))
  .sort();

if (benches.length === 0) {
  console.error(`no bench is called ${wanted.join(" or ")}`);
  process.exitCode = 1;
}
for (const bench of benches) {
  console.log(`\n${relative(folder, join(folder, bench))}\n`);
  const args = ["--import", join(folder, "typescript.js"), join(folder, bench)];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
