import { readEnvironment } from "./environment.js";
import { type Demo, startDemo } from "./start.js";
import { printWelcome } from "./welcome.js";

const demo = await start();
console.log(printWelcome(demo));

// A terminal sends Ctrl-C to npm and to this process, and npm passes it on: it must be heard more than once.
await new Promise((resolve) => process.on("SIGINT", resolve).on("SIGTERM", resolve));
await demo.stop();
console.log("stopped");

async function start(): Promise<Demo> {
  try {
    return await startDemo({ ...readEnvironment(process.env), log: console.log });
  } catch (error) {
    console.error(`the demo cannot start: ${error instanceof Error ? error.message : error}`);
    console.error("PORT, GRPC_PORT and SOCKET choose other places: PORT=3001 npm run demo");
    process.exit(1);
  }
}
