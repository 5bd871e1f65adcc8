import type { CallsInFlight } from "../call/calls-in-flight.js";
import type { ServerCall } from "../call/server-call.js";
import type { TimeoutLimits } from "../http/deadline.js";
import type { JsonCodecs } from "../json/codec.js";
import type { WriteStatus } from "./grpc-status.js";

/** What the protocols that carry gRPC over plain HTTP need to know of their server. */
export interface RpcSettings extends TimeoutLimits {
  /** Those of messages in JSON. */
  readonly codecs: JsonCodecs;
  /** The longest request message, in bytes after decompression. */
  readonly bodyLimit: number;
  readonly writeStatus: WriteStatus;
  readonly onError: (error: unknown, call: ServerCall) => void;
  /** Where calls are counted, by a host that may end them. */
  readonly inFlight: CallsInFlight | undefined;
}
