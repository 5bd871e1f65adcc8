import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createPage, type Page } from "../http/page.js";
import { findPackage } from "../schema/find-package.js";

/** The files of Swagger UI that browsers ask for. */
export interface SwaggerUi {
  readonly version: string;
  /** A file of it, read once; `undefined` for every other name. */
  read(name: string): Promise<Page> | undefined;
}

const contentTypes = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["index.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ["swagger-ui-standalone-preset.js", "text/javascript; charset=utf-8"],
  ["favicon-32x32.png", "image/png"],
  ["oauth2-redirect.html", "text/html; charset=utf-8"],
  ["oauth2-redirect.js", "text/javascript; charset=utf-8"],
]);

/** Swagger UI as `swagger-ui-dist` has it, if that is installed. */
export function findSwaggerUi(): SwaggerUi | undefined {
  const folder = findPackage("swagger-ui-dist");
  if (folder === undefined) return undefined;
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const files = new Map<string, Promise<Page>>();
  return {
    version,
    read(name) {
      const contentType = contentTypes.get(name);
      if (contentType === undefined) return undefined;
      const file = files.get(name) ?? readPage(join(folder, name), contentType);
      files.set(name, file);
      return file;
    },
  };
}

async function readPage(file: string, contentType: string): Promise<Page> {
  // The page names the version with each file.
  return createPage(await readFile(file), {
    "content-type": contentType,
    "cache-control": "public, max-age=86400",
  });
}
