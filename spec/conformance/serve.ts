import type { AddressInfo } from "node:net";
import { setDefaultHighWaterMark } from "node:stream";
import { listen, loadServices } from "../../lib/index.js";
import { createConformanceService } from "./conformance-service.js";

// A server under test, as the runner of the conformance suite starts it: told on its standard input what to serve, it
// answers on its standard output where, and serves until it is killed.

// Over TLS, node's HTTP/1.1 parser takes a request for broken (HPE_PAUSED) when it comes in several records before a
// large response to the one before it has drained, which the clients of the suite are quick enough to do.
setDefaultHighWaterMark(false, 1024 * 1024);

const folder = process.argv[2] as string;
const files = ["service", "server_compat"].map((name) => `connectrpc/conformance/v1/${name}.proto`);
const services = await loadServices(files, { includeDirs: [folder] });
const request = services.json("connectrpc.conformance.v1.ServerCompatRequest");
const response = services.json("connectrpc.conformance.v1.ServerCompatResponse");

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
  const input = Buffer.concat(chunks);
  if (input.length < 4 || input.length < 4 + input.readUInt32BE(0)) continue;
  await serve(JSON.parse(request.fromBinary(input.subarray(4, 4 + input.readUInt32BE(0)))));
}

interface ServerRequest {
  readonly useTls?: boolean;
  readonly clientTlsCert?: string;
  readonly messageReceiveLimit?: number;
  readonly serverCreds?: { readonly cert: string; readonly key: string };
}

async function serve({
  useTls,
  clientTlsCert,
  messageReceiveLimit,
  serverCreds,
}: ServerRequest): Promise<void> {
  services.add("connectrpc.conformance.v1.ConformanceService", createConformanceService(services));
  const limit =
    messageReceiveLimit === undefined || messageReceiveLimit === 0 ? 4 * 1024 * 1024 : messageReceiveLimit;
  const cert = Buffer.from(serverCreds?.cert ?? "", "base64");
  const ca = Buffer.from(clientTlsCert ?? "", "base64");
  const { address } = await listen(services, {
    host: "127.0.0.1",
    port: 0,
    protocols: "all",
    bodyLimit: limit,
    channelOptions: { "grpc.max_receive_message_length": limit },
    ...(useTls === true
      ? {
          tls: {
            cert,
            key: Buffer.from(serverCreds?.key ?? "", "base64"),
            ...(ca.length > 0 ? { ca, requestCert: true, rejectUnauthorized: true } : {}),
          },
        }
      : {}),
  });
  const { port } = address as AddressInfo;
  const answer = response.toBinary(
    JSON.stringify({
      host: "127.0.0.1",
      port,
      ...(useTls === true ? { pemCert: cert.toString("base64") } : {}),
    }),
  );
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(answer.length);
  process.stdout.write(Buffer.concat([prefix, answer]));
}
