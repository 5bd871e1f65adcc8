import type { MethodDefinition, ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Representation } from "./representation.js";
import type { Method, Service } from "./schema.js";
import { createSerializer } from "./serializer.js";

/** A message as handlers have it. */
type Message = Record<string, unknown>;

/** What `@grpc/proto-loader` gives for a method, but for the descriptors of its types. */
export interface LoadedMethodDefinition extends MethodDefinition<Message, Message> {
  /** The name that handlers may have as well: `"sayHello"`. */
  readonly originalName: string;
  /** The options of the method in the source, custom ones under `"(google.api.http)"`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * The `ServiceDefinition` of a service for `@grpc/grpc-js`: for `Server#addService`, or to make a client of.
 *
 *     const definition = serviceDefinition(schema.services[0], schema.representation);
 *     definition.SayHello.path            // "/greet.v1.Greeter/SayHello"
 *     definition.SayHello.originalName    // "sayHello"
 */
export function serviceDefinition(
  service: Service,
  representation: Representation,
): ServiceDefinition<UntypedServiceImplementation> & Readonly<Record<string, LoadedMethodDefinition>> {
  return Object.fromEntries(
    service.methods.map((method) => [method.name, methodDefinition(method, representation)]),
  );
}

function methodDefinition(method: Method, representation: Representation): LoadedMethodDefinition {
  const request = createSerializer(method.requestType, representation);
  const response = createSerializer(method.responseType, representation);
  return {
    path: method.path,
    requestStream: method.isStreamingRequest,
    responseStream: method.isStreamingResponse,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
    originalName: originalName(method.name),
    options: readOptions(method),
  };
}

/**
 * The camelCase of proto-loader, which also parts words at digits and within capitals.
 *
 *     originalName("GetIAMPolicy2")   // "getIamPolicy2"
 */
function originalName(name: string): string {
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+(?=_|[A-Z][a-z]|$)|[A-Z]+|\d+/g) ?? [];
  return words
    .map((word) => word.toLowerCase())
    .map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

function readOptions(method: Method): Record<string, unknown> {
  const { parsedOptions = [] } = method.reflection;
  return Object.assign(
    { deprecated: false, idempotency_level: "IDEMPOTENCY_UNKNOWN", uninterpreted_option: [] },
    ...(parsedOptions ?? []),
  );
}
