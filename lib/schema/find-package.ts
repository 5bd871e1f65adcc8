import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The folder of a package, if it is installed beside the application or beside us.
 *
 *     findPackage("google-proto-files")   // "/app/node_modules/google-proto-files"
 */
export function findPackage(name: string): string | undefined {
  for (const origin of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return dirname(createRequire(origin).resolve(`${name}/package.json`));
    } catch {
      // It is not installed there.
    }
  }
  return undefined;
}
