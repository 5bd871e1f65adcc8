import type { HttpRequest } from "../http/http-message.js";
import type { RestSettings } from "./options.js";
import type { StreamFormatName } from "./stream-format.js";

/** The formats that a client can ask for by their type; the others have the one of ordinary JSON. */
const formatsByType: ReadonlyMap<string, StreamFormatName> = new Map([
  ["text/event-stream", "sse"],
  ["application/x-ndjson", "ndjson"],
  ["application/ndjson", "ndjson"],
  ["application/jsonl", "ndjson"],
]);

/**
 * What the client accepts, else what the options say. Who accepts JSON, or anything, has no preference: that is what
 * HTTP clients send unasked.
 *
 *     Accept: text/event-stream                            // sse
 *     Accept: text/event-stream;q=0.5, application/jsonl   // ndjson
 *     Accept: application/json                             // the option
 */
export function chooseStreamFormat({
  request,
  settings,
  wantsEvents,
}: {
  readonly request: HttpRequest;
  readonly settings: RestSettings;
  readonly wantsEvents: boolean;
}): StreamFormatName {
  if (wantsEvents) return "sse";
  const { accept } = request.headers;
  return (accept === undefined ? undefined : findAccepted(accept)) ?? settings.streamFormat;
}

/** The format of the highest quality, the first of several. */
function findAccepted(accept: string): StreamFormatName | undefined {
  let best: StreamFormatName | undefined;
  let bestQuality = 0;
  for (const range of accept.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const format = formatsByType.get(type);
    const quality = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? 1);
    if (format === undefined || !(quality > bestQuality)) continue;
    best = format;
    bestQuality = quality;
  }
  return best;
}
