import { createRequire } from "node:module";
import { join } from "node:path";
import type { OpenApiDocument } from "../openapi/document.js";
import { mapMembers } from "../openapi/versions/map-schemas.js";
import { ConfigError } from "../schema/config-error.js";
import { findPackage } from "../schema/find-package.js";
import { isRecord } from "../schema/record.js";

/** A request as express-openapi-validator looks at it. */
export interface CheckedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What express-openapi-validator throws for a request that is not as documented. */
export interface ValidatorError {
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

/** Of a document that it cannot use, it throws something else. */
export function isValidatorError(error: unknown): error is ValidatorError {
  const isRefusal = error instanceof Error && "status" in error && Number(error.status) < 500;
  return isRefusal && "errors" in error && Array.isArray(error.errors);
}

/** Throws a `ValidatorError` for a request that is not as documented; a path that is not documented is let through. */
export type Validate = (request: CheckedRequest) => Promise<void>;

/**
 * Find express-openapi-validator.
 *
 * @throws ConfigError when it is not installed.
 */
export function loadOpenApiValidator(): (document: OpenApiDocument) => Validate {
  const name = "express-openapi-validator";
  const folder = findPackage(name);
  if (folder === undefined)
    throw new ConfigError([{ message: `option "validate" needs a package: npm install ${name}` }]);
  // A module that may be missing cannot be imported; this much of it is used.
  const { middleware }: { middleware(options: object): readonly Step[] } = createRequire(
    join(folder, "package.json"),
  )(folder);
  return (document) => {
    const steps = middleware({
      // Paths are asked for as the router sees them, wherever it is mounted.
      apiSpec: { ...takeAnyUpload(document), servers: [{ url: "/" }] },
      useRequestUrl: true,
      validateApiSpec: false,
      validateRequests: { allowUnknownQueryParameters: true },
      validateSecurity: false,
      fileUploader: false,
      ignoreUndocumented: true,
      formats: { uint64: true },
    });
    return (request) => runSteps(steps, request);
  };
}

/** What uploads are sent as, whatever they are. */
export const anyContentType = "application/octet-stream";

/**
 * Documents may name the content types of bytes. Those are the handler's to check: the validator keeps what it compiles
 * for each type that any client sends.
 */
function takeAnyUpload<T>(part: T): T {
  if (Array.isArray(part)) return part.map(takeAnyUpload) as T;
  if (!isRecord(part)) return part;
  return mapMembers(part, (member, name) => {
    const first = name === "content" && isRecord(member) ? Object.values(member)[0] : undefined;
    const isBytes = isRecord(first) && isRecord(first.schema) && first.schema.format === "binary";
    return isBytes ? { [anyContentType]: first } : takeAnyUpload(member);
  }) as T;
}

/** Express's middleware, as far as it is used. */
type Step = (req: object, res: object, next: (error?: unknown) => void) => void;

/** It asks for Express's own request, but for no more of it than this. */
function runSteps(steps: readonly Step[], { url, ...request }: CheckedRequest): Promise<void> {
  const req = { ...request, url, originalUrl: url, baseUrl: "", path: url.split("?", 1)[0], params: {}, app };
  return new Promise((resolve, reject) => {
    const run = (index: number, error?: unknown): void => {
      const step = steps[index];
      if (error !== undefined) reject(error);
      else if (step === undefined) resolve();
      else step(req, {}, (fault) => run(index + 1, fault));
    };
    run(0);
  });
}

/** Paths are told apart as our router does; nobody else's routes are touched. */
const app = { enabled: () => true, param: () => {} };
