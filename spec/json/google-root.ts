import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";

const { getProtoPath } = createRequire(import.meta.url)("google-proto-files") as { getProtoPath(): string };
const googleProtos = dirname(getProtoPath());
const conformanceProtos = join(import.meta.dirname, "../cases/conformance");

/** A root with some `.proto` files of google-proto-files and of protobuf's conformance suite, resolved. */
export function loadRoot(files: readonly string[], options: protobuf.IParseOptions = {}): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => {
    if (protobuf.common.get(target) !== null) return target;
    return join(target.includes("test_messages") ? conformanceProtos : googleProtos, target);
  };
  root.loadSync([...files], options);
  root.resolveAll();
  return root;
}

/** APIs with many kinds of fields: maps, oneofs, enums, nested and recursive types, Any, Struct, wrappers, bytes. */
export const apiFiles: readonly string[] = [
  "google/rpc/error_details.proto",
  "google/rpc/status.proto",
  "google/longrunning/operations.proto",
  "google/pubsub/v1/pubsub.proto",
  "google/firestore/v1/firestore.proto",
  "google/logging/v2/logging.proto",
  "google/monitoring/v3/metric_service.proto",
  "google/spanner/v1/spanner.proto",
  "google/bigtable/v2/bigtable.proto",
  "google/cloud/dialogflow/cx/v3/session.proto",
  "google/cloud/talent/v4/job_service.proto",
  "google/cloud/documentai/v1/document.proto",
  "google/devtools/cloudbuild/v1/cloudbuild.proto",
  "google/type/expr.proto",
  "google/type/money.proto",
];

/** The message types that protobuf tests its own implementations with: proto2, proto3 and editions. */
export const testMessageFiles: readonly string[] = [
  "google/protobuf/test_messages_proto2.proto",
  "google/protobuf/test_messages_proto3.proto",
  "google/protobuf/test_messages_proto2_editions.proto",
  "google/protobuf/test_messages_proto3_editions.proto",
  "google/protobuf/test_messages_edition2023.proto",
];

/** All message types of a root but those of a namespace. */
export function messageTypes(
  root: protobuf.Root,
  isWanted: (type: protobuf.Type) => boolean,
): protobuf.Type[] {
  const types: protobuf.Type[] = [];
  const visit = (namespace: protobuf.NamespaceBase): void => {
    for (const object of namespace.nestedArray) {
      if (object instanceof protobuf.Type && isWanted(object)) types.push(object);
      if (object instanceof protobuf.Namespace) visit(object);
    }
  };
  visit(root);
  return types;
}
