import type { Endpoint } from "../call/endpoint.js";
import { codes } from "../call/rpc-error.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { readBytes, readChunks, toBuffer } from "../http/parsed-body.js";
import { type CallHeaders, readCallHeaders } from "../rpc/call-headers.js";
import { FramedCall } from "../rpc/framed-call.js";
import { createBinaryCoding, createJsonCoding } from "../rpc/message-coding.js";
import { openFrame } from "../rpc/message-frames.js";
import { createMessageReader } from "../rpc/message-reader.js";
import type { RpcProtocol } from "../rpc/rpc-protocol.js";
import type { RpcSettings } from "../rpc/rpc-settings.js";
import { type Requests, serveCall } from "../rpc/serve-call.js";
import { createConnectForm } from "./connect-form.js";
import { findVersionFault } from "./connect-version.js";
import { type ConnectType, parseConnectType, printConnectType } from "./content-type.js";
import { type GetRequest, parseGetRequest } from "./get-request.js";
import { UnaryCall } from "./unary-call.js";
import { framedHeaders, unaryHeaders } from "./wire-headers.js";

const protocol = "connect";

export interface ConnectSettings extends RpcSettings {
  /** Refuse requests that do not say which version of the protocol they speak. */
  readonly requireConnectProtocolHeader: boolean;
}

/**
 * Connect: gRPC over plain HTTP of any version, whose unary calls look like those of any JSON API.
 *
 * @see https://connectrpc.com/docs/protocol
 */
export function createConnect(settings: ConnectSettings): RpcProtocol {
  const { codecs, bodyLimit, writeStatus, requireConnectProtocolHeader: isVersionRequired } = settings;

  function answerFramed(request: HttpRequest, endpoint: Endpoint, type: ConnectType): Promise<HttpResponse> {
    const opening = readCallHeaders(request.headers, framedHeaders, settings);
    const { deadline, requestCompression, responseCompression: compression } = opening;
    const form = createConnectForm(type, compression, codecs);
    const call = new FramedCall(endpoint, request, { ...settings, protocol, deadline, form, compression });
    const options = { compression: requestCompression, limit: bodyLimit, faultCode: codes.INVALID_ARGUMENT };
    const requests = createMessageReader(readChunks(request), options);
    return serve(call, endpoint, { ...type, requests, fault: findFault(request, opening) });
  }

  function answerUnary(request: HttpRequest, endpoint: Endpoint, type: ConnectType): Promise<HttpResponse> {
    const opening = readCallHeaders(request.headers, unaryHeaders, settings);
    const call = openUnary(request, endpoint, { opening, type });
    const requests = createSingleRequest(() => readBytes(request, bodyLimit));
    return serve(call, endpoint, { ...type, requests, fault: findFault(request, opening) });
  }

  function answerGet(request: HttpRequest, endpoint: Endpoint, get: GetRequest): Promise<HttpResponse> {
    const { format, encoding, version, readMessage } = get;
    // What a body would have in a header, a query has among its parameters.
    const headers = { ...request.headers, "content-encoding": encoding };
    const opening = readCallHeaders(headers, unaryHeaders, settings);
    const call = openUnary(request, endpoint, { opening, type: { format, isFramed: false } });
    const { requestCompression: compression } = opening;
    const requests = createSingleRequest(async () => {
      const bytes = toBuffer(readMessage(), bodyLimit);
      const options = { compression, limit: bodyLimit, faultCode: codes.INVALID_ARGUMENT };
      return openFrame({ isCompressed: compression !== undefined, bytes }, options);
    });
    const fault = findVersionFault('parameter "connect"', {
      version,
      known: "v1",
      isRequired: isVersionRequired,
    });
    return serve(call, endpoint, { format, requests, fault: fault ?? opening.fault });
  }

  function openUnary(
    request: HttpRequest,
    endpoint: Endpoint,
    { opening, type }: { readonly opening: CallHeaders; readonly type: ConnectType },
  ): UnaryCall {
    const { deadline, responseCompression: compression } = opening;
    return new UnaryCall(endpoint, request, {
      ...settings,
      protocol,
      deadline,
      contentType: printConnectType(type),
      compression,
    });
  }

  function findFault({ headers }: HttpRequest, opening: CallHeaders): CallHeaders["fault"] {
    const version = headers["connect-protocol-version"] as string | undefined;
    const name = 'header "connect-protocol-version"';
    return findVersionFault(name, { version, known: "1", isRequired: isVersionRequired }) ?? opening.fault;
  }

  function serve(
    responses: FramedCall | UnaryCall,
    endpoint: Endpoint,
    {
      format,
      requests,
      fault,
    }: Pick<ConnectType, "format"> & Pick<CallHeaders, "fault"> & { readonly requests: Requests },
  ): Promise<HttpResponse> {
    const coding =
      format === "json"
        ? createJsonCoding(endpoint, codecs)
        : createBinaryCoding(endpoint, codes.INVALID_ARGUMENT);
    void serveCall({ endpoint, call: responses.call, coding, requests, responses, writeStatus, fault });
    return responses.response;
  }

  return {
    handle(request, endpoint) {
      if (request.httpMethod === "POST") {
        const type = parseConnectType(request.headers["content-type"] ?? "");
        if (type === undefined || type.isFramed === (endpoint.method.kind === "unary")) return undefined;
        return type.isFramed ? answerFramed(request, endpoint, type) : answerUnary(request, endpoint, type);
      }
      const get = parseGetRequest(request, endpoint);
      return get && answerGet(request, endpoint, get);
    },
    describe({ method }) {
      const isFramed = method.kind !== "unary";
      return {
        httpMethods: isFramed || method.hasSideEffects ? ["POST"] : ["GET", "POST"],
        contentTypes: (["proto", "json"] as const).map((format) => printConnectType({ format, isFramed })),
      };
    },
  };
}

function createSingleRequest(read: () => Promise<Buffer>): Requests {
  let isRead = false;
  return {
    async next() {
      if (isRead) return undefined;
      isRead = true;
      return read();
    },
  };
}
