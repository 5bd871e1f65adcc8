import type { ServerForm } from "../openapi/build-document.js";
import { googleError, problemJson } from "../rest/error-formats.js";
import type { RestSettings } from "../rest/options.js";

/** How a router with these settings reads and writes, as far as its documents tell. */
export function toServerForm(settings: RestSettings): ServerForm {
  const { json, streamFormat, inferUpdateMask, formatError, requireConnectProtocolHeader } = settings;
  // An error that stands under `error` by itself is not put there once more.
  const wrapsStreamErrors = settings.wrapsStreamErrors && formatError?.isEnvelope !== true;
  return {
    json,
    streamFormat,
    wrapsStreamErrors,
    inferUpdateMask,
    errors: errorFormOf(settings),
    ...(requireConnectProtocolHeader === undefined ? {} : { requireConnectProtocolHeader }),
  };
}

/** A formatter of one's own may write anything. */
function errorFormOf({ formatError }: RestSettings): NonNullable<ServerForm["errors"]> {
  if (formatError === undefined) return "status";
  if (formatError === googleError) return "google";
  if (formatError === problemJson) return "problem";
  return { contentType: formatError.contentType ?? "application/json", schema: {} };
}
