import type protobuf from "protobufjs";
import type { HttpRule, Method, MethodKind, Service } from "./schema.js";
import { fileOf, qualifiedName, servicesIn } from "./walk.js";

/** Read the services of a resolved root, in the order of their declaration. */
export function readServices(
  root: protobuf.Root,
  readRules: (method: protobuf.Method) => readonly HttpRule[],
): Service[] {
  return Array.from(servicesIn(root), (reflection) => readService(reflection, readRules));
}

function readService(
  reflection: protobuf.Service,
  readRules: (method: protobuf.Method) => readonly HttpRule[],
): Service {
  const methods: Method[] = [];
  const service: Service = {
    name: reflection.name,
    fullName: qualifiedName(reflection),
    comment: reflection.comment || undefined,
    file: fileOf(reflection),
    isDeprecated: isDeprecated(reflection),
    methods,
    reflection,
  };
  for (const method of reflection.methodsArray) {
    const { resolvedRequestType: requestType, resolvedResponseType: responseType } = method;
    // Only after a fault that was reported already.
    if (requestType === null || responseType === null) continue;
    methods.push({
      name: method.name,
      fullName: `${service.fullName}.${method.name}`,
      path: `/${service.fullName}/${method.name}`,
      service,
      kind: methodKind(method),
      isStreamingRequest: method.requestStream === true,
      isStreamingResponse: method.responseStream === true,
      memberName: smallFirst(method.name),
      requestType,
      responseType,
      comment: method.comment || undefined,
      isDeprecated: isDeprecated(method),
      hasSideEffects: method.options?.idempotency_level !== "NO_SIDE_EFFECTS",
      rules: readRules(method),
      reflection: method,
    });
  }
  return service;
}

function methodKind(method: protobuf.Method): MethodKind {
  if (method.requestStream) return method.responseStream ? "duplex-streaming" : "client-streaming";
  return method.responseStream ? "server-streaming" : "unary";
}

/**
 * The name of a method as a member of an object.
 *
 *     smallFirst("SayHello")   // "sayHello"
 */
export function smallFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function isDeprecated(object: protobuf.ReflectionObject): boolean {
  return object.options?.deprecated === true;
}
