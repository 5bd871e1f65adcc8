import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { Client, credentials } from "@grpc/grpc-js";
import { median } from "../measure.js";
import { nodeProgram, type ServerProcess, startProcess } from "../rest/server-process.js";

// Native gRPC through startGrpcServer and through listen, against a plain grpc-js server, and REST over both versions
// of HTTP. Each server has a process of its own, which tells the processor time that it has taken. They take turns;
// figures are medians of the rounds, and ratios medians of what was measured within one round.
//
//     npm run bench -- servers

const rounds = 31;
/** Before those that count: a server is not as fast as it gets until the engine has compiled its calls, 20,000 or so. */
const roundsOfWarmUp = 40;
const concurrency = 32;

const same = (bytes: Buffer) => bytes;
/** `{ name: "world" }` */
const request = Buffer.from([0x0a, 5, ...Buffer.from("world")]);

interface BenchServer {
  readonly process: ServerProcess;
  readonly client: Client;
}

async function startServer(kind: string): Promise<BenchServer> {
  const process = await startProcess(nodeProgram("../servers/serve.ts", kind));
  return { process, client: new Client(`127.0.0.1:${process.port}`, credentials.createInsecure()) };
}

function callUnary(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest("/greet.v1.Greeter/SayHello", same, same, request, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

async function readStream(client: Client): Promise<void> {
  const stream = client.makeServerStreamRequest("/greet.v1.Greeter/SayHellos", same, same, request);
  let count = 0;
  stream.on("data", () => count++);
  await once(stream, "end");
  if (count !== 1000) throw new Error(`${count} messages`);
}

async function inParallel(calls: number, run: () => Promise<void>): Promise<void> {
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function getByHttp1(port: number, calls: number): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  await inParallel(calls, async () => {
    const req = http.get({ port, path: "/v1/greeter/world", agent });
    const [res] = (await once(req, "response")) as [http.IncomingMessage];
    await once(res.resume(), "end");
  });
  agent.destroy();
}

async function getByHttp2(port: number, calls: number): Promise<void> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  await inParallel(calls, async () => {
    await once(session.request({ ":path": "/v1/greeter/world" }).resume(), "close");
  });
  session.close();
}

interface Task {
  readonly name: string;
  /** What is counted, so many in one round. */
  readonly unit: string;
  readonly count: number;
  /** The first is what the others are compared with. */
  readonly kinds: readonly string[];
  run(server: BenchServer, kind: string): Promise<void>;
}

const grpcKinds = ["grpc-js", "startGrpcServer", "listen"];
const tasks: readonly Task[] = [
  {
    name: "unary calls",
    unit: "call",
    count: 500,
    kinds: grpcKinds,
    run: ({ client }) => inParallel(500, () => callUnary(client)),
  },
  {
    name: "a server stream of 1,000 messages",
    unit: "message",
    count: 3000,
    kinds: grpcKinds,
    async run({ client }) {
      for (let i = 0; i < 3; i++) await readStream(client);
    },
  },
  {
    name: "REST through listen",
    unit: "call",
    count: 500,
    kinds: ["HTTP/1.1", "h2c"],
    run: ({ process }, kind) =>
      kind === "h2c" ? getByHttp2(process.port, 500) : getByHttp1(process.port, 500),
  },
];

interface Sample {
  /** Per second. */
  readonly rate: number;
  /** Microseconds of the server's processor for one. */
  readonly cpu: number;
}

async function measure({ count, run }: Task, kind: string, server: BenchServer): Promise<Sample> {
  const cpuBefore = await server.process.ask("cpu");
  const begin = performance.now();
  await run(server, kind);
  const seconds = (performance.now() - begin) / 1000;
  return { rate: count / seconds, cpu: ((await server.process.ask("cpu")) - cpuBefore) / count };
}

async function measureRounds(task: Task): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map(task.kinds.map((kind) => [kind, [] as Sample[]]));
  for (let round = -roundsOfWarmUp; round < rounds; round++) {
    for (let i = 0; i < task.kinds.length; i++) {
      // Nobody always comes after the same neighbour.
      const kind = task.kinds[(round + roundsOfWarmUp + i) % task.kinds.length] as string;
      const server = servers.get(kind) ?? (servers.get("listen") as BenchServer);
      const sample = await measure(task, kind, server);
      if (round >= 0) samples.get(kind)?.push(sample);
    }
  }
  return samples;
}

function print(
  { name, unit, kinds: [base = "", ...others] }: Task,
  samples: ReadonlyMap<string, readonly Sample[]>,
) {
  const compared = samples.get(base) as readonly Sample[];
  console.log(`| ${name} | per second | of ${base} | processor µs per ${unit} | ${base} takes |`);
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const kind of [base, ...others]) {
    const own = samples.get(kind) as readonly Sample[];
    const figures = [
      median(own.map(({ rate }) => rate)).toFixed(0),
      median(own.map(({ rate }, i) => rate / (compared[i] as Sample).rate)).toFixed(2),
      median(own.map(({ cpu }) => cpu)).toFixed(1),
      median(own.map(({ cpu }, i) => (compared[i] as Sample).cpu / cpu)).toFixed(2),
    ];
    console.log(`| ${[kind, ...figures].join(" | ")} |`);
  }
  console.log();
}

const servers = new Map<string, BenchServer>();
for (const kind of grpcKinds) servers.set(kind, await startServer(kind));
try {
  for (const task of tasks) print(task, await measureRounds(task));
} finally {
  for (const { client, process } of servers.values()) {
    client.close();
    process.stop();
  }
}
