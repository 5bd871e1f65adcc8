import assert from "node:assert/strict";
import { describe, it } from "vitest";

describe("the package", () => {
  it("exports these values", async () => {
    const exported = Object.keys(await import("express-grpc-transcoding"));
    assert.deepEqual(exported.sort(), [
      "ConfigError",
      "Interceptor",
      "OpenTelemetryInterceptor",
      "PrometheusInterceptor",
      "RpcError",
      "Services",
      "buildOpenApi",
      "corsHeaders",
      "createClient",
      "createTranscoder",
      "getHttpContext",
      "listen",
      "loadServices",
      "loadServicesSync",
      "problemJson",
      "startGrpcServer",
      "status",
      "transcodingRouter",
    ]);
  });
});
