import type { Binding } from "../../http-rule/binding.js";
import { bindOwnPath } from "../../http-rule/compile-binding.js";
import type { Report } from "../../schema/config-error.js";
import type { Service } from "../../schema/schema.js";
import type { Parameter } from "../document.js";
import type { Placement } from "../paths/lay-out-paths.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import type { Exchange } from "./operation.js";

/** The routes that Connect gives to the unary methods of services, whatever their rules say. */
export function connectBindings(services: readonly Service[], report: Report): Binding[] {
  return services
    .flatMap(({ methods }) => methods)
    .filter(({ kind }) => kind === "unary")
    .flatMap((method) => bindOwnPath(method, report) ?? []);
}

/** What a unary method takes and answers over Connect: messages, of which none is anything else than its JSON. */
export function describeConnectExchange(placement: Placement, schemas: MessageSchemas): Exchange {
  const { requestType, responseType } = placement.binding.method;
  return {
    placement,
    protocol: "connect",
    parameters,
    requestBody: {
      required: true,
      content: { "application/json": { schema: schemas.message(requestType, "request") } },
    },
    item: schemas.message(responseType, "response"),
  };
}

/** @see https://connectrpc.com/docs/protocol#unary-request */
const parameters: readonly Parameter[] = [
  {
    name: "Connect-Protocol-Version",
    in: "header",
    // Servers may refuse what does not send it.
    required: true,
    schema: { type: "string", enum: ["1"] },
  },
  {
    name: "Connect-Timeout-Ms",
    in: "header",
    description: "How many milliseconds the call may take.",
    schema: { type: "integer", minimum: 0, maximum: 9_999_999_999 },
  },
];
