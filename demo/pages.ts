import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import express, { type Router } from "express";

const publicDir = fileURLToPath(new URL("public", import.meta.url));
const greeters = fileURLToPath(new URL("browser/greeters.ts", import.meta.url));

/** `/browser?server=` may name another server of this machine. */
const policy = "default-src 'self'; connect-src 'self' http://localhost:* http://127.0.0.1:*";

/** The pages of the demo: `/`, and `/browser`, which calls the greeter by three protocols. */
export function createPages(): Router {
  const router = express.Router();
  router.use(
    express.static(publicDir, {
      extensions: ["html"],
      setHeaders: (res) => res.setHeader("Content-Security-Policy", policy),
    }),
  );
  let script: Promise<string> | undefined;
  router.get("/greeters.js", async (_req, res) => {
    script ??= bundleGreeters();
    res.type("js").send(await script);
  });
  return router;
}

/** The clients that were generated or installed, as one script for browsers. */
async function bundleGreeters(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [greeters],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
