import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponse } from "./http-message.js";

/** What is the same for everyone who asks, until its tag changes. */
export interface Page {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

/**
 * Make a page, whose tag tells what it holds.
 *
 *     createPage("openapi: 3.1.0", { "content-type": "application/yaml; charset=utf-8" })
 */
export function createPage(body: string | Uint8Array, headers: Readonly<Record<string, string>>): Page {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  return { body, headers, etag };
}

/** Answer GET and HEAD with a page, and with 304 who has it. */
export function answerPage({ httpMethod, headers }: HttpRequest, page: Page): HttpResponse {
  const { body, etag } = page;
  const known = headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.some((tag) => tag === etag || tag === "*")) {
    const { "content-type": _, ...kept } = page.headers;
    return { status: 304, headers: { ...kept, etag }, body: undefined };
  }
  const length = { "content-length": Buffer.byteLength(body) };
  return {
    status: 200,
    headers: { ...page.headers, etag, ...length },
    body: httpMethod === "HEAD" ? undefined : body,
  };
}
