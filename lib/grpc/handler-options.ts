import { createFaultListener } from "../call/fault-listener.js";
import type { ServerCall } from "../call/server-call.js";
import { createStatusWriter } from "../rpc/grpc-status.js";
import type { Services } from "../services.js";
import type { GrpcHandlerOptions } from "./grpc-handler.js";

/** What becomes of the faults of handlers. */
export interface FaultOptions {
  /** Show callers what an unexpected exception says. For development. */
  readonly detailedErrors?: boolean | undefined;
  /** Hears of every failure whose text the caller is not shown; written to `console.error` unless given. */
  readonly onError?: ((error: unknown, call: ServerCall | undefined) => void) | undefined;
}

/** What the calls of services are answered with when they fail. */
export function createHandlerOptions({ codecs }: Services, options: FaultOptions): GrpcHandlerOptions {
  const { detailedErrors = false } = options;
  const onError = createFaultListener(options.onError);
  return { writeStatus: createStatusWriter({ codecs, detailedErrors, onError }), onError };
}
