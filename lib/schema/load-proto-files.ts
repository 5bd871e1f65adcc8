import { dirname, isAbsolute, resolve } from "node:path";
import protobuf from "protobufjs";
import { decodeBytesDefaults } from "./bytes-defaults.js";
import type { Report } from "./config-error.js";
import { detachText } from "./detach-text.js";
import { createFileFinder, displayPath, type FindFile, type Found } from "./file-finder.js";
import { findPackage } from "./find-package.js";
import { findPlace } from "./find-place.js";
import { addBuiltInFile, addClientOptions, addWellKnownTypes } from "./google-protos.js";
import { type ProtoFile, parseProtoFile } from "./parse-proto-file.js";
import { qualifyOptions } from "./qualify-options.js";
import { qualifyTypes } from "./qualify-types.js";
import type { Reading } from "./read-files.js";
import { resolveRoot } from "./resolve-root.js";
import type { SourcePlace } from "./schema.js";
import { declaredName } from "./walk.js";

export interface ProtoFileOptions {
  readonly includeDirs: readonly string[];
  readonly keepCase: boolean;
}

/**
 * Parse `.proto` files with all their imports.
 *
 * A path is looked for in the include dirs and then in the working directory. An import is looked for in the
 * include dirs and then beside the file that imports it; `google/protobuf/*` and the commonest of `google/api`
 * are built in, other files of Google's come from the google-proto-files package. A file is read once, by
 * whichever path it is found. After a fault the other files are read on.
 */
export function* loadProtoFiles(
  paths: readonly string[],
  { includeDirs, keepCase }: ProtoFileOptions,
  report: Report,
): Reading<protobuf.Root> {
  const root = new protobuf.Root();
  const findFile = createFileFinder();
  /** By the folder of the importer and the import; `undefined` if it could not be read. */
  const imports = new Map<string, ReadFile | undefined>();
  /** By text, because one file may be reached by several paths. */
  const files = new Map<string, ReadFile>();

  for (const path of paths) {
    if (addWellKnownTypes(root, wellKnownName(path))) continue;
    const folders = isAbsolute(path) ? [""] : [...includeDirs, ""];
    const found = yield* findFile(path, folders, report);
    const places = isAbsolute(path) ? "" : searchedIn(folders);
    if (found === undefined) report({ message: `no such file: "${path}"${places}` });
    else if (found !== "unreadable") yield* readFile(found);
  }
  qualifyTypes(root);
  qualifyOptions(root);
  decodeBytesDefaults(root);
  const byName = new Map([...files.values()].map((file) => [file.name, file]));
  resolveRoot(root, (fault, object) => {
    const file = byName.get(fault.file ?? "");
    // What a file lacks that could not be read as a whole, is lacking for that reason.
    if (file !== undefined && !isComplete(file)) return;
    const place = file && object && findPlace(file.text, declaredName(object));
    report({ ...fault, line: place?.line, fileColumn: place?.column });
  });
  detachText(root);
  return root;

  function* readFile(found: ProtoFile): Reading<ReadFile> {
    const known = files.get(found.text);
    if (known !== undefined) return known;
    const parsed = parseProtoFile(found, root, { keepCase, report });
    const file: ReadFile = { ...found, isParsed: parsed !== undefined, imports: [] };
    files.set(found.text, file);
    for (const target of parsed?.imports ?? []) file.imports.push(yield* readImport(target, file, report));
    for (const target of parsed?.weakImports ?? []) yield* readImport(target, file, () => {});
    return file;
  }

  function* readImport(target: string, importer: ReadFile, report: Report): Reading<ReadFile | undefined> {
    const key = `${dirname(importer.name)}:${target}`;
    if (!imports.has(key)) {
      // Files may import each other in circles.
      imports.set(key, builtIn(target));
      imports.set(key, yield* findImport(target, importer, report));
    }
    return imports.get(key);
  }

  function* findImport(target: string, importer: ReadFile, report: Report): Reading<ReadFile | undefined> {
    if (addWellKnownTypes(root, wellKnownName(target))) return builtIn(target);
    const reportHere: Report = (fault) => report({ ...placeOfImport(importer, target), ...fault });
    const folders = [...includeDirs, dirname(importer.name)];
    const found = yield* findFile(target, folders, reportHere);
    if (found === "unreadable") return undefined;
    if (found !== undefined) return yield* readFile(found);
    if (addBuiltInFile(root, target, keepCase)) return builtIn(target);
    const google = yield* findGoogleFile(target, findFile, reportHere);
    if (google === "unreadable") return undefined;
    if (google !== undefined) return yield* readFile(google);
    if (addClientOptions(root, target, keepCase)) return builtIn(target);

    const advice = yield* adviseOnImport(target, importer, findFile);
    reportHere({ message: `import "${target}" not found${searchedIn(folders)}: ${advice}` });
    return undefined;
  }
}

/** Copies of the well-known types are not read, wherever they are: `third_party/google/protobuf/any.proto`. */
function wellKnownName(path: string): string {
  return /(?:^|\/)(google\/protobuf\/.*)/.exec(path)?.[1] ?? path;
}

/** A file that was found, by its path as faults name it. */
interface ReadFile extends ProtoFile {
  readonly isParsed: boolean;
  /** `undefined` for one that could not be read. */
  readonly imports: (ReadFile | undefined)[];
}

function builtIn(name: string): ReadFile {
  return { name, text: "", isParsed: true, imports: [] };
}

function isComplete(file: ReadFile | undefined, visited = new Set<ReadFile>()): boolean {
  if (file === undefined) return false;
  if (visited.has(file)) return true;
  visited.add(file);
  return file.isParsed && file.imports.every((imported) => isComplete(imported, visited));
}

function* findGoogleFile(target: string, findFile: FindFile, report: Report): Reading<Found> {
  if (!isGoogles(target)) return undefined;
  const folder = findPackage("google-proto-files");
  return folder === undefined ? undefined : yield* findFile(target, [folder], report);
}

function* adviseOnImport(target: string, importer: ReadFile, findFile: FindFile): Reading<string> {
  for (let folder = dirname(resolve(importer.name)); folder !== dirname(folder); ) {
    folder = dirname(folder);
    const found = yield* findFile(target, [folder], () => {});
    if (typeof found === "object") return `it is in "${displayPath(folder) || "."}", add that to includeDirs`;
  }
  if (!isGoogles(target)) return "add the folder that it is relative to to includeDirs";
  return findPackage("google-proto-files") === undefined
    ? `run "npm install google-proto-files", or add the folder that it is relative to to includeDirs`
    : "google-proto-files does not have it either, add the folder that it is relative to to includeDirs";
}

function isGoogles(target: string): boolean {
  return /^(google|grafeas|gapic)\//.test(target);
}

function searchedIn(folders: readonly string[]): string {
  const names = new Set(folders.map((folder) => `"${folder === "" ? process.cwd() : folder}"`));
  return ` in ${[...names].join(" or ")}`;
}

function placeOfImport({ name, text }: ReadFile, target: string): SourcePlace {
  const lines = text.split("\n");
  const index = lines.findIndex((line) => /^\s*import\b/.test(line) && line.includes(target));
  if (index === -1) return { file: name };
  return { file: name, line: index + 1, fileColumn: (lines[index] as string).indexOf(target) + 1 };
}
