import type { Demo } from "./start.js";
import { createTour, type Step } from "./tour.js";

/** What the demo prints when it is ready: where it listens, its routes, and lines to paste into another shell. */
export function printWelcome(demo: Demo): string {
  return `
REST and JSON    ${demo.url}
native gRPC      ${demo.grpcAddress}
                 ${demo.socketAddress}
page             ${demo.url}/
                 ${demo.url}/browser, by gRPC-Web and Connect too
docs             ${demo.url}/docs
OpenAPI          ${demo.url}/openapi.json

Routes

${demo.routes.map((route) => `  ${route}`).join("\n")}

Try it, from another shell

${printSteps(createTour(demo.url))}

The same handlers, called natively over gRPC

${printSteps([
  { about: "the tour over the Unix socket", line: `npx tsx demo/client.ts ${demo.socketAddress}` },
  { about: "one call over TCP", line: printNativeCall(demo.grpcAddress) },
])}
`;
}

/** A native gRPC call in one line of shell. */
export function printNativeCall(grpcAddress: string): string {
  const script = [
    'import { createClient, loadServices } from "express-grpc-transcoding"',
    'const services = await loadServices("proto/greet/v1/greet.proto", { includeDirs: ["proto"] })',
    `const greeter = createClient(services.definition("greet.v1.Greeter"), "${grpcAddress}")`,
    'console.log(await greeter.sayHello({ name: "world" }))',
    "greeter.close()",
  ];
  return `npx tsx --input-type=module -e '${script.join("; ")}'`;
}

function printSteps(steps: readonly Step[]): string {
  return steps.map(({ about, line }) => `  ${about}\n    ${line}`).join("\n");
}
