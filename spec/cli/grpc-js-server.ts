import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";

// A gRPC server that knows nothing of this package: node --import tsx grpc-js-server.ts <address>

const spec = join(import.meta.dirname, "..");

const definitions = loadSync("behaviour/v1/behaviour.proto", {
  includeDirs: [join(spec, "cases/proto"), join(spec, "../node_modules/google-proto-files")],
  defaults: true,
});

interface Note {
  readonly text: string;
  readonly count?: number;
}

const notes: grpc.UntypedServiceImplementation = {
  send(call: grpc.ServerUnaryCall<Note, Note>, callback: grpc.sendUnaryData<Note>) {
    const { text } = call.request;
    if (text === "metadata") {
      call.sendMetadata(grpc.Metadata.fromHttp2Headers({ "x-seen": call.metadata.get("x-sent").join() }));
      callback(null, { text: call.metadata.get("authorization").join() });
    } else if (text === "nothing") {
      callback({ code: grpc.status.NOT_FOUND, details: "there is nothing" });
    } else {
      callback(null, { text: `sent ${text}` });
    }
  },
  collect(call: grpc.ServerReadableStream<Note, Note>, callback: grpc.sendUnaryData<Note>) {
    const texts: string[] = [];
    call.on("data", ({ text }: Note) => texts.push(text));
    call.on("end", () => callback(null, { text: texts.join("+"), count: texts.length }));
  },
  expand(call: grpc.ServerWritableStream<Note, Note>) {
    const { text, count = 0 } = call.request;
    for (let i = 0; i < count; i++) call.write({ text: `${text} ${i}`, count: i });
    call.end();
  },
  chat(call: grpc.ServerDuplexStream<Note, Note>) {
    call.on("data", ({ text }: Note) => call.write({ text: `heard ${text}` }));
    call.on("end", () => call.end());
  },
};

const server = new grpc.Server();
// The definition of a service is that, whatever else may be in a package.
server.addService(definitions["behaviour.v1.Notes"] as grpc.ServiceDefinition, notes);
new ReflectionService(definitions, { services: ["behaviour.v1.Notes"] }).addToServer(server);
server.bindAsync(process.argv[2] as string, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
  console.log("bound");
});
