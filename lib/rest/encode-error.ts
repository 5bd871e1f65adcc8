import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Metadata } from "@grpc/grpc-js";
import type { ServerCall } from "../call/server-call.js";
import { type CallStatus, readStatus } from "../call/status.js";
import { decodeStatusDetails, statusDetailsKey } from "../call/status-details.js";
import { HttpError } from "../http/http-error.js";
import type { HttpRequest, HttpResponse } from "../http/http-message.js";
import { httpStatusOf } from "../http/http-status.js";
import { writeMetadata } from "../http/metadata-headers.js";
import type { MetadataNames } from "../http/metadata-names.js";
import type { JsonCodecs } from "../json/codec.js";
import { jsonContentType } from "./encode-message.js";

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
  readonly metadataNames: MetadataNames;
  /** Hears of everything that the caller is not told. */
  readonly onError: (error: unknown, call: ServerCall | undefined) => void;
}

/** What the call has to send beside its error. */
export interface ErrorContext {
  readonly call?: ServerCall | undefined;
  /** Headers that the call has sent before it failed. */
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly trailers?: HttpResponse["trailers"];
  /** Answer as an item of a stream would be. */
  readonly isWrapped?: boolean | undefined;
}

export interface ErrorEncoder {
  /** The answer to a request whose call failed before its first message. */
  encodeResponse(error: unknown, request: HttpRequest, context?: ErrorContext): HttpResponse;
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
    const { metadata } = read;
    // The error of a remote call has its details twice: decoded, and as the bytes that they came in.
    const binary = [
      ...readBinaryDetails(metadata, codecs),
      ...readBinaryDetails(call?.trailersIfAny, codecs),
    ];
    const status: ErrorStatus = {
      code: read.code,
      message: detailedErrors ? describeInDetail(read) : read.message,
      details: binary.length > 0 ? binary : readOwnDetails(read, (fault) => onError(fault, call)),
      httpStatus: read.error instanceof HttpError ? read.error.httpStatus : httpStatusOf(read.code),
    };
    return { status, metadata };
  }

  function format(status: ErrorStatus, request: HttpRequest, call: ServerCall | undefined): ErrorBody {
    if (formatError !== undefined) {
      try {
        const body = formatError(status, request.context?.req);
        if (body instanceof Promise) {
          body.catch(() => {});
          throw new TypeError("formatError must not return a promise");
        }
        const text: string | undefined = JSON.stringify(body);
        if (text === undefined) throw new TypeError("formatError returned nothing that is JSON");
        const { contentType = jsonContentType, isEnvelope = false } = formatError;
        return { text, contentType, isEnvelope };
      } catch (fault) {
        // The client still has to learn what has become of its call.
        onError(fault, call);
      }
    }
    const { code, message, details } = status;
    return {
      text: JSON.stringify({ code, message, details }),
      contentType: jsonContentType,
      isEnvelope: false,
    };
  }

  return {
    encodeResponse(error, request, { call, headers: sent, trailers, isWrapped = false } = {}) {
      const { status, metadata } = toStatus(error, call);
      const headers: OutgoingHttpHeaders = { ...sent };
      if (metadata !== undefined)
        writeMetadata(metadata, headers, { nameOf: options.metadataNames.headerOf });
      const body = format(status, request, call);
      headers["content-type"] = body.contentType;
      return { status: status.httpStatus, headers, body: isWrapped ? wrap(body) : body.text, trailers };
    },
    encodeItem(error, request, call) {
      const body = format(toStatus(error, call).status, request, call);
      return { body: body.text, envelope: wrap(body) };
    },
  };
}

interface ErrorBody {
  readonly text: string;
  readonly contentType: string;
  readonly isEnvelope: boolean;
}

function wrap({ text, isEnvelope }: ErrorBody): string {
  return isEnvelope ? text : `{"error":${text}}`;
}

function describeInDetail({ message, unexpected }: CallStatus): string {
  if (unexpected === undefined) return message;
  return `${message}: ${unexpected instanceof Error ? (unexpected.stack ?? unexpected.message) : String(unexpected)}`;
}

type Details = readonly Record<string, unknown>[];

/** The details that were thrown with the error. What is no detail cannot fail the answer. */
function readOwnDetails({ details }: CallStatus, onFault: (fault: unknown) => void): Details {
  return details.flatMap((detail: unknown) => {
    try {
      if (typeof detail !== "object" || detail === null)
        throw new TypeError(`an error detail is an object with "@type", not ${String(detail)}`);
      const text = JSON.stringify(detail, (_, value) => (typeof value === "bigint" ? String(value) : value));
      return [JSON.parse(text) as Record<string, unknown>];
    } catch (fault) {
      onFault(fault);
      return [];
    }
  });
}

/** The details that gRPC carries as bytes, in the metadata of an error or in the trailers of its call. */
function readBinaryDetails(metadata: Metadata | undefined, codecs: JsonCodecs): Details {
  const values = metadata?.get(statusDetailsKey) ?? [];
  return values.flatMap((bytes) =>
    typeof bytes === "string"
      ? []
      : (decodeStatusDetails(bytes) ?? []).map((any) => JSON.parse(codecs.encodeDetail(any))),
  );
}
