export { status } from "@grpc/grpc-js";
export type { ClientCall } from "./call/client-call.js";
export type {
  ClientStreamingHandler,
  DuplexStreamingHandler,
  ServerStreamingHandler,
  UnaryHandler,
} from "./call/handler.js";
export type { HandlerCall } from "./call/handler-call.js";
export {
  Interceptor,
  type InterceptorClass,
  type InterceptorSource,
  type ServerInterceptorSource,
} from "./call/interceptor.js";
export type { Message } from "./call/message.js";
export { type ErrorDetail, RpcError, type RpcErrorOptions } from "./call/rpc-error.js";
export { type CallProtocol, getHttpContext, type HttpContext, type ServerCall } from "./call/server-call.js";
export type {
  ClientStreamingMethod,
  DuplexStreamingMethod,
  HandlerCallOf,
  ImplementationOf,
  ServerStreamingMethod,
  UnaryMethod,
} from "./call/typed-service.js";
export { transcodingRouter } from "./express/transcoding-router.js";
export type { ClientCallOptions, PropagatedCall } from "./grpc/client-call-options.js";
export type { ConnectionOptions } from "./grpc/connect.js";
export {
  type ClientMethod,
  type ClientOptions,
  createClient,
  type ServiceClient,
} from "./grpc/create-client.js";
export type { Health, ServingStatus } from "./grpc/health.js";
export { type GrpcServer, type GrpcServerOptions, startGrpcServer } from "./grpc/start-grpc-server.js";
export {
  type OpenTelemetryApi,
  OpenTelemetryInterceptor,
} from "./interceptors/open-telemetry-interceptor.js";
export {
  type PrometheusClient,
  PrometheusInterceptor,
  type PrometheusOptions,
} from "./interceptors/prometheus-interceptor.js";
export type { JsonSwitches } from "./json/codec.js";
export type { OpenApiDocument } from "./openapi/document.js";
export type { OpenApiOptions } from "./openapi/options.js";
export type { ErrorFormatter, ErrorStatus } from "./rest/encode-error.js";
export { problemJson } from "./rest/error-formats.js";
export type { StreamFormatName } from "./rest/stream-format.js";
export { ConfigError, type ConfigFault } from "./schema/config-error.js";
export type { LoadOptions, SchemaSource } from "./schema/load-schema.js";
export { buildOpenApi } from "./server/build-openapi.js";
export { corsHeaders } from "./server/cors-headers.js";
export { createTranscoder, type Transcoder } from "./server/create-transcoder.js";
export type { TranscodingOptions } from "./server/http-handler.js";
export { type Listening, type ListenOptions, listen } from "./server/listen.js";
export {
  type AddOptions,
  type AddRemoteOptions,
  type JsonCodec,
  loadServices,
  loadServicesSync,
  type RouteSummary,
  type ServiceImplementation,
  Services,
} from "./services.js";
