import { nodeProgram, type Program } from "./server-process.js";

/** A server that takes part. */
export interface Contestant {
  readonly title: string;
  readonly protocol: "rest" | "connect";
  readonly server: (target: string) => Program;
  /** The gRPC server that it calls at the target; its time is counted as well. */
  readonly backend?: (target: string) => Program;
}

export const nodeHttp = alone("node:http by hand", "node-http");
export const expressRoute = alone("Express by hand", "express");
export const transcoder = alone("createTranscoder", "create-transcoder");
export const transcoderInExpress = alone("transcodingRouter in Express", "transcoding-router");
export const connectNode: Contestant = { ...alone("connect-node", "connect-node"), protocol: "connect" };
export const connectExpress: Contestant = {
  ...alone("connect-express", "connect-express"),
  protocol: "connect",
};
export const grpcProxy = inFront("Express, grpc-js client, grpc-js server", "grpc-proxy");
export const remote = inFront("createTranscoder, addRemote, grpc-js server", "remote");

/** A file of listeners/. */
function alone(title: string, file: string): Contestant {
  return { title, protocol: "rest", server: () => nodeProgram("serve.ts", file) };
}

/** The same in front of a plain grpc-js server. */
function inFront(title: string, file: string): Contestant {
  return {
    title,
    protocol: "rest",
    server: (target) => nodeProgram("serve.ts", file, target),
    backend: (target) => nodeProgram("backend.ts", target),
  };
}
