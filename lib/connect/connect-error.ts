import type { Metadata } from "@grpc/grpc-js";
import { codes } from "../call/rpc-error.js";
import { type AnyMessage, decodeStatusDetails, statusDetailsKey } from "../call/status-details.js";
import type { JsonCodecs } from "../json/codec.js";
import type { GrpcStatus } from "../rpc/grpc-status.js";
import { printUnpadded } from "../rpc/rpc-metadata.js";
import { isWellKnown } from "../schema/well-known.js";

/** A failed call as clients of Connect read it. */
export interface ConnectError {
  /** `"not_found"` */
  readonly code: string;
  readonly message?: string;
  readonly details?: readonly ConnectErrorDetail[];
}

export interface ConnectErrorDetail {
  /** `"google.rpc.BadRequest"` */
  readonly type: string;
  /** The bytes of the message in base64, without padding. */
  readonly value: string;
  /** The same as JSON, for people. */
  readonly debug?: unknown;
}

const codeNames: ReadonlyMap<number, string> = new Map(
  Object.entries(codes).map(([name, code]) => [code, name === "CANCELLED" ? "canceled" : name.toLowerCase()]),
);

/** @see https://connectrpc.com/docs/protocol#error-end-stream */
export function toConnectError({ code, details, metadata }: GrpcStatus, codecs: JsonCodecs): ConnectError {
  const described = readDetails(metadata).map((detail) => describeDetail(detail, codecs));
  return {
    code: codeNames.get(code) ?? "unknown",
    ...(details === "" ? {} : { message: details }),
    ...(described.length === 0 ? {} : { details: described }),
  };
}

function readDetails(metadata: Metadata): AnyMessage[] {
  const values = metadata.get(statusDetailsKey);
  return values.flatMap((bytes) => (typeof bytes === "string" ? [] : (decodeStatusDetails(bytes) ?? [])));
}

function describeDetail(detail: AnyMessage, codecs: JsonCodecs): ConnectErrorDetail {
  const type = detail.typeUrl.slice(detail.typeUrl.lastIndexOf("/") + 1);
  const base64 = Buffer.from(detail.value).toString("base64");
  const { "@type": _, ...members } = JSON.parse(codecs.encodeDetail(detail)) as Record<string, unknown>;
  // A type that is not known is shown as its bytes, which are there already.
  const isKnown = members.value !== base64;
  const debug = isWellKnown({ fullName: `.${type}` }) ? members.value : members;
  return { type, value: printUnpadded(detail.value), ...(isKnown ? { debug } : {}) };
}
