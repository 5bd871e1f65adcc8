import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import type { ParsedOptions } from "./read-descriptor-options.js";
import { fileOf, objectsIn } from "./walk.js";

/** What a `.proto` file says that is lost once it is part of a root. */
export interface SourceFile {
  /** Of the file itself: `[{ go_package: "example.com/greet" }]`. A root has those of all files of a package together. */
  readonly options: ParsedOptions;
  readonly imports: readonly string[];
}

/** Read the files of a root again, by their paths; those that are built in, or gone, are left out. */
export function readSourceFiles(root: protobuf.Root): ReadonlyMap<string, SourceFile> {
  const files = new Map<string, SourceFile>();
  const paths = new Set(objectsIn(root).map((object) => fileOf(object)));
  for (const path of paths) {
    const file = path === undefined ? undefined : readSourceFile(path);
    if (path !== undefined && file !== undefined) files.set(path, file);
  }
  return files;
}

function readSourceFile(path: string): SourceFile | undefined {
  try {
    const parsed = protobuf.parse(readFileSync(path, "utf8"), new protobuf.Root());
    return {
      options: parsed.root.lookup(parsed.package ?? "")?.parsedOptions ?? [],
      imports: parsed.imports ?? [],
    };
  } catch {
    return undefined;
  }
}
