import { isWithin } from "../openapi/select-bindings.js";
import type { Service } from "../schema/schema.js";
import { didYouMean } from "../schema/suggest-name.js";
import type { TranscodingOptions } from "../server/http-handler.js";
import { listen } from "../server/listen.js";
import { createServedRoutes } from "../server/served-routes.js";
import { defineCommand } from "./command.js";
import { gatewayOptions, readGatewayOptions } from "./gateway-options.js";
import { aboutProtos, loadProtos, readLoadOptions, sourceOptions } from "./load-protos.js";
import { placeOptions, printPlace, readPlace } from "./place-options.js";
import { explainMissingRoutes, printRoutes } from "./print-routes.js";
import { reflectProtos } from "./reflect-protos.js";
import { readHeaders, readRemoteOptions, readTarget, targetOptions } from "./target-options.js";
import { UsageError } from "./usage-error.js";

/** Serves a running gRPC server as REST. */
export const serveCommand = defineCommand({
  name: "serve",
  usage: "<protos...>|--reflect --target <address> [options]",
  about: `Serve a running gRPC server as REST and JSON: a gateway that forwards every call, with its metadata, deadline and cancellation. The same port answers native gRPC, /openapi.json and, where swagger-ui-dist is installed, /docs.

It listens on 127.0.0.1 unless --host says otherwise, since it asks nobody for a password and hands on what it is sent, tokens included. It sends no CORS headers. SIGINT and SIGTERM stop it; calls in flight have ten seconds to end.

${aboutProtos}`,
  options: {
    ...targetOptions,
    service: {
      type: "string",
      multiple: true,
      value: "<name>",
      help: "forward this service, or all of this package, and no others",
    },
    ...sourceOptions,
    ...placeOptions,
    ...gatewayOptions,
  },
  examples: [
    "--reflect --target localhost:50051",
    "library/v1/library.proto -I proto --target unix:/run/library.sock --port 3000",
  ],
  async run({ positionals, values }, terminal) {
    const target = readTarget(values);
    const gateway = await readGatewayOptions(values);
    const place = await readPlace(values);
    const remote = await readRemoteOptions(values);
    const reflection = { ...remote, metadata: readHeaders(values["reflect-header"]) };
    if (values.reflect && positionals.length > 0)
      throw new UsageError("name <protos...> or say --reflect, not both");
    if (!values.reflect && positionals.length === 0)
      throw new UsageError("name a .proto file, or a descriptor set; or say --reflect");

    const { services, own } = values.reflect
      ? await reflectProtos(target, reflection, readLoadOptions(values))
      : await loadProtos(positionals, values, terminal);
    const chosen = chooseServices(own, values.service);
    for (const { fullName } of chosen) services.addRemote(fullName, target, remote);
    const { address, shutdown } = await listen(services, { ...gateway, ...place });

    terminal.stdout.write(`listening on ${printPlace(address, values)}, for ${target}\n`);
    // The other protocols reach every method, at the path of gRPC.
    if (servesRest(gateway)) {
      const { bindings } = createServedRoutes(services, values.unannotated ?? false).current();
      if (bindings.length > 0) terminal.stdout.write(`\n${printRoutes(bindings, terminal.stdout)}`);
      terminal.stderr.write(explainMissingRoutes(chosen, bindings));
    }
    await terminal.untilStopped();
    await shutdown();
    services.close();
    return 0;
  },
});

function servesRest({ protocols = "all" }: TranscodingOptions): boolean {
  return protocols === "all" || protocols.includes("rest");
}

function chooseServices(own: readonly Service[], names: readonly string[] | undefined): readonly Service[] {
  if (names === undefined) return own;
  const known = own.map(({ fullName }) => fullName);
  for (const name of names) {
    if (known.some((fullName) => isWithin(fullName, name))) continue;
    throw new UsageError(`there is no service or package "${name}"${didYouMean(name, known)}`);
  }
  return own.filter(({ fullName }) => names.some((name) => isWithin(fullName, name)));
}
