import type { Endpoint } from "../call/endpoint.js";
import type { Handler } from "../call/handler.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { ServerCall } from "../call/server-call.js";
import { createDeadlineError, toDeadline } from "../http/deadline.js";
import { HttpDoor } from "../http/http-door.js";
import { HttpError } from "../http/http-error.js";
import type { HttpHandler, HttpRequest, HttpResponse } from "../http/http-message.js";
import { checkBinaryHeaders } from "../http/metadata-headers.js";
import type { RouteMatch, Router } from "../http-rule/router.js";
import { blameBody } from "./blame-body.js";
import { readDeadline } from "./deadline.js";
import { createErrorEncoder, type ErrorEncoder } from "./encode-error.js";
import { encodeResponse, openHeaders, type ResponseContext, toTrailers } from "./encode-response.js";
import { encodeStream } from "./encode-stream.js";
import type { RestSettings } from "./options.js";
import { createRouteTable, type Route } from "./route.js";
import { readSystemParameters } from "./system-parameters.js";
import { withoutBody, withoutContent } from "./without-body.js";

/** REST over the given router: match, decode, invoke, encode. */
export function createRestHandler(
  router: Router,
  findEndpoint: (path: string) => Endpoint,
  settings: RestSettings,
): HttpHandler {
  const findRoute = createRouteTable(findEndpoint, settings);
  const errors = createErrorEncoder(settings);

  /** A known path asked with another HTTP method; every other path is the host's. */
  function answerUnmatched(httpMethod: string, request: HttpRequest): HttpResponse | undefined {
    if (settings.methodNotAllowed === "next") return undefined;
    const allowed = router.allowedMethods(request.path);
    if (allowed.length === 0) return undefined;
    const allow = [...new Set([...allowed, "OPTIONS"])].join(", ");
    if (httpMethod === "OPTIONS") return { status: 204, headers: { allow }, body: undefined };
    const message = `the HTTP method ${httpMethod} is not allowed here: use ${allowed.join(" or ")}`;
    const error = new HttpError(405, codes.UNIMPLEMENTED, message);
    return errors.encodeResponse(error, request, { headers: { allow } });
  }

  function serve(route: Route, match: RouteMatch, request: HttpRequest): Promise<HttpResponse> {
    const door = new HttpDoor("rest", request, settings);
    const opening = readCallHeaders(request, settings);
    const call = new ServerCall(route.binding.method, door, opening.deadline);
    call.join(settings.inFlight);
    request.onAbort(() => call.cancel(createAbandonedError));
    if (call.deadline !== Number.POSITIVE_INFINITY) call.startTimer(createDeadlineError);
    const exchange = { route, call, door, request, settings, errors };
    const refuse = (error: unknown) => answer({ error: blameBody(error, route.binding) }, exchange);
    // A call may be over before its handler begins: its time is up, or its client has left.
    const accept = (value: InputValue) =>
      call.cancellation === undefined ? answer({ value }, exchange) : refuse(call.cancellation);
    const fault = opening.fault ?? call.cancellation;
    if (fault !== undefined) return refuse(fault);
    try {
      const value = route.decode(match, request);
      if (!(value instanceof Promise)) return accept(value);
      return untilCancelled(value, call).then(accept, refuse);
    } catch (error) {
      return refuse(error);
    }
  }

  // Promises and not async: of the cost of a call, each wait is a part that can be seen.
  function answer(input: Input, exchange: Exchange): Promise<HttpResponse> {
    const { route, call, door, request } = exchange;
    const fail = (error: unknown) => encodeFailure(error, exchange);
    try {
      // A request that could not be read is a call that fails: interceptors count and log it as such.
      const isRead = !("error" in input);
      const handler = isRead ? route.endpoint.handler : route.endpoint.failingHandler(input.error);
      const system = readSystemParameters(request.query, settings.systemParameters);
      const encoders = system === undefined ? route.encoders : route.encodersWith(system.switches);
      const output = invoke(handler, isRead ? input.value : route.emptyInput(), call);
      if (route.isStreamingResponse) {
        const wantsEvents = system?.wantsEvents ?? false;
        const endsWithCall = handler.endsWithCall ?? false;
        // Spread out, each would have a hidden class of its own.
        const stream = {
          call,
          door,
          request,
          settings,
          errors,
          encoder: encoders.item,
          wantsEvents,
          endsWithCall,
        };
        return encodeStream(output as AsyncIterable<Message>, stream)
          .then(withoutContent)
          .catch(fail);
      }
      const encode = (message: Message) => {
        try {
          call.finish();
          return withoutContent(encodeResponse(encoders.message, message, exchange));
        } catch (error) {
          return fail(error);
        }
      };
      const response = output as Promise<Message>;
      // An interceptor that ignores the signal must not hold up the answer of a cancelled call.
      return (handler.endsWithCall ? response : untilCancelled(response, call)).then(encode, fail);
    } catch (error) {
      return Promise.resolve(error).then(fail);
    }
  }

  function encodeFailure(error: unknown, exchange: Exchange): HttpResponse {
    const { route, call, request } = exchange;
    call.finish();
    // Response metadata that was sent before the call failed goes with the error.
    const [headers, trailers] = [openHeaders(exchange), toTrailers(exchange)];
    const isWrapped = settings.wrapsStreamErrors && route.isStreamingResponse;
    return errors.encodeResponse(error, request, { call, headers, trailers, isWrapped });
  }

  return {
    handle(request) {
      try {
        const httpMethod = settings.methodOverride ? readOverride(request) : request.httpMethod;
        const match = router.match(httpMethod, request.path);
        if (match === undefined) return answerUnmatched(httpMethod, request);
        const response = serve(findRoute(match.binding), match, request);
        return request.httpMethod === "HEAD" ? response.then(withoutBody) : response;
      } catch (error) {
        // A route that cannot be compiled is a fault of ours; a host that is thrown at would end with its process.
        return errors.encodeResponse(error, request);
      }
    },
    answerNotFound(request) {
      const path = request.path.slice(0, 200);
      const error = new RpcError(codes.NOT_FOUND, `no route for ${request.httpMethod} ${path}`);
      return errors.encodeResponse(error, request);
    },
  };
}

interface CallHeaders {
  readonly deadline: number;
  readonly fault?: unknown;
}

function readCallHeaders({ headers }: HttpRequest, settings: RestSettings): CallHeaders {
  try {
    checkBinaryHeaders(headers, settings.metadataNames);
    return { deadline: readDeadline(headers, settings) };
  } catch (fault) {
    return { deadline: toDeadline(undefined, settings), fault };
  }
}

/** Only a POST may stand for another method, as behind proxies that know no other. */
function readOverride({ httpMethod, headers }: HttpRequest): string {
  const override = headers["x-http-method-override"];
  return httpMethod === "POST" && typeof override === "string" ? override.toUpperCase() : httpMethod;
}

/** A call between its request and its response. */
interface Exchange extends ResponseContext {
  readonly route: Route;
  readonly errors: ErrorEncoder;
}

type InputValue = Message | AsyncIterable<Message>;
type Input = { readonly value: InputValue } | { readonly error: unknown };

/** What a promise comes to, or the cancellation if that comes first; then nobody hears what becomes of the promise. */
function untilCancelled<T>(promise: Promise<T>, call: ServerCall): Promise<T> {
  return new Promise((resolve, reject) => {
    call.onCancel(reject);
    promise.then(resolve, reject);
  });
}

/** The kinds of handler and input agree: the route has compiled both from one method. */
function invoke(
  handler: Handler,
  input: InputValue,
  call: ServerCall,
): Promise<Message> | AsyncIterable<Message> {
  switch (handler.kind) {
    case "unary":
    case "server-streaming":
      return handler.handle(input as Message, call);
    case "client-streaming":
    case "duplex-streaming":
      return handler.handle(input as AsyncIterable<Message>, call);
  }
}

function createAbandonedError(): RpcError {
  return new RpcError(codes.CANCELLED, "the client went away");
}
