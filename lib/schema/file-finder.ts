import { isAbsolute, join, relative, resolve } from "node:path";
import type { Report } from "./config-error.js";
import type { ProtoFile } from "./parse-proto-file.js";
import { type Reading, readOrReport } from "./read-files.js";

/** A file; `undefined` if there is none; `"unreadable"` after a fault that was reported. */
export type Found = ProtoFile | undefined | "unreadable";

/** Finds the first file of a path in some folders. */
export type FindFile = (path: string, folders: readonly string[], report: Report) => Reading<Found>;

/** Looks for `.proto` files, in each place once, however many files import what is there. */
export function createFileFinder(): FindFile {
  const known = new Map<string, ProtoFile | undefined>();
  return function* findFile(path, folders, report) {
    for (const folder of folders) {
      const candidate = join(folder, path);
      if (!known.has(candidate)) {
        const content = yield* readOrReport(candidate, report, ": name the .proto files in it");
        if (content === "unreadable") return content;
        known.set(candidate, content && readText(candidate, content));
      }
      const file = known.get(candidate);
      if (file !== undefined) return file;
    }
    return undefined;
  };
}

function readText(path: string, content: Buffer): ProtoFile {
  return { name: displayPath(path), text: content.toString("utf8").replace(/^\uFEFF/, "") };
}

/** A path as faults name it: from the working directory, unless it leads out of that. */
export function displayPath(path: string): string {
  const inside = relative("", path);
  return inside.startsWith("..") || isAbsolute(inside) ? resolve(path) : inside;
}
