import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { answerQuestions } from "./answer-questions.js";

// One of the servers of the bench: serve.ts <file in listeners/> [target of the backend]

const [name = "", target] = process.argv.slice(2);
const { createListener }: { createListener(target?: string): RequestListener | Promise<RequestListener> } =
  await import(`./listeners/${name}.ts`);

// Connections are idle while it is the turn of others.
const server = createServer({ keepAliveTimeout: 0 }, await createListener(target));
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
answerQuestions();
