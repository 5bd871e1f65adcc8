import type { ServiceDefinition } from "@grpc/grpc-js";
import type protobuf from "protobufjs";
import { Endpoint, type MessageForm } from "./call/endpoint.js";
import { implement, type MethodImplementation } from "./call/implement.js";
import type { InterceptorSource } from "./call/interceptor.js";
import type { Message } from "./call/message.js";
import type { Binding } from "./http-rule/binding.js";
import { compileBindings } from "./http-rule/compile-binding.js";
import { createRouter, type Router } from "./http-rule/router.js";
import type { JsonCodecs, JsonSwitches } from "./json/codec.js";
import { createJsonCodecs } from "./json/create-json-codecs.js";
import { ConfigError, type ConfigFault, type Report } from "./schema/config-error.js";
import { type LoadOptions, loadSchema, loadSchemaSync, type SchemaSource } from "./schema/load-schema.js";
import type { Representation } from "./schema/representation.js";
import type { Method, MethodKind, Schema, Service } from "./schema/schema.js";
import { createSerializer } from "./schema/serializer.js";
import { serviceDefinition } from "./schema/service-definition.js";
import { didYouMean } from "./schema/suggest-name.js";

/**
 * What serves a service: an object with a function for each method, under the method's name as declared
 * (`SayHello`) or with a small first letter (`sayHello`). Methods without one answer UNIMPLEMENTED.
 */
export type ServiceImplementation = Readonly<Record<string, MethodImplementation>> | object;

/** One HTTP rule: `{ httpMethod: "GET", template: "/v1/greeter/{name}", method: "greet.v1.Greeter.SayHello", … }` */
export interface RouteSummary {
  /** `"*"` for any. */
  readonly httpMethod: string;
  readonly template: string;
  readonly method: string;
  readonly kind: MethodKind;
}

export interface AddOptions {
  /** Run inside the global ones, in this order. */
  readonly interceptors?: readonly InterceptorSource[] | undefined;
}

/** The ProtoJSON of one message type, from text to the handlers' form and to bytes, and back. */
export interface JsonCodec {
  /** JSON text → the message as a handler sees it. */
  decode(text: string, switches?: JsonSwitches): Message;
  /** A message as handlers make it → JSON text. */
  encode(message: Message, switches?: JsonSwitches): string;
  /** JSON text → protobuf bytes. */
  toBinary(text: string, switches?: JsonSwitches): Uint8Array;
  /** Protobuf bytes → JSON text. */
  fromBinary(bytes: Uint8Array, switches?: JsonSwitches): string;
}

/**
 * Load services from `.proto` files, a descriptor set, a protobufjs `Root` or a proto-loader package definition.
 *
 *     const services = await loadServices("proto/greet/v1/greet.proto", { includeDirs: ["proto"] });
 *
 * `google/api/annotations.proto`, `google/api/http.proto` and `google/protobuf/*` need no include folder; other
 * `google/*` imports are found in the package google-proto-files when it is installed.
 *
 * @throws ConfigError with every fault of every file: imports, syntax, HTTP rules.
 */
export async function loadServices(source: SchemaSource, options: LoadOptions = {}): Promise<Services> {
  const faults: ConfigFault[] = [];
  return createServices(await loadSchema(source, options, (fault) => faults.push(fault)), faults);
}

/** Like `loadServices`, but blocking. */
export function loadServicesSync(source: SchemaSource, options: LoadOptions = {}): Services {
  const faults: ConfigFault[] = [];
  return createServices(
    loadSchemaSync(source, options, (fault) => faults.push(fault)),
    faults,
  );
}

/** @param faults those of the schema; what else is wrong is told together with them. */
function createServices(schema: Schema, faults: ConfigFault[]): Services {
  const report: Report = (fault) => {
    const place = fault.method === undefined ? {} : schema.locate(fault.method, fault.template);
    faults.push({ ...fault, ...place });
  };
  const bindings = compileBindings(schema.services, report);
  const router = createRouter(bindings, report);
  if (faults.length > 0) throw new ConfigError(faults);
  return new Services({ schema, bindings, router });
}

interface Parts {
  readonly schema: Schema;
  readonly bindings: readonly Binding[];
  readonly router: Router;
}

/** Loaded services: give them implementations, then hand them to a host. */
export class Services {
  /** @internal */
  readonly schema: Schema;
  /** @internal Every HTTP rule, compiled. */
  readonly bindings: readonly Binding[];
  /** @internal The router of all bindings. */
  readonly router: Router;
  /** @internal */
  readonly representation: Representation;
  /** @internal */
  readonly codecs: JsonCodecs;
  readonly #interceptors: InterceptorSource[] = [];
  readonly #endpoints = new Map<string, Endpoint>();

  /** Made by `loadServices`. */
  constructor({ schema, bindings, router }: Parts) {
    const { representation } = schema;
    this.schema = schema;
    this.bindings = bindings;
    this.router = router;
    this.representation = representation;
    this.codecs = createJsonCodecs(schema.root, representation);
    for (const method of schema.services.flatMap((service) => service.methods)) {
      const form = createMessageForm(method, representation);
      this.#endpoints.set(method.path, new Endpoint(method, form, this.#interceptors));
    }
  }

  /**
   * Serve a service with an implementation, as `grpc.Server#addService` takes it, or returning promises and async
   * iterables.
   *
   *     services.add("greet.v1.Greeter", {
   *       async sayHello(call) {
   *         return { message: `Hello ${call.request.name}` };
   *       },
   *     });
   *
   * A `ServiceDefinition` made elsewhere is served in its own form of messages.
   *
   * @throws ConfigError when no such service was loaded, or it has been added before, or nothing in the
   *   implementation is one of its methods.
   */
  add(
    service: string | ServiceDefinition,
    implementation: ServiceImplementation,
    options: AddOptions = {},
  ): this {
    const added =
      typeof service === "string"
        ? this.#resolveService(service).methods.map((method) => ({ method, form: undefined }))
        : this.#resolveDefinition(service);
    const implemented = added.flatMap(({ method, form }) => {
      const found = findImplementation(method, implementation);
      return found === undefined
        ? []
        : { endpoint: this.endpoint(method.path), handler: implement(method, found, implementation), form };
    });
    const names = added.map(({ method }) => method.name);
    if (implemented.length === 0) {
      throw new ConfigError([{ message: `the implementation has none of the methods ${names.join(", ")}` }]);
    }
    for (const { endpoint, handler, form } of implemented) {
      if (endpoint.isImplemented) {
        throw new ConfigError([
          { method: endpoint.method.fullName, message: "the method has been added before" },
        ]);
      }
      endpoint.implement(handler, form ?? endpoint.messages);
    }
    for (const { method } of added) this.endpoint(method.path).intercept(options.interceptors ?? []);
    return this;
  }

  /** Run interceptors around every call of every service, whichever protocol it comes by. */
  use(...interceptors: readonly InterceptorSource[]): this {
    this.#interceptors.push(...interceptors);
    for (const endpoint of this.#endpoints.values()) endpoint.recompose();
    return this;
  }

  /**
   * The grpc-js definition of a service, for `grpc.Server#addService`, `grpc.makeClientConstructor` and
   * `createClient`.
   *
   * @throws ConfigError when no such service was loaded.
   */
  definition(name: string): ServiceDefinition {
    return serviceDefinition(this.#resolveService(name), this.representation);
  }

  /**
   * The compiled JSON codec of a message type.
   *
   *     services.json("greet.v1.HelloRequest").decode('{"name":"Ada"}')   // { name: "Ada" }
   *
   * Switches are off unless given.
   *
   * @throws ConfigError when no such type was loaded.
   */
  json(typeName: string): JsonCodec {
    const type = this.#resolveType(typeName);
    const codec = (switches: JsonSwitches | undefined) =>
      (switches === undefined ? this.codecs : this.codecs.with(switches)).message(type);
    return {
      decode: (text, switches) => codec(switches).decode(text),
      encode: (message, switches) => codec(switches).encode(message),
      toBinary: (text, switches) => codec(switches).toBinary(text),
      fromBinary: (bytes, switches) => codec(switches).fromBinary(bytes),
    };
  }

  /** Every HTTP rule, in the order of declaration: what the routers serve. */
  get routes(): readonly RouteSummary[] {
    return this.bindings.map(({ httpMethod, template, method }) => ({
      httpMethod,
      template: template.text,
      method: method.fullName,
      kind: method.kind,
    }));
  }

  /** @internal What serves a method; `path` is one of a loaded method. */
  endpoint(path: string): Endpoint {
    const endpoint = this.#endpoints.get(path);
    if (endpoint === undefined) throw new Error(`no method ${path} was loaded`);
    return endpoint;
  }

  #resolveService(name: string): Service {
    const service = this.schema.services.find(({ fullName }) => fullName === name);
    if (service !== undefined) return service;
    const names = this.schema.services.map(({ fullName }) => fullName);
    throw new ConfigError([{ message: `no service "${name}" was loaded${didYouMean(name, names)}` }]);
  }

  #resolveDefinition(definition: ServiceDefinition): { method: Method; form: MessageForm }[] {
    return Object.values(definition).map(({ path, requestDeserialize, responseSerialize }) => {
      const method = this.#endpoints.get(path)?.method;
      if (method === undefined) {
        const hint = didYouMean(path, this.#endpoints.keys());
        throw new ConfigError([{ message: `no method "${path}" was loaded${hint}` }]);
      }
      const form: MessageForm = {
        deserializeRequest: (bytes) => requestDeserialize(Buffer.from(bytes)),
        serializeResponse: responseSerialize,
        isForeign: true,
      };
      return { method, form };
    });
  }

  #resolveType(name: string): protobuf.Type {
    try {
      return this.schema.root.lookupType(name);
    } catch (cause) {
      throw new ConfigError([{ message: `no message type "${name}" was loaded` }], { cause });
    }
  }
}

/** Serializers are compiled for their first message: a large API has thousands that are never used. */
function createMessageForm(method: Method, representation: Representation): MessageForm {
  let request: ReturnType<typeof createSerializer> | undefined;
  let response: ReturnType<typeof createSerializer> | undefined;
  return {
    deserializeRequest(bytes) {
      request ??= createSerializer(method.requestType, representation);
      return request.deserialize(bytes);
    },
    serializeResponse(message) {
      response ??= createSerializer(method.responseType, representation);
      return response.serialize(message);
    },
    isForeign: false,
  };
}

/** As grpc-js finds it: under either spelling. */
function findImplementation(method: Method, implementation: object): MethodImplementation | undefined {
  const smallFirst = method.name.charAt(0).toLowerCase() + method.name.slice(1);
  for (const name of [method.name, smallFirst]) {
    const found: unknown = Reflect.get(implementation, name);
    if (typeof found === "function") return found as MethodImplementation;
  }
  return undefined;
}
