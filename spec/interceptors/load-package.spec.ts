import assert from "node:assert/strict";
import * as api from "@opentelemetry/api";
import { describe, it } from "vitest";
import { OpenTelemetryInterceptor } from "../../lib/index.js";
import { loadPackage } from "../../lib/interceptors/load-package.js";

describe("loadPackage", () => {
  it("gives what a package exports", () => {
    const { trace } = loadPackage("@opentelemetry/api", "OpenTelemetryInterceptor") as typeof api;
    assert.equal(trace.getTracerProvider(), api.trace.getTracerProvider());
    assert.ok(new OpenTelemetryInterceptor());
  });

  it("says what to install, and for whom", () => {
    assert.throws(() => loadPackage("no-such-package-here", "SomeInterceptor"), {
      name: "ConfigError",
      message:
        "SomeInterceptor needs a package: npm install no-such-package-here, or hand over what it exports",
    });
  });
});
