import type { Endpoint } from "../call/endpoint.js";
import { createConnect } from "../connect/connect.js";
import { createGrpcWeb } from "../grpc-web/grpc-web.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import type { RestSettings } from "../rest/options.js";
import { createStatusWriter } from "../rpc/grpc-status.js";
import type { RpcProtocol } from "../rpc/rpc-protocol.js";
import type { RpcSettings } from "../rpc/rpc-settings.js";
import type { Services } from "../services.js";
import type { Protocols } from "./protocols.js";

/** Answers requests to `/package.Service/Method`; `undefined` is for everybody else. */
export interface RpcHandler {
  /** Answer a request in the protocol that it speaks. */
  handle(request: HttpRequest): Promise<HttpResponse> | undefined;
  /** Answer what speaks none of the protocols to a method. */
  refuse(request: HttpRequest): HttpResponse | undefined;
}

/**
 * Serve the methods of services, as many as are served at the time, in the protocols that carry gRPC over plain HTTP.
 *
 * @param all beside the services of the application, those that the host adds.
 */
export function createRpcHandler(
  all: readonly Services[],
  chosen: Protocols,
  settings: RestSettings,
): RpcHandler {
  const parts = all.map((services) => ({
    findEndpoint: createEndpointFinder(services),
    protocols: createProtocols(chosen, createSettings(services, settings)),
  }));
  if (parts.every(({ protocols }) => protocols.length === 0)) return unused;

  function findMethod(path: string) {
    for (const { findEndpoint, protocols } of parts) {
      const endpoint = findEndpoint(path);
      if (endpoint !== undefined) return { endpoint, protocols };
    }
    return undefined;
  }

  return {
    handle(request) {
      const method = findMethod(request.path);
      if (method === undefined) return undefined;
      for (const protocol of method.protocols) {
        const response = protocol.handle(request, method.endpoint);
        if (response !== undefined) return response;
      }
      return undefined;
    },
    refuse({ path, httpMethod }) {
      const method = findMethod(path);
      if (method === undefined || method.protocols.length === 0) return undefined;
      const described = method.protocols.map((protocol) => protocol.describe(method.endpoint));
      const httpMethods = [...new Set(described.flatMap((one) => one.httpMethods))];
      const allow = [...httpMethods, "OPTIONS"].join(", ");
      if (!httpMethods.includes(httpMethod)) {
        if (settings.methodNotAllowed === "next") return undefined;
        return { status: httpMethod === "OPTIONS" ? 204 : 405, headers: { allow }, body: undefined };
      }
      const contentTypes = described.flatMap((one) => one.contentTypes);
      return { status: 415, headers: { "accept-post": contentTypes.join(", ") }, body: undefined };
    },
  };
}

const unused: RpcHandler = { handle: () => undefined, refuse: () => undefined };

function createProtocols(
  { names, requireConnectProtocolHeader }: Protocols,
  settings: RpcSettings,
): RpcProtocol[] {
  return [
    ...(names.has("grpc-web") ? [createGrpcWeb(settings)] : []),
    ...(names.has("connect") ? [createConnect({ ...settings, requireConnectProtocolHeader })] : []),
  ];
}

function createSettings({ codecs }: Services, settings: RestSettings): RpcSettings {
  const { json, bodyLimit, defaultTimeout, maxTimeout, detailedErrors, onError, inFlight } = settings;
  return {
    // A client may know fields that its server does not know yet, as it may in protobuf's own form.
    codecs: codecs.with({ ignoreUnknownFields: true, ...json, ...generated }),
    bodyLimit,
    defaultTimeout,
    maxTimeout,
    onError,
    inFlight,
    writeStatus: createStatusWriter({ codecs, detailedErrors, onError }),
  };
}

/**
 * Clients of these protocols are generated: one that skips unknown fields reads a short name as no value, and one in
 * JavaScript a long number as another number.
 */
const generated = { pretty: false, removeEnumPrefix: false, int64AsNumbers: false };

/** Finds what serves a path such as `/greet.v1.Greeter/SayHello`, of the services that have been added by now. */
function createEndpointFinder(services: Services): (path: string) => Endpoint | undefined {
  let served = services.served;
  let endpoints = collectEndpoints(services);
  return (path) => {
    if (services.served !== served) {
      served = services.served;
      endpoints = collectEndpoints(services);
    }
    return endpoints.get(path);
  };
}

function collectEndpoints(services: Services): ReadonlyMap<string, Endpoint> {
  const methods = services.served.flatMap((service) => service.methods);
  return new Map(methods.map(({ path }) => [path, services.endpoint(path)]));
}
