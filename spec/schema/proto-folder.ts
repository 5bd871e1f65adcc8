import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { type LoadOptions, loadSchemaSync } from "../../lib/schema/load-schema.js";
import type { Schema } from "../../lib/schema/schema.js";

/** Files by their paths, in a folder that is there while `use` runs. */
export function withFiles<T>(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "schema-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Loaded {
  readonly schema: Schema;
  /** With the folder cut off the paths. */
  readonly faults: readonly ConfigFault[];
}

/** Load files that are written for it; the first one is the source, unless others are named. */
export function loadFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: LoadOptions & { readonly sources?: readonly string[] } = {},
): Loaded {
  const { sources = Object.keys(files).slice(0, 1), includeDirs = [], ...rest } = options;
  return withFiles(files, (folder) => {
    const faults: ConfigFault[] = [];
    const schema = loadSchemaSync(
      sources.map((path) => join(folder, path)),
      { includeDirs: includeDirs.map((path) => join(folder, path)), ...rest },
      (fault) => faults.push(fault),
    );
    const shorten = (text: string | undefined) => text?.replaceAll(`${folder}/`, "").replaceAll(folder, ".");
    return {
      schema,
      faults: faults.map((fault) => ({
        ...fault,
        file: shorten(fault.file),
        message: shorten(fault.message)!,
      })),
    };
  });
}
