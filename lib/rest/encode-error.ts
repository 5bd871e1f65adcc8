import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import type { ServerCall } from "../call/server-call.js";
import { type CallStatus, readStatus } from "../call/status.js";
import { decodeStatusDetails, statusDetailsKey } from "../call/status-details.js";
import { HttpError } from "../http/http-error.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { httpStatusOf } from "../http/http-status.js";
import type { JsonCodecs } from "../json/codec.js";
import { jsonContentType } from "./encode-message.js";
import { writeMetadata } from "./headers.js";
import type { MetadataNames } from "./metadata-names.js";

/** A failed call as its HTTP client reads it: `google.rpc.Status`, and the HTTP status it goes with. */
export interface ErrorStatus {
  readonly code: number;
  readonly message: string;
  /** Each as ProtoJSON of an Any. */
  readonly details: readonly Readonly<Record<string, unknown>>[];
  readonly httpStatus: number;
}

/**
 * Makes the JSON body of an error: whatever it returns is written with `JSON.stringify`. A `contentType` of the
 * function replaces `application/json`.
 *
 * In a stream that has begun, the failure is an item `{"error": …}` around the same body; `isEnvelope` says that
 * the body has that form itself.
 */
export type ErrorFormatter = ((status: ErrorStatus, req: IncomingMessage | undefined) => unknown) & {
  readonly contentType?: string;
  readonly isEnvelope?: boolean;
};

export interface ErrorEncoderOptions {
  readonly codecs: JsonCodecs;
  /** Show the caller what was thrown. */
  readonly detailedErrors: boolean;
  readonly formatError: ErrorFormatter | undefined;
  /** Hears of everything that the caller is not told. */
  readonly metadataNames: MetadataNames;
  readonly onError: (error: unknown, call: ServerCall | undefined) => void;
}

export interface ErrorEncoder {
  /** The answer to a request whose call failed before its first message. */
  encodeResponse(error: unknown, request: HttpRequest, call?: ServerCall): HttpResponse;
  /** The same failure for a stream that has begun. */
  encodeItem(error: unknown, request: HttpRequest, call: ServerCall): { envelope: string; body: string };
}

export function createErrorEncoder(options: ErrorEncoderOptions): ErrorEncoder {
  const { codecs, detailedErrors, formatError, onError } = options;

  function toStatus(
    error: unknown,
    call: ServerCall | undefined,
  ): { status: ErrorStatus; metadata: Metadata | undefined } {
    const read = readStatus(error);
    if (read.unexpected !== undefined) onError(read.unexpected, call);
    const status: ErrorStatus = {
      code: read.code,
      message: detailedErrors ? describeInDetail(read) : read.message,
      details: readDetails(read, codecs, (fault) => onError(fault, call)),
      httpStatus: error instanceof HttpError ? error.httpStatus : httpStatusOf(read.code),
    };
    return { status, metadata: read.metadata };
  }

  function format(status: ErrorStatus, request: HttpRequest): string {
    if (formatError !== undefined) return JSON.stringify(formatError(status, request.context?.req));
    return JSON.stringify({ code: status.code, message: status.message, details: status.details });
  }

  return {
    encodeResponse(error, request, call) {
      const { status, metadata } = toStatus(error, call);
      const headers: OutgoingHttpHeaders = {};
      if (metadata !== undefined) writeMetadata(metadata, headers, options.metadataNames.headerOf);
      headers["content-type"] = formatError?.contentType ?? jsonContentType;
      return { status: status.httpStatus, headers, body: format(status, request) };
    },
    encodeItem(error, request, call) {
      const body = format(toStatus(error, call).status, request);
      return { body, envelope: formatError?.isEnvelope === true ? body : `{"error":${body}}` };
    },
  };
}

function describeInDetail({ message, unexpected }: CallStatus): string {
  if (unexpected === undefined) return message;
  return `${message}: ${unexpected instanceof Error ? (unexpected.stack ?? unexpected.message) : String(unexpected)}`;
}

/** Details of the error itself, then those that a grpc-js error carries as bytes. None of them can fail the answer. */
function readDetails(
  status: CallStatus,
  codecs: JsonCodecs,
  onFault: (fault: unknown) => void,
): Record<string, unknown>[] {
  const texts: string[] = [];
  for (const detail of status.details) {
    try {
      texts.push(JSON.stringify(detail));
    } catch (fault) {
      onFault(fault);
    }
  }
  for (const bytes of status.metadata?.get(statusDetailsKey) ?? []) {
    if (typeof bytes === "string") continue;
    for (const any of decodeStatusDetails(bytes) ?? []) texts.push(codecs.encodeDetail(any));
  }
  return texts.map((text) => JSON.parse(text) as Record<string, unknown>);
}
