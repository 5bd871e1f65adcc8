import type { Endpoint } from "../call/endpoint.js";
import type { Handler } from "../call/handler.js";
import type { Message } from "../call/message.js";
import { codes, RpcError } from "../call/rpc-error.js";
import { ServerCall } from "../call/server-call.js";
import { HttpError } from "../http/http-error.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import type { RouteMatch, Router } from "../http-rule/router.js";
import { createDeadlineError, readDeadline } from "./deadline.js";
import { createErrorEncoder } from "./encode-error.js";
import { encodeResponse, openHeaders } from "./encode-response.js";
import { encodeStream } from "./encode-stream.js";
import { checkBinaryHeaders } from "./headers.js";
import type { RestSettings } from "./options.js";
import { RestDoor } from "./rest-door.js";
import { createRouteTable, type Route } from "./route.js";
import { readSystemParameters } from "./system-parameters.js";

/** Answers a request, or leaves it to the host by returning `undefined`. */
export type RestHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse> | undefined;

/** REST over the given router: match, decode, invoke, encode. */
export function createRestHandler(
  router: Router,
  findEndpoint: (path: string) => Endpoint,
  settings: RestSettings,
): RestHandler {
  const findRoute = createRouteTable(findEndpoint, settings);
  const errors = createErrorEncoder(settings);

  /** A known path asked with another HTTP method; every other path is the host's. */
  function answerUnmatched(request: HttpRequest): HttpResponse | undefined {
    if (settings.methodNotAllowed === "next") return undefined;
    const allowed = router.allowedMethods(request.path);
    if (allowed.length === 0) return undefined;
    const allow = [...allowed, "OPTIONS"].join(", ");
    if (request.httpMethod === "OPTIONS") return { status: 204, headers: { allow }, body: undefined };
    const message = `the HTTP method ${request.httpMethod} is not allowed here: use ${allowed.join(" or ")}`;
    const response = errors.encodeResponse(new HttpError(405, codes.UNIMPLEMENTED, message), request);
    return { ...response, headers: { ...response.headers, allow } };
  }

  async function serve(route: Route, match: RouteMatch, request: HttpRequest): Promise<HttpResponse> {
    const door = new RestDoor(request, settings.metadataNames);
    const opening = readCallHeaders(request, settings);
    const call = new ServerCall(route.binding.method, door, opening.deadline);
    request.onAbort(() => call.cancel(new RpcError(codes.CANCELLED, "the client went away")));
    if (call.deadline !== Number.POSITIVE_INFINITY) call.startTimer(createDeadlineError);
    const context = { call, door, request, settings, errors };
    try {
      const input = opening.fault ?? (await readInput(route, match, request));
      // A request that could not be read is a call that fails: interceptors count and log it as such.
      const output =
        "error" in input
          ? invoke(route.endpoint.failingHandler(input.error), route.emptyInput(), call)
          : invoke(route.endpoint.handler, input.value, call);
      const system = readSystemParameters(request.query);
      const encoders = system === undefined ? route.encoders : route.encodersWith(system.switches);
      if (route.isStreamingResponse) {
        const wantsEvents = system?.wantsEvents ?? false;
        return await encodeStream(output as AsyncIterable<Message>, {
          ...context,
          encoder: encoders.item,
          wantsEvents,
        });
      }
      // An interceptor that ignores the signal must not hold up the answer of a cancelled call.
      const response = await call.untilCancelled(() => output as Promise<Message>);
      call.finish();
      return encodeResponse(encoders.message, response, context);
    } catch (error) {
      call.finish();
      const response = errors.encodeResponse(error, request, call);
      // Response metadata that was sent before the call failed goes with the error.
      return { ...response, headers: { ...openHeaders(context), ...response.headers } };
    }
  }

  return function handleRest(request) {
    const httpMethod = settings.methodOverride ? readOverride(request) : request.httpMethod;
    const match = router.match(httpMethod, request.path);
    if (match === undefined) return answerUnmatched(request);
    const response = serve(findRoute(match.binding), match, request);
    return request.httpMethod === "HEAD" ? response.then(withoutBody) : response;
  };
}

interface CallHeaders {
  readonly deadline: number;
  readonly fault: { readonly error: unknown } | undefined;
}

function readCallHeaders({ headers }: HttpRequest, settings: RestSettings): CallHeaders {
  try {
    checkBinaryHeaders(headers, settings.metadataNames);
    return { deadline: readDeadline(headers, settings), fault: undefined };
  } catch (error) {
    return { deadline: Number.POSITIVE_INFINITY, fault: { error } };
  }
}

/** Only a POST may stand for another method, as behind proxies that know no other. */
function readOverride({ httpMethod, headers }: HttpRequest): string {
  const override = headers["x-http-method-override"];
  return httpMethod === "POST" && typeof override === "string" ? override.toUpperCase() : httpMethod;
}

type Input = { readonly value: Message | AsyncIterable<Message> } | { readonly error: unknown };

async function readInput(route: Route, match: RouteMatch, request: HttpRequest): Promise<Input> {
  try {
    return { value: await route.decode(match, request) };
  } catch (error) {
    return { error };
  }
}

/** The kinds of handler and input agree: the route has compiled both from one method. */
function invoke(
  handler: Handler,
  input: Message | AsyncIterable<Message>,
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

/** A response to HEAD has the headers of GET's; a stream that nobody will read is not begun. */
function withoutBody(response: HttpResponse): HttpResponse {
  const { body } = response;
  if (typeof body === "object" && Symbol.asyncIterator in body) void body[Symbol.asyncIterator]().return?.();
  const headers =
    typeof body === "string" || body instanceof Uint8Array
      ? { ...response.headers, "content-length": Buffer.byteLength(body) }
      : response.headers;
  return { status: response.status, headers, body: undefined };
}
