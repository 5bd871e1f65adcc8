import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: { "express-grpc-transcoding": fileURLToPath(new URL("./lib/index.ts", import.meta.url)) },
  },
  test: {
    include: ["spec/**/*.spec.ts"],
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
