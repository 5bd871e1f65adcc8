import { createFaultListener } from "../call/fault-listener.js";
import type { ServerCall } from "../call/server-call.js";
import { createStatusWriter, type WriteStatus } from "../rpc/grpc-status.js";
import type { Services } from "../services.js";
import { fitStatus } from "./fit-status.js";

/** What becomes of the faults of handlers. */
export interface FaultOptions {
  /** Show callers what an unexpected exception says. For development. */
  readonly detailedErrors?: boolean | undefined;
  /** Hears of every failure whose text the caller is not shown; written to `console.error` unless given. */
  readonly onError?: ((error: unknown, call: ServerCall | undefined) => void) | undefined;
}

/** How calls are answered when they fail. */
export interface GrpcHandlerOptions {
  readonly writeStatus: WriteStatus;
  /** Hears of what goes wrong after a call was answered. */
  readonly onError: (error: unknown, call: ServerCall) => void;
}

/** What the calls of services are answered with when they fail. */
export function createHandlerOptions({ codecs }: Services, options: FaultOptions): GrpcHandlerOptions {
  const { detailedErrors = false } = options;
  const onError = createFaultListener(options.onError);
  const writeStatus = createStatusWriter({ codecs, detailedErrors, onError });
  return {
    writeStatus: (error, call) => fitStatus(writeStatus(error, call), (loss) => onError(loss, call)),
    onError,
  };
}
