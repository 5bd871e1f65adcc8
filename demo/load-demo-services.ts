import { fileURLToPath } from "node:url";
import { loadServices } from "express-grpc-transcoding";

const protoDir = fileURLToPath(new URL("../proto", import.meta.url));

/** Read the protos of the demo: server and client read the same ones. */
export function loadDemoServices() {
  return loadServices([`${protoDir}/greet/v1/greet.proto`, `${protoDir}/bookstore/v1/bookstore.proto`], {
    includeDirs: [protoDir],
  });
}
