import type { Binding } from "../../http-rule/binding.js";
import { bindOwnPath } from "../../http-rule/compile-binding.js";
import type { JsonSwitches } from "../../json/codec.js";
import type { ConfigFault, Report } from "../../schema/config-error.js";
import type { Service } from "../../schema/schema.js";
import type { Content, Parameter } from "../document.js";
import type { Placement } from "../paths/lay-out-paths.js";
import type { MessageSchemas } from "../schemas/message-schemas.js";
import type { Exchange } from "./operation.js";

/** The routes that Connect gives to the unary methods of services, whatever their rules say. */
export function connectBindings(services: readonly Service[], report: Report): Binding[] {
  return services
    .flatMap(({ methods }) => methods)
    .filter(({ kind }) => kind === "unary")
    .flatMap((method) => {
      const binding = bindOwnPath(method, report);
      if (binding === undefined) return [];
      return method.hasSideEffects ? [binding] : [binding, { ...binding, httpMethod: "GET" }];
    });
}

/** The messages of Connect are those of REST in a document, which they are not with every switch. */
export function checkConnectSwitches(switches: JsonSwitches, place = "openapi"): ConfigFault[] {
  return (["removeEnumPrefix", "int64AsNumbers"] as const)
    .filter((name) => switches[name])
    .map((name) => ({
      message: `${place}: option "connect" describes Connect, whose JSON json.${name} does not change: leave one of them out`,
    }));
}

/** What a unary method takes and answers over Connect: messages, of which none is anything else than its JSON. */
export function describeConnectExchange(
  placement: Placement,
  schemas: MessageSchemas,
  isVersionRequired: boolean,
): Exchange {
  const { requestType, responseType } = placement.binding.method;
  const isGet = placement.httpMethod === "get";
  const content = { "application/json": { schema: schemas.message(requestType, "request") } };
  const named = isGet ? versionParameter : versionHeader;
  const version = isVersionRequired ? { ...named, required: true } : named;
  return {
    placement,
    protocol: "connect",
    parameters: isGet ? [...messageParameters(content), version, timeout] : [version, timeout],
    requestBody: isGet ? undefined : { required: true, content },
    item: schemas.message(responseType, "response"),
  };
}

/** @see https://connectrpc.com/docs/protocol#unary-request */
const versionHeader: Parameter = {
  name: "Connect-Protocol-Version",
  in: "header",
  schema: { type: "string", enum: ["1"] },
};

const versionParameter: Parameter = {
  name: "connect",
  in: "query",
  schema: { type: "string", enum: ["v1"] },
};

/** @see https://connectrpc.com/docs/protocol#unary-get-request */
function messageParameters(content: Content): Parameter[] {
  return [
    { name: "encoding", in: "query", required: true, schema: { type: "string", enum: ["json"] } },
    { name: "message", in: "query", required: true, content },
  ];
}

const timeout: Parameter = {
  name: "Connect-Timeout-Ms",
  in: "header",
  description: "How many milliseconds the call may take.",
  schema: { type: "integer", minimum: 0, maximum: 9_999_999_999 },
};
