import type { Endpoint } from "../call/endpoint.js";
import type { CallProtocol, ServerCall } from "../call/server-call.js";
import { HttpDoor } from "../http/http-door.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { rpcNames, writeRpcMetadata } from "./rpc-metadata.js";
import type { RpcSettings } from "./rpc-settings.js";
import { abandonCall, openCall } from "./serve-call.js";

export interface HttpCallOptions extends Pick<RpcSettings, "onError" | "inFlight"> {
  readonly protocol: CallProtocol;
  /** Milliseconds since 1970, or `Infinity`. */
  readonly deadline: number;
}

/** A call that came as an HTTP request: the door that it came through, and its response to be. */
export class HttpCall extends HttpDoor {
  readonly call: ServerCall;
  /** Settles when it is known how the answer begins. */
  readonly response: Promise<HttpResponse>;
  #respond!: (response: HttpResponse) => void;

  constructor(endpoint: Endpoint, request: HttpRequest, options: HttpCallOptions) {
    const { protocol, deadline, onError, inFlight } = options;
    super(protocol, request, { metadataNames: rpcNames, onError });
    this.response = new Promise((resolve) => {
      this.#respond = resolve;
    });
    this.call = openCall(endpoint, this, deadline);
    this.call.join(inFlight);
    request.onAbort(() => abandonCall(this.call));
  }

  /** Answer; the response metadata so far goes with the headers. */
  protected respond({ headers, ...response }: HttpResponse): void {
    const all = { ...headers };
    if (this.responseMetadata !== undefined) writeRpcMetadata(this.responseMetadata, all, rpcNames.headerOf);
    this.#respond({ headers: all, ...response });
  }
}
