import type protobuf from "protobufjs";
import type { ConfigFault, RulePart } from "./config-error.js";
import type { Representation } from "./representation.js";

/**
 * Everything that was loaded: the protobuf types and the services with their HTTP rules.
 *
 * Types and fields are protobufjs reflection objects, all resolved. Whatever the source was, `field.jsonName`,
 * `field.protoName` and `field.hasPresence` are right. Of `.proto` files and descriptor sets, `comment` is the comment
 * of the source, and `parsedOptions` has its options, custom ones under their full names: `"(google.api.http)"`. A
 * `Root` has what it was made with, a `PackageDefinition` less; `readOption` reads custom options of them all.
 */
export interface Schema {
  readonly root: protobuf.Root;
  readonly services: readonly Service[];
  /** How handlers see messages. */
  readonly representation: Representation;
  /** The files of a descriptor set as they were serialized; empty for any other source. */
  readonly files: readonly SchemaFile[];
  /** What the source does not tell, and where it is told: for whoever has a fault of it to report. */
  readonly lack?: string | undefined;
  /**
   * Find where a method, or a part of one of its HTTP rules, is written.
   *
   *     schema.locate("greet.v1.Greeter.SayHello", { rule: 0, member: "path", column: 1 })
   *     // { file: "greet.proto", line: 15, fileColumn: 13 }
   */
  locate(method: string, part?: RulePart): SourcePlace;
}

/** A place in a source file, as far as it is known. */
export type SourcePlace = Pick<ConfigFault, "file" | "line" | "fileColumn">;

export interface SchemaFile {
  /** The name by which other files import it. */
  readonly name: string;
  /** A serialized `google.protobuf.FileDescriptorProto`. */
  readonly bytes: Uint8Array;
}

export interface Service {
  /** `"Greeter"` */
  readonly name: string;
  /** `"greet.v1.Greeter"` */
  readonly fullName: string;
  readonly comment: string | undefined;
  /** The file that declares it, as the source names it. */
  readonly file: string | undefined;
  readonly isDeprecated: boolean;
  readonly methods: readonly Method[];
  readonly reflection: protobuf.Service;
}

/** Which sides of a method stream. */
export type MethodKind = "unary" | "client-streaming" | "server-streaming" | "duplex-streaming";

/** One RPC of a service. */
export interface Method {
  /** `"SayHello"`, as declared */
  readonly name: string;
  /** `"greet.v1.Greeter.SayHello"`, as selectors of a service configuration name it */
  readonly fullName: string;
  /** `"/greet.v1.Greeter/SayHello"`, as gRPC sends it */
  readonly path: string;
  readonly service: Service;
  readonly kind: MethodKind;
  readonly isStreamingRequest: boolean;
  readonly isStreamingResponse: boolean;
  /** As handlers and clients name it: `"sayHello"`. */
  readonly memberName: string;
  readonly requestType: protobuf.Type;
  readonly responseType: protobuf.Type;
  readonly comment: string | undefined;
  readonly isDeprecated: boolean;
  /** False where `option idempotency_level = NO_SIDE_EFFECTS` says so: its calls may be cached, and sent again. */
  readonly hasSideEffects: boolean;
  /** The `google.api.http` annotation: the main rule, then its additional bindings. Empty without one. */
  readonly rules: readonly HttpRule[];
  readonly reflection: protobuf.Method;
}

/**
 * One rule of a `google.api.http` annotation, as written.
 *
 *     get: "/v1/{name=shelves/*}"    // { httpMethod: "GET", template: "/v1/{name=shelves/*}", ... }
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/http.proto
 */
export interface HttpRule {
  /** `"GET"`, `"PUT"`, ..., a `custom` kind in upper case, or `"*"` for any method. */
  readonly httpMethod: string;
  readonly template: string;
  /** `""`, `"*"` or the proto name of a field. */
  readonly body: string;
  /** `""` or the proto name of a field. */
  readonly responseBody: string;
  /** Position within the annotation: 0 is the main rule, 1 the first additional binding. */
  readonly index: number;
}
