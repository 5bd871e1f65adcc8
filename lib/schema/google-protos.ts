import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";

const require = createRequire(import.meta.url);

/**
 * Add the types of a `google/protobuf/` file to a root, as `@grpc/proto-loader` has them: their fields have the same
 * names whatever `keepCase` says. False if there is no such file.
 *
 *     addWellKnownTypes(root, "google/protobuf/timestamp.proto")   // true
 *     addWellKnownTypes(root, "google/api/http.proto")             // false
 */
export function addWellKnownTypes(root: protobuf.Root, file: string): boolean {
  const json = findWellKnownJson(file);
  if (json === undefined) return false;
  for (const dependency of wellKnownDependencies[file] ?? []) addWellKnownTypes(root, dependency);
  const namespace = root.define("google.protobuf");
  const types = json.nested!.google!.nested!.protobuf!.nested!;
  for (const [name, type] of Object.entries(types)) {
    // Some of these files repeat the types of others.
    if (namespace.get(name) === null) namespace.addJSON({ [name]: structuredClone(type) });
  }
  return true;
}

interface NamespaceJson {
  readonly nested?: Readonly<Record<string, NamespaceJson & protobuf.AnyNestedObject>>;
}

function findWellKnownJson(file: string): NamespaceJson | undefined {
  if (!file.startsWith("google/protobuf/")) return undefined;
  const common = protobuf.common.get(file);
  if (common !== null) return common;
  // These are in the package of protobufjs, but `protobuf.common` does not know them.
  const match = /^google\/protobuf\/(api|descriptor|source_context|type|compiler\/plugin)\.proto$/.exec(file);
  return match === null ? undefined : require(`protobufjs/google/protobuf/${match[1]}.json`);
}

const wellKnownDependencies: Readonly<Record<string, readonly string[]>> = {
  "google/protobuf/type.proto": ["google/protobuf/any.proto", "google/protobuf/source_context.proto"],
  "google/protobuf/api.proto": ["google/protobuf/type.proto"],
  "google/protobuf/compiler/plugin.proto": ["google/protobuf/descriptor.proto"],
};

/** The text of a file of Google's that is so common and small that it is carried along. */
export function findGoogleApiProto(name: string): string | undefined {
  return Object.hasOwn(googleApiProtos, name) ? googleApiProtos[name] : undefined;
}

/** Add a file that needs no file: one of the well-known types, or one that is carried along. */
export function addBuiltInFile(root: protobuf.Root, file: string, keepCase: boolean): boolean {
  if (addWellKnownTypes(root, file)) return true;
  const text = findGoogleApiProto(file);
  if (text === undefined) return false;
  const { imports = [] } = protobuf.parse(text, root, { keepCase });
  for (const name of imports) addBuiltInFile(root, name, keepCase);
  return true;
}

/** The folder of the google-proto-files package, if it is installed beside the application or beside us. */
export function findGoogleProtoFiles(): string | undefined {
  for (const origin of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return dirname(createRequire(origin).resolve("google-proto-files/package.json"));
    } catch {
      // It is not installed there.
    }
  }
  return undefined;
}

const googleApiProtos: Record<string, string> = {
  "google/api/annotations.proto": `
syntax = "proto3";
package google.api;
import "google/api/http.proto";
import "google/protobuf/descriptor.proto";
extend google.protobuf.MethodOptions {
  HttpRule http = 72295728;
}`,

  // The copy in protobufjs has no response_body.
  "google/api/http.proto": `
syntax = "proto3";
package google.api;
message Http {
  repeated HttpRule rules = 1;
  bool fully_decode_reserved_expansion = 2;
}
message HttpRule {
  string selector = 1;
  oneof pattern {
    string get = 2;
    string put = 3;
    string post = 4;
    string delete = 5;
    string patch = 6;
    CustomHttpPattern custom = 8;
  }
  string body = 7;
  string response_body = 12;
  repeated HttpRule additional_bindings = 11;
}
message CustomHttpPattern {
  string kind = 1;
  string path = 2;
}`,

  "google/api/httpbody.proto": `
syntax = "proto3";
package google.api;
import "google/protobuf/any.proto";
// Arbitrary bytes: over HTTP they are the body itself.
message HttpBody {
  // The content type of the bytes, as in the HTTP header.
  string content_type = 1;
  // The body.
  bytes data = 2;
  // Metadata of the application.
  repeated google.protobuf.Any extensions = 3;
}`,
};
