import { createServedRoutes } from "../server/served-routes.js";
import { summarizeRoute } from "../services.js";
import { defineCommand } from "./command.js";
import { aboutProtos, loadProtos, sourceOptions } from "./load-protos.js";
import { explainMissingRoutes, printRoutes } from "./print-routes.js";

/** Lists the HTTP routes of services. */
export const routesCommand = defineCommand({
  name: "routes",
  usage: "<protos...> [options]",
  about: `List the HTTP routes of services: HTTP method, path, gRPC method, and which side of it streams.

${aboutProtos}`,
  options: {
    ...sourceOptions,
    unannotated: {
      heading: "what to list",
      type: "boolean",
      help: "methods without a rule as well, at POST /package.Service/Method",
    },
    json: { type: "boolean", help: "as a JSON array of { httpMethod, template, method, kind }" },
  },
  examples: ["library/v1/library.proto -I proto", "- --json < api.binpb"],
  async run({ positionals, values }, terminal) {
    const { services, own } = await loadProtos(positionals, values, terminal);
    const { all } = createServedRoutes(services, values.unannotated ?? false);
    const bindings = all.filter(({ method }) => own.includes(method.service));
    if (values.json) terminal.stdout.write(`${JSON.stringify(bindings.map(summarizeRoute), null, 2)}\n`);
    else if (bindings.length > 0) terminal.stdout.write(printRoutes(bindings, terminal.stdout));
    terminal.stderr.write(explainMissingRoutes(own, bindings));
    return 0;
  },
});
