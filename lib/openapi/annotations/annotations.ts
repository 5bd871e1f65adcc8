import type protobuf from "protobufjs";
import type { Method, Service } from "../../schema/schema.js";
import type {
  Components,
  ExternalDocs,
  Info,
  JsonSchema,
  Operation,
  SecurityRequirement,
  Server,
  Tag,
} from "../document.js";

/**
 * What the protos say to OpenAPI generators, by the options of one of them; each part is laid over what comments
 * and types say.
 */
export interface Annotations {
  /** What the files of a service's package say of the whole API. */
  document(service: Service): DocumentPart;
  tag(service: Service): Partial<Tag>;
  operation(method: Method): Partial<Operation>;
  /** What bytes are, where a method takes or answers them. */
  contentTypes(method: Method): ContentTypes;
  message(type: protobuf.Type): JsonSchema;
  property(field: protobuf.Field): JsonSchema;
  enumeration(type: protobuf.Enum): JsonSchema;
  /** What the field is called as a parameter of a path. */
  pathName(field: protobuf.Field): string | undefined;
}

export interface ContentTypes {
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
}

/** The parts of a document that annotations have a say in. */
export interface DocumentPart {
  readonly info?: Partial<Info>;
  readonly servers?: readonly Server[];
  readonly security?: readonly SecurityRequirement[];
  readonly tags?: readonly Tag[];
  readonly externalDocs?: ExternalDocs;
  readonly components?: Components;
  readonly [extension: `x-${string}`]: unknown;
}

/** The schema of the message with this full name, for annotations that refer to one. */
export type ReferToMessage = (fullName: string) => JsonSchema | undefined;
