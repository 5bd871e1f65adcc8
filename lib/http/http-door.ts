import type { Metadata } from "@grpc/grpc-js";
import { idleMetricsRecorder } from "../call/idle-metrics-recorder.js";
import type {
  AuthContext,
  CallProtocol,
  Door,
  HttpContext,
  MetricsRecorder,
  ServerCall,
} from "../call/server-call.js";
import type { HttpRequest } from "./http-message.js";
import { readMetadata } from "./metadata-headers.js";
import type { MetadataNames } from "./metadata-names.js";

interface HttpDoorSettings {
  readonly metadataNames: MetadataNames;
  readonly onError: (error: unknown, call: ServerCall) => void;
}

/** The HTTP side of a call. Response metadata waits here for the first message, whose status it travels with. */
export class HttpDoor implements Door {
  readonly protocol: CallProtocol;
  readonly #request: HttpRequest;
  readonly #settings: HttpDoorSettings;
  responseMetadata: Metadata | undefined;

  constructor(protocol: CallProtocol, request: HttpRequest, settings: HttpDoorSettings) {
    this.protocol = protocol;
    this.#request = request;
    this.#settings = settings;
  }

  get http(): HttpContext | undefined {
    return this.#request.context;
  }

  readMetadata(): Metadata {
    return readMetadata(this.#request.headers, this.#settings.metadataNames);
  }

  sendMetadata(metadata: Metadata): void {
    // As they are now: a handler may use its metadata again, for another call.
    this.responseMetadata ??= metadata.clone();
  }

  getPeer(): string {
    return this.#request.getPeer();
  }

  getHost(): string {
    const { headers } = this.#request;
    return headers.host ?? String(headers[":authority"] ?? "");
  }

  getAuthContext(): AuthContext {
    return this.#request.getAuthContext();
  }

  getMetricsRecorder(): MetricsRecorder {
    return idleMetricsRecorder;
  }

  reportFault(error: unknown, call: ServerCall): void {
    this.#settings.onError(error, call);
  }
}
