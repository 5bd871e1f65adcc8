import type { Endpoint } from "../call/endpoint.js";
import { createBinaryCoding, type MessageCoding } from "../rpc/message-coding.js";
import type { Services } from "../services.js";
import { createHandlerOptions, type FaultOptions, type GrpcHandlerOptions } from "./handler-options.js";

/** What serves a method, and how its calls are answered when they fail. */
export interface ServedMethod {
  readonly endpoint: Endpoint;
  readonly coding: MessageCoding;
  readonly options: GrpcHandlerOptions;
}

/** All methods by their path, as in `"/greet.v1.Greeter/SayHello"`. */
export function collectMethods(
  all: readonly Services[],
  options: FaultOptions,
): ReadonlyMap<string, ServedMethod> {
  return new Map(
    all.flatMap((services) => {
      const handlerOptions = createHandlerOptions(services, options);
      return services.schema.services
        .flatMap(({ methods }) => methods)
        .map(({ path }) => {
          const endpoint = services.endpoint(path);
          return [path, { endpoint, coding: createBinaryCoding(endpoint), options: handlerOptions }];
        });
    }),
  );
}
