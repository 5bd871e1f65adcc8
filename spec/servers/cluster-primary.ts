import cluster from "node:cluster";
import { join } from "node:path";

// The primary of a cluster of two: node --import tsx cluster-primary.ts <port> <path of a socket>

cluster.setupPrimary({
  exec: join(import.meta.dirname, "cluster-worker.ts"),
  args: process.argv.slice(2),
  execArgv: ["--import", "tsx"],
});
for (let i = 0; i < 2; i++) cluster.fork().on("message", (message) => process.send?.(message));
process.once("message", () => {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.send("stop");
});
cluster.on("exit", () => {
  if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
});
