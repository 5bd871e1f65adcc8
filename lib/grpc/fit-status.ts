import { statusDetailsKey } from "../call/status-details.js";
import type { GrpcStatus } from "../rpc/grpc-status.js";

/** Characters of a text; each may take nine bytes once it is encoded. */
const longestText = 4096;
const longestDetails = 32 * 1024;

/**
 * A status that fits into the headers of HTTP/2, with its text cut and its details left out if need be. With more than
 * 64 KiB of headers node gives up the stream, and its client may wait for ever.
 *
 * @param onLoss hears of what is left out.
 */
export function fitStatus(status: GrpcStatus, onLoss: (loss: Error) => void): GrpcStatus {
  const { code, details, metadata } = status;
  const [encoded] = metadata.get(statusDetailsKey);
  const isTooLong = details.length > longestText;
  const hasTooMuch = encoded !== undefined && encoded.length > longestDetails;
  if (!isTooLong && !hasTooMuch) return status;
  const fitting = metadata.clone();
  if (hasTooMuch) {
    fitting.remove(statusDetailsKey);
    onLoss(new Error(`the details of a status take ${encoded.length} bytes, and were left out`));
  }
  return { code, details: isTooLong ? `${details.slice(0, longestText)}…` : details, metadata: fitting };
}
