import type { Endpoint } from "../call/endpoint.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";

/** A protocol that carries gRPC over plain HTTP, at the path of the method: `/package.Service/Method`. */
export interface RpcProtocol {
  /** Answer a request to a method; `undefined` when it does not speak this protocol. */
  handle(request: HttpRequest, endpoint: Endpoint): Promise<HttpResponse> | undefined;
  /** What a client may send to a method. */
  describe(endpoint: Endpoint): {
    readonly httpMethods: readonly string[];
    readonly contentTypes: readonly string[];
  };
}
