import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: { "express-grpc-transcoding": fileURLToPath(new URL("./lib/index.ts", import.meta.url)) },
  },
  test: {
    pool: "forks",
    // Vitest leaves one core to itself, which is half of two.
    maxWorkers: "100%",
    projects: [
      // npm test
      {
        extends: true,
        test: {
          name: "spec",
          include: ["spec/**/*.spec.ts"],
          exclude: ["**/node_modules/**", "spec/browser/**", "spec/hostile/**", "spec/scale/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // npm run test:browser: with a Chromium of the system
      {
        extends: true,
        test: {
          name: "browser",
          include: ["spec/browser/**/*.spec.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // npm run test:scale: what takes too long for every run
      {
        extends: true,
        test: {
          name: "scale",
          include: ["spec/scale/**/*.spec.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      // npm run test:hostile: what attackers and accidents do
      {
        extends: true,
        test: {
          name: "hostile",
          include: ["spec/hostile/**/*.spec.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
