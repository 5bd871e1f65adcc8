import { type Client, createClient } from "./send-requests.js";
import type { RunningServer } from "./with-servers.js";
import { checkAnswer, createRequest, printRequest, type Workload } from "./workloads.js";

/** What a server has to do. */
export interface Task {
  readonly server: RunningServer;
  readonly workload: Workload;
}

/** What one request takes, in microseconds. */
export interface Figures {
  /** Of a processor, in all processes of the server. */
  readonly cpu: number;
  readonly elapsed: number;
}

export interface Result extends Task {
  /** Those of each round. */
  readonly figures: readonly Figures[];
}

/** Many short ones: a shared machine is faster for seconds and slower for seconds, and neighbours in time see the same. */
export const rounds = 21;
/** So many requests the engine takes to compile what serves them; for large ones, so many microseconds have to do. */
const warmUp = { requests: 10_000, cpu: 10_000_000 };
/** Microseconds of a server's processor time: by the clock, a busy machine would cut them short. */
const cpuPerRound = 50_000;

/** Measure tasks against each other, in rounds that go through all of them. */
export async function compare(tasks: readonly Task[]): Promise<readonly Result[]> {
  const prepared: Prepared[] = [];
  for (const task of tasks) prepared.push(await prepare(task));
  const results = tasks.map((task) => ({ ...task, figures: [] as Figures[] }));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < tasks.length; i++) {
      // Nobody always comes after the same neighbour.
      const turn = (i + round) % tasks.length;
      results[turn]?.figures.push(await (prepared[turn] as Prepared).measure());
    }
  }
  for (const { client } of prepared) client.close();
  return results;
}

/** Measure every workload on all servers, one workload after the other. */
export async function compareEach(
  servers: readonly RunningServer[],
  workloads: readonly Workload[],
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const workload of workloads) {
    results.push(...(await compare(servers.map((server) => ({ server, workload })))));
  }
  return results;
}

interface Prepared {
  readonly client: Client;
  measure(): Promise<Figures>;
}

/** Check what a server answers, and warm it up. */
async function prepare({ server, workload }: Task): Promise<Prepared> {
  const { contestant, port, processes } = server;
  const { connections } = workload;
  const request = createRequest(workload, contestant.protocol);
  await checkAnswer(port, workload, request);
  const client = createClient({ port, request: printRequest(request), connections });
  const countFor = (cpu: number, one: Figures) => Math.max(connections, Math.ceil(cpu / one.cpu));
  let figures = await measure(connections);
  for (let requests = 0, cpu = 0; requests < warmUp.requests && cpu < warmUp.cpu; ) {
    const batch = countFor(cpuPerRound, figures);
    figures = await measure(batch);
    requests += batch;
    cpu += figures.cpu * batch;
  }
  const count = countFor(cpuPerRound, figures);
  return {
    client,
    async measure() {
      // While others had their turn, caches have been filled by them, and garbage was collected with compiled code.
      await client.send(count);
      return measure(count);
    },
  };

  async function measure(count: number): Promise<Figures> {
    const [cpu, begin] = [await readCpu(), performance.now()];
    await client.send(count);
    const elapsed = (performance.now() - begin) * 1000;
    return { cpu: ((await readCpu()) - cpu) / count, elapsed: elapsed / count };
  }

  async function readCpu(): Promise<number> {
    const times = await Promise.all(processes.map((process) => process.ask("cpu")));
    return times.reduce((sum, time) => sum + time, 0);
  }
}
