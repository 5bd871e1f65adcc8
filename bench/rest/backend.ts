import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { answerQuestions } from "./answer-questions.js";
import { mixed } from "./books.js";
import { createLibrary } from "./library.js";
import { loadLibraryClient, toGrpc } from "./plain-grpc.js";

// The plain grpc-js server that proxies call: backend.ts unix:/tmp/x.sock

const library = createLibrary(toGrpc({ ...mixed, cover: Buffer.from(mixed.cover, "base64") }));

type Handle = (request: object) => Promise<object>;

function unary(handle: unknown) {
  return ({ request }: ServerUnaryCall<object, object>, callback: sendUnaryData<object>) => {
    (handle as Handle)(request).then((response) => callback(null, response), callback);
  };
}

async function watchBooks(call: ServerWritableStream<{ count: number; linger: boolean }, object>) {
  for await (const book of library.watchBooks(call.request)) {
    if (!call.write(book)) await new Promise((resolve) => call.once("drain", resolve));
  }
  call.end();
}

const server = new Server();
server.addService(loadLibraryClient({ bytes: Buffer }).service, {
  getBook: unary(library.getBook),
  createBook: unary(library.createBook),
  createMixed: unary(library.createMixed),
  listMixed: unary(library.listMixed),
  importMixed: unary(library.importMixed),
  watchBooks,
});
server.bindAsync(process.argv[2] as string, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  console.log(0);
});
answerQuestions();
