/**
 * Files of Google's that most services with HTTP rules import, without the prose. They are part of googleapis
 * (Copyright Google LLC, Apache License 2.0).
 *
 * @see https://github.com/googleapis/googleapis/tree/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google
 */
export const googleApiProtos: Readonly<Record<string, string>> = {
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

  "google/api/field_behavior.proto": `
syntax = "proto3";
package google.api;
import "google/protobuf/descriptor.proto";
extend google.protobuf.FieldOptions {
  repeated FieldBehavior field_behavior = 1052 [packed = false];
}
enum FieldBehavior {
  FIELD_BEHAVIOR_UNSPECIFIED = 0;
  OPTIONAL = 1;
  REQUIRED = 2;
  OUTPUT_ONLY = 3;
  INPUT_ONLY = 4;
  IMMUTABLE = 5;
  UNORDERED_LIST = 6;
  NON_EMPTY_DEFAULT = 7;
  IDENTIFIER = 8;
}`,

  "google/api/resource.proto": `
syntax = "proto3";
package google.api;
import "google/protobuf/descriptor.proto";
extend google.protobuf.FieldOptions {
  ResourceReference resource_reference = 1055;
}
extend google.protobuf.FileOptions {
  repeated ResourceDescriptor resource_definition = 1053;
}
extend google.protobuf.MessageOptions {
  ResourceDescriptor resource = 1053;
}
message ResourceDescriptor {
  enum History {
    HISTORY_UNSPECIFIED = 0;
    ORIGINALLY_SINGLE_PATTERN = 1;
    FUTURE_MULTI_PATTERN = 2;
  }
  enum Style {
    STYLE_UNSPECIFIED = 0;
    DECLARATIVE_FRIENDLY = 1;
  }
  string type = 1;
  repeated string pattern = 2;
  string name_field = 3;
  History history = 4;
  string plural = 5;
  string singular = 6;
  repeated Style style = 10;
}
message ResourceReference {
  string type = 1;
  string child_type = 2;
}`,

  "google/api/httpbody.proto": `
syntax = "proto3";
package google.api;
import "google/protobuf/any.proto";
// Bytes of any kind: over HTTP they are the body itself.
message HttpBody {
  // The content type of the bytes, as in the HTTP header.
  string content_type = 1;
  // The bytes.
  bytes data = 2;
  // Metadata that the application defines.
  repeated google.protobuf.Any extensions = 3;
}`,

  "google/rpc/status.proto": `
syntax = "proto3";
package google.rpc;
import "google/protobuf/any.proto";
// How a call ended.
message Status {
  // A value of google.rpc.Code.
  int32 code = 1;
  // What went wrong, for developers.
  string message = 2;
  // More about it, for programs.
  repeated google.protobuf.Any details = 3;
}`,
};

/** The options that `google/api/client.proto` declares; the rest of it describes client libraries. */
export const clientOptions = `
syntax = "proto3";
package google.api;
import "google/protobuf/descriptor.proto";
extend google.protobuf.MethodOptions {
  repeated string method_signature = 1051;
}
extend google.protobuf.ServiceOptions {
  string default_host = 1049;
  string oauth_scopes = 1050;
  string api_version = 525000001;
}`;
