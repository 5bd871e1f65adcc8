import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "./contestants.js";
import { type ServerProcess, startProcess } from "./server-process.js";

export interface RunningServer {
  readonly contestant: Contestant;
  readonly port: number;
  /** The server and, if it has one, its backend. */
  readonly processes: readonly ServerProcess[];
}

/** Start a server for each contestant, run something against them, and stop them. */
export async function withServers(
  contestants: readonly Contestant[],
  run: (servers: readonly RunningServer[]) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const servers: RunningServer[] = [];
  try {
    for (const [i, contestant] of contestants.entries()) {
      servers.push(await startServer(contestant, `unix:${join(folder, `${i}.sock`)}`));
    }
    await run(servers);
  } finally {
    for (const { processes } of servers) for (const process of processes) process.stop();
    await rm(folder, { recursive: true });
  }
}

async function startServer(contestant: Contestant, target: string): Promise<RunningServer> {
  const { server, backend } = contestant;
  const behind = backend === undefined ? [] : [await startProcess(backend(target))];
  const front = await startProcess(server(target));
  return { contestant, port: front.port, processes: [front, ...behind] };
}
