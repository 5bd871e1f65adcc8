import { createRequire } from "node:module";
import { join } from "node:path";
import { ConfigError } from "../schema/config-error.js";

/**
 * Load a package that not every application has, from beside the application or from beside us.
 *
 *     loadPackage("prom-client", "PrometheusInterceptor")
 *
 * @throws ConfigError that says what to install, and for whom.
 */
export function loadPackage(name: string, user: string): unknown {
  for (const origin of [join(process.cwd(), "package.json"), import.meta.url]) {
    const require = createRequire(origin);
    if (isInstalled(name, require)) return require(name);
  }
  const message = `${user} needs a package: npm install ${name}, or hand over what it exports`;
  throw new ConfigError([{ message }]);
}

function isInstalled(name: string, { resolve }: NodeJS.Require): boolean {
  try {
    resolve(name);
    return true;
  } catch {
    return false;
  }
}
