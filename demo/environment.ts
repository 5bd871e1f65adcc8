import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the demo listens, and where its client finds it. */
export interface DemoPlaces {
  /** The TCP port of Express. */
  readonly port: number;
  /** The TCP port of native gRPC. */
  readonly grpcPort: number;
  /** The path of the Unix socket of native gRPC. */
  readonly socket: string;
}

/**
 * Read PORT, GRPC_PORT and SOCKET.
 *
 *     PORT=8080 npm run demo
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): DemoPlaces {
  return {
    port: readPort("PORT", environment.PORT ?? "3000"),
    grpcPort: readPort("GRPC_PORT", environment.GRPC_PORT ?? "50051"),
    socket: environment.SOCKET ?? join(tmpdir(), "express-grpc-transcoding-demo.sock"),
  };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new RangeError(`${name} is "${text}": it must be a port, 0 to 65535 (0 for any that is free)`);
}
