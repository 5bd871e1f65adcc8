import type { MetricsRecorder } from "./server-call.js";

/** For calls whose load reports nobody hears: they travel in trailers that only grpc-js's own server writes. */
export const idleMetricsRecorder = {
  recordRequestCostMetric() {},
  recordUtilizationMetric() {},
  recordNamedMetric() {},
  recordCPUUtilizationMetric() {},
  recordMemoryUtilizationMetric() {},
  recordApplicationUtilizationMetric() {},
  recordQpsMetric() {},
  recordEpsMetric() {},
  serialize() {},
  // grpc-js does not export the class, whose other members are private.
} as unknown as MetricsRecorder;
