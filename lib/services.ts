import type { ServiceDefinition } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { Endpoint } from "./call/endpoint.js";
import { findImplementation, findMisspelt } from "./call/find-implementation.js";
import { implement } from "./call/implement.js";
import { checkInterceptors, type ServerInterceptorSource } from "./call/interceptor.js";
import type { Message } from "./call/message.js";
import type { MessageForm } from "./call/message-form.js";
import type { MethodImplementation } from "./call/method-implementation.js";
import type { ImplementationOf } from "./call/typed-service.js";
import type { ConnectionOptions } from "./grpc/connect.js";
import { withCodecs } from "./grpc/definition-codecs.js";
import { createRemote, type Remote } from "./grpc/remote.js";
import type { Binding } from "./http-rule/binding.js";
import { compileBindings } from "./http-rule/compile-binding.js";
import { createRouter } from "./http-rule/router.js";
import type { JsonCodecs, JsonSwitches } from "./json/codec.js";
import { createJsonCodecs } from "./json/create-json-codecs.js";
import { checkOptionNames } from "./schema/check-option-names.js";
import { ConfigError, type ConfigFault, type Report } from "./schema/config-error.js";
import { type LoadOptions, loadSchema, loadSchemaSync, type SchemaSource } from "./schema/load-schema.js";
import type { Representation } from "./schema/representation.js";
import type { Method, MethodKind, Schema, Service } from "./schema/schema.js";
import { createSerializer } from "./schema/serializer.js";
import { serviceDefinition } from "./schema/service-definition.js";
import { didYouMean } from "./schema/suggest-name.js";
import { qualifiedName, typesIn } from "./schema/walk.js";

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
  /** Run inside the global ones, in this order. Interceptors of grpc-js run outside all others. */
  readonly interceptors?: readonly ServerInterceptorSource[] | undefined;
}

/** How to reach a service in another server, and what runs around its calls here. */
export interface AddRemoteOptions extends AddOptions, ConnectionOptions {}

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
  const report: Report = (fault, part) => {
    const place = fault.method === undefined ? {} : schema.locate(fault.method, part);
    faults.push({ ...fault, ...place });
  };
  const bindings = compileBindings(schema.services, report);
  createRouter(bindings, report);
  if (faults.length > 0) {
    const isOfRules = faults.some(({ method }) => method !== undefined);
    if (isOfRules && schema.lack !== undefined) faults.push({ message: schema.lack });
    throw new ConfigError(faults);
  }
  return new Services({ schema, bindings });
}

interface Parts {
  readonly schema: Schema;
  readonly bindings: readonly Binding[];
}

/** Loaded services: give them implementations, then hand them to a host. */
export class Services implements AsyncDisposable {
  /** @internal */
  readonly schema: Schema;
  /** @internal Every HTTP rule, compiled. */
  readonly bindings: readonly Binding[];
  /** @internal */
  readonly representation: Representation;
  /** @internal */
  readonly codecs: JsonCodecs;
  readonly #interceptors: ServerInterceptorSource[] = [];
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #remotes: Remote[] = [];
  #served: readonly Service[] | undefined;

  /** Made by `loadServices`. */
  constructor({ schema, bindings }: Parts) {
    const { representation } = schema;
    this.schema = schema;
    this.bindings = bindings;
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
   *   implementation is one of its methods, or something is nearly one.
   */
  add(service: string | ServiceDefinition, implementation: ServiceImplementation, options?: AddOptions): this;
  /**
   * The same, checked by the compiler.
   *
   *     services.add<Greeter>("greet.v1.Greeter", { … });
   *
   * `Greeter` is what `express-grpc-transcoding types` writes. Every method has to be there;
   * `Pick<Greeter, "sayHello">` asks for fewer.
   */
  add<Service>(
    service: string | ServiceDefinition,
    implementation: ImplementationOf<Service>,
    options?: AddOptions,
  ): this;
  add(service: string | ServiceDefinition, implementation: object, options: AddOptions = {}): this {
    checkOptionNames(options, ["interceptors"]);
    checkInterceptors(options.interceptors ?? []);
    const methods =
      typeof service === "string"
        ? this.#resolveService(service).methods.map((method) => ({ method, form: undefined }))
        : this.#resolveDefinition(service);
    const implemented = methods.flatMap(({ method, form }) => {
      const found = findImplementation(method, implementation);
      const endpoint = this.endpoint(method.path);
      if (found === undefined) return [];
      return { endpoint, handler: implement(method, found, implementation), form: form ?? endpoint.messages };
    });
    const misspelt = findMisspelt(
      methods.map(({ method }) => method),
      implementation,
    );
    if (misspelt.length > 0) throw new ConfigError(misspelt);
    if (implemented.length === 0) {
      const names = methods.map(({ method }) => method.name).join(", ");
      throw new ConfigError([{ message: `the implementation has none of the methods ${names}` }]);
    }
    refuseSecond(implemented.map(({ endpoint }) => endpoint));
    for (const { endpoint, handler, form } of implemented) endpoint.implement({ handler, messages: form });
    this.#served = undefined;
    const { interceptors = [] } = options;
    for (const { endpoint } of implemented) endpoint.intercept(interceptors);
    // Those who count calls also want to count the ones that nobody serves.
    for (const { method } of methods) {
      const endpoint = this.endpoint(method.path);
      if (!endpoint.isImplemented) endpoint.intercept(interceptors);
    }
    return this;
  }

  /**
   * Serve a service that lives in another server: calls are forwarded there, whichever protocol they come by.
   *
   *     services.addRemote("greet.v1.Greeter", "unix:/run/greeter.sock");
   *     services.addRemote("greet.v1.Greeter", "dns:///greeter:50051", {
   *       credentials: credentials.createSsl(),
   *       channelOptions: {
   *         "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
   *         "grpc.keepalive_time_ms": 30_000,
   *       },
   *     });
   *
   * Connections are kept until `close`. While there are no interceptors, messages are not looked into: REST goes from
   * JSON to bytes, native gRPC passes bytes on. A server that cannot be reached is UNAVAILABLE (503).
   *
   * @throws ConfigError when no such service was loaded, when it has been added before, and for a target that no server
   *   can have.
   */
  addRemote(service: string, target: string, options: AddRemoteOptions = {}): this {
    const endpoints = this.#resolveService(service).methods.map(({ path }) => this.endpoint(path));
    refuseSecond(endpoints);
    checkOptionNames(options, ["interceptors", "credentials", "channelOptions", "connectTimeout"]);
    checkInterceptors(options.interceptors ?? []);
    const remote = createRemote(target, options, this);
    this.#remotes.push(remote);
    this.#served = undefined;
    for (const endpoint of endpoints) {
      const { implementation, bare } = remote.implement(endpoint.method, endpoint.messages);
      endpoint.implement(implementation, bare);
      endpoint.intercept(options.interceptors ?? []);
    }
    return this;
  }

  /**
   * Close the connections to remote servers; calls in flight go on. `await using services = …` does it at the end of
   * a block.
   */
  close(): void {
    for (const remote of this.#remotes) remote.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /**
   * Run interceptors around every call of every service, whichever protocol it comes by: the first one outermost, those
   * of grpc-js outside all others.
   *
   *     services.use(new LoggingInterceptor(), [RateLimit, { perSecond: 100 }]);
   */
  use(...interceptors: readonly ServerInterceptorSource[]): this {
    checkInterceptors(interceptors);
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
    return withCodecs(serviceDefinition(this.#resolveService(name), this.representation), this.codecs);
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
    return this.bindings.map(summarizeRoute);
  }

  /**
   * @internal The services that have been added; all, as long as none has been. A file that imports another does not
   * mean to serve what is in it.
   */
  get served(): readonly Service[] {
    this.#served ??= this.#findServed();
    return this.#served;
  }

  #findServed(): readonly Service[] {
    const { services } = this.schema;
    const added = services.filter(({ methods }) =>
      methods.some(({ path }) => this.endpoint(path).isImplemented),
    );
    return added.length === 0 ? services : added;
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
    const { root } = this.schema;
    const fullName = name.startsWith(".") ? name : `.${name}`;
    // It also finds what only ends with the name.
    const type = root.lookup(fullName);
    if (type instanceof protobuf.Type && type.fullName === fullName) return type;
    const types = Array.from(typesIn(root)).filter((other) => other instanceof protobuf.Type);
    const partial = types.filter((other) => name !== "" && other.fullName.endsWith(fullName));
    const hint =
      partial.length > 0
        ? `; did you mean ${partial.map((other) => `"${qualifiedName(other)}"`).join(" or ")}?`
        : didYouMean(name, types.map(qualifiedName));
    throw new ConfigError([{ message: `no message type "${name}" was loaded${hint}` }]);
  }
}

/** A binding as those see it who only want to know what there is. */
export function summarizeRoute({ httpMethod, template, method }: Binding): RouteSummary {
  return { httpMethod, template: template.text, method: method.fullName, kind: method.kind };
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

function refuseSecond(endpoints: readonly Endpoint[]): void {
  const faults = endpoints
    .filter(({ isImplemented }) => isImplemented)
    .map(({ method }) => ({ method: method.fullName, message: "the method has been added before" }));
  if (faults.length > 0) throw new ConfigError(faults);
}
