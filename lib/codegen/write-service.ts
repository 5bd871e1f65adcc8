import type { Method, MethodKind, Service } from "../schema/schema.js";
import type { NameOf } from "./name-types.js";
import { writeComment } from "./write-comment.js";

const methodTypes: Readonly<Record<MethodKind, string>> = {
  unary: "UnaryMethod",
  "client-streaming": "ClientStreamingMethod",
  "server-streaming": "ServerStreamingMethod",
  "duplex-streaming": "DuplexStreamingMethod",
};

/** The interface of a service, for `services.add` and `createClient`. */
export function writeService(service: Service, nameOf: NameOf): string {
  const { comment, methods, reflection } = service;
  const properties = methods.map((method) => writeMethod(method, nameOf));
  return `${writeComment(comment, "", reflection)}export interface ${nameOf(service)} {\n${properties.join("\n")}\n}\n`;
}

function writeMethod({ memberName, kind, comment, reflection, ...method }: Method, nameOf: NameOf): string {
  const request = nameOf(method.requestType);
  const response = nameOf(method.responseType);
  const type = `${methodTypes[kind]}<${request}, ${response}, ${request}Input, ${response}Input>`;
  return `${writeComment(comment, "  ", reflection)}  readonly ${memberName}: ${type};`;
}
