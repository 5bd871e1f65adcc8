import protobuf from "protobufjs";
import type { Report } from "./config-error.js";

/** What `load` of `@grpc/proto-loader` gives: service, message and enum definitions by full name. */
export interface PackageDefinition {
  readonly [fullName: string]: object;
}

export function loadPackageDefinition(
  definition: PackageDefinition,
  keepCase: boolean,
  report: Report,
): protobuf.Root {
  report({ message: "x" + keepCase + definition });
  return new protobuf.Root();
}
