import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";

// npm run conformance:connect
// npm run conformance:connect -- --run 'Errors/**'
//
// The conformance suite of Connect, by its own runner, which is written in Go and fetched as a Go module: every case
// of Connect, gRPC-Web and gRPC against `listen`.

const suite = "connectrpc.com/conformance";
const version = "v1.0.7";

const root = join(import.meta.dirname, "../..");

function fetchSuite(): string {
  const { error, status, stdout, stderr } = spawnSync("go", [
    "mod",
    "download",
    "-json",
    `${suite}@${version}`,
  ]);
  if (error !== undefined)
    fail("the runner of the suite is written in Go, which is not installed: see https://go.dev/dl");
  if (status !== 0) fail(`go could not fetch ${suite}: ${stderr}${stdout}`);
  return JSON.parse(stdout.toString()).Dir;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const protos = join(fetchSuite(), "proto");
// The runner starts the server many times, and does not wait long.
const server = join(root, "node_modules/.conformance/serve.mjs");
await build({
  entryPoints: [join(import.meta.dirname, "serve.ts")],
  outfile: server,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
});
const runner = ["run", `${suite}/cmd/connectconformance@${version}`];
const flags = ["--mode", "server", "--conf", join(import.meta.dirname, "config.yaml"), "--max-servers", "2"];
const args = [...runner, ...flags, ...process.argv.slice(2), "--", process.execPath, server, protos];
const { status } = spawnSync("go", args, { stdio: "inherit" });
process.exitCode = status ?? 1;
