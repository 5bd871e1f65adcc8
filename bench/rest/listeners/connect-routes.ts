import { create, createFileRegistry, fromJson, type Message } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { ConnectRouter } from "@connectrpc/connect";
import { mixed } from "../books.js";
import { describeLibrary } from "../describe-library.js";
import { createLibrary } from "../library.js";

/** The service for Connect, whose runtime works on descriptors whether code was generated from them or not. */
export async function createRoutes(): Promise<(router: ConnectRouter) => void> {
  const file = [...(await describeLibrary())];
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file }));
  const service = registry.getService("bench.Library");
  const type = registry.getMessage("bench.Mixed");
  if (service === undefined || type === undefined) throw new Error("library.proto is not described");
  const library = createLibrary<Message>(fromJson(type, mixed));
  return (router) => router.service(service, library as object);
}
