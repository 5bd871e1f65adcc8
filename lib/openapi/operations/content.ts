import type { Content } from "../document.js";

/**
 * Bytes with a content type of their own, as `google.api.HttpBody` carries them.
 *
 * The first is what tools send unless told otherwise; any other is as good.
 */
export const binaryContent: Content = {
  "application/octet-stream": { schema: { type: "string", format: "binary" } },
  "*/*": { schema: { type: "string", format: "binary" } },
};
