import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Representation } from "./representation.js";
import type { Service } from "./schema.js";
import { createSerializer } from "./serializer.js";

export function serviceDefinition(service: Service, representation: Representation): ServiceDefinition {
  return Object.fromEntries(
    service.methods.map((method) => {
      const request = createSerializer(method.requestType, representation);
      const response = createSerializer(method.responseType, representation);
      return [
        method.name,
        {
          path: method.path,
          requestStream: method.kind === "client-streaming" || method.kind === "duplex-streaming",
          responseStream: method.kind === "server-streaming" || method.kind === "duplex-streaming",
          requestSerialize: request.serialize,
          requestDeserialize: request.deserialize,
          responseSerialize: response.serialize,
          responseDeserialize: response.deserialize,
          originalName: method.name.charAt(0).toLowerCase() + method.name.slice(1),
        },
      ];
    }),
  );
}
