import { Router } from "express";
import { createTranscoder } from "../server/create-transcoder.js";
import type { TranscodingOptions } from "../server/http-handler.js";
import type { Services } from "../services.js";
import { shareHiddenClass } from "./share-hidden-class.js";

/**
 * The REST routes of services as an Express router.
 *
 *     app.use(transcodingRouter(services));
 *     app.use("/api", transcodingRouter(services, { json: { emitDefaults: false } }));
 *
 * A path that no rule has goes to the next middleware.
 *
 * @throws ConfigError for options that do not exist or do not fit.
 */
export function transcodingRouter(services: Services, options: TranscodingOptions = {}): Router {
  // Handlers find the parameters of the mount point in `call.http.req.params`.
  const router = Router({ mergeParams: true });
  const transcode = createTranscoder(services, options);
  router.use((req, res, next) => {
    // Each has the other, where Express has put it.
    shareHiddenClass(req, "res", res);
    shareHiddenClass(res, "req", req);
    transcode(req, res, next);
  });
  return router;
}
