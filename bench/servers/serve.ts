import { join } from "node:path";
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { listen, loadServices, startGrpcServer } from "../../lib/index.js";
import { answerQuestions } from "../rest/answer-questions.js";

// One of the servers of the bench: serve.ts grpc-js | startGrpcServer | listen

const proto = join(import.meta.dirname, "../../proto");
const services = await loadServices("greet/v1/greet.proto", { includeDirs: [proto] });

interface PlainCall {
  readonly request: { readonly name: string };
  write(message: object): boolean;
  once(event: "drain", listener: () => void): void;
  end(): void;
}

/** As a grpc-js server is written by hand. */
const plain = {
  SayHello({ request }: PlainCall, callback: (error: null, message: object) => void) {
    callback(null, { message: `Hello ${request.name}` });
  },
  SayHellos(call: PlainCall) {
    let i = 0;
    const write = () => {
      while (i < 1000) if (!call.write({ message: `Hello ${i++}` })) return call.once("drain", write);
      call.end();
    };
    write();
  },
};

services.add("greet.v1.Greeter", {
  async sayHello({ request }: PlainCall) {
    return { message: `Hello ${request.name}` };
  },
  async *sayHellos() {
    for (let i = 0; i < 1000; i++) yield { message: `Hello ${i}` };
  },
});

/** The codecs are the same, so that what is left are the servers. */
async function startPlain(): Promise<number> {
  const server = new Server();
  const definition = services.definition("greet.v1.Greeter");
  server.addService(definition, plain as unknown as UntypedServiceImplementation);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

async function start(kind: string | undefined): Promise<number> {
  if (kind === "grpc-js") return startPlain();
  if (kind === "startGrpcServer") {
    const { addresses } = await startGrpcServer(services, { address: "127.0.0.1:0" });
    return Number(addresses[0]?.split(":")[1]);
  }
  const { address } = await listen(services, { host: "127.0.0.1" });
  return typeof address === "string" ? 0 : address.port;
}

console.log(await start(process.argv[2]));
answerQuestions();
