import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import protobuf from "protobufjs";
import { decodeBytesDefaults } from "./bytes-defaults.js";
import type { ConfigFault, Report } from "./config-error.js";
import { findLine } from "./find-line.js";
import {
  addBuiltInFile,
  addClientOptions,
  addWellKnownTypes,
  findGoogleProtoFiles,
} from "./google-protos.js";
import { qualifyOptions } from "./qualify-options.js";
import { qualifyTypes } from "./qualify-types.js";
import type { Reading } from "./read-files.js";
import { resolveRoot } from "./resolve-root.js";
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
  /** By import name; `undefined` if it could not be read. */
  const imports = new Map<string, ReadFile | undefined>();
  /** By text, because one file may be reached by several paths. */
  const files = new Map<string, ReadFile>();

  for (const path of paths) {
    if (addWellKnownTypes(root, /(?:^|\/)(google\/protobuf\/.*)/.exec(path)?.[1] ?? "")) continue;
    const folders = isAbsolute(path) ? [""] : [...includeDirs, ""];
    const found = yield* findFile(path, folders, report);
    if (found === undefined) report({ message: `no such file: "${path}"${searchedIn(folders)}` });
    else yield* readFile(found);
  }
  qualifyTypes(root);
  qualifyOptions(root);
  decodeBytesDefaults(root);
  const byName = new Map([...files.values()].map((file) => [file.name, file]));
  resolveRoot(root, (fault, object) => {
    const file = byName.get(fault.file ?? "");
    // What a file lacks that could not be read as a whole, is lacking for that reason.
    if (file !== undefined && !isComplete(file)) return;
    const line = file && object && findLine(file.text, declaredName(object));
    report({ ...fault, line });
  });
  return root;

  function* readFile({ name, text }: FoundFile): Reading<ReadFile> {
    const known = files.get(text);
    if (known !== undefined) return known;
    const parsed = parseFile(name, text, root, keepCase, report);
    const file: ReadFile = { name, text, isParsed: parsed !== undefined, imports: [] };
    files.set(text, file);
    for (const target of parsed?.imports ?? []) file.imports.push(yield* readImport(target, file, report));
    for (const target of parsed?.weakImports ?? []) yield* readImport(target, file, () => {});
    return file;
  }

  function* readImport(target: string, importer: ReadFile, report: Report): Reading<ReadFile | undefined> {
    if (!imports.has(target)) {
      // Files may import each other in circles.
      imports.set(target, builtIn(target));
      imports.set(target, yield* findImport(target, importer, report));
    }
    return imports.get(target);
  }

  function* findImport(target: string, importer: ReadFile, report: Report): Reading<ReadFile | undefined> {
    if (addWellKnownTypes(root, target)) return builtIn(target);
    const reportHere: Report = (fault) => report({ ...placeOfImport(importer, target), ...fault });
    const folders = [...includeDirs, dirname(importer.name)];
    const found = yield* findFile(target, folders, reportHere);
    if (found !== undefined) return yield* readFile(found);
    if (addBuiltInFile(root, target, keepCase)) return builtIn(target);
    const google = yield* findGoogleFile(target, reportHere);
    if (google !== undefined) return yield* readFile(google);
    if (addClientOptions(root, target, keepCase)) return builtIn(target);

    const advice = yield* adviseOnImport(target, importer);
    reportHere({ message: `import "${target}" not found${searchedIn(folders)}: ${advice}` });
    return undefined;
  }
}

interface FoundFile {
  /** Its path as messages name it: relative to the working directory if it is inside. */
  readonly name: string;
  readonly text: string;
}

interface ReadFile extends FoundFile {
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

function* findFile(path: string, folders: readonly string[], report: Report): Reading<FoundFile | undefined> {
  for (const folder of folders) {
    const candidate = join(folder, path);
    try {
      const content = yield candidate;
      if (content === undefined) continue;
      return { name: displayPath(candidate), text: content.toString("utf8").replace(/^\uFEFF/, "") };
    } catch (error) {
      const isFolder = (error as NodeJS.ErrnoException).code === "EISDIR";
      const reason = isFolder ? "it is a folder: name the .proto files in it" : (error as Error).message;
      report({ message: `cannot read "${candidate}": ${reason}` });
    }
  }
  return undefined;
}

function* findGoogleFile(target: string, report: Report): Reading<FoundFile | undefined> {
  if (!isGoogles(target)) return undefined;
  const folder = findGoogleProtoFiles();
  return folder === undefined ? undefined : yield* findFile(target, [folder], report);
}

function* adviseOnImport(target: string, importer: ReadFile): Reading<string> {
  for (let folder = dirname(resolve(importer.name)); folder !== dirname(folder); ) {
    folder = dirname(folder);
    const found = yield* findFile(target, [folder], () => {});
    if (found !== undefined) return `it is in "${displayPath(folder) || "."}", add that to includeDirs`;
  }
  if (!isGoogles(target)) return "add the folder that it is relative to to includeDirs";
  return findGoogleProtoFiles() === undefined
    ? `run "npm install google-proto-files", or add the folder that it is relative to to includeDirs`
    : "google-proto-files does not have it either, add the folder that it is relative to to includeDirs";
}

function isGoogles(target: string): boolean {
  return /^(google|grafeas|gapic)\//.test(target);
}

function displayPath(path: string): string {
  const inside = relative("", path);
  return inside.startsWith("..") || isAbsolute(inside) ? resolve(path) : inside;
}

function searchedIn(folders: readonly string[]): string {
  const names = new Set(folders.map((folder) => `"${folder === "" ? "." : folder}"`));
  return ` in ${[...names].join(" or ")}`;
}

function placeOfImport({ name, text }: ReadFile, target: string): Pick<ConfigFault, "file" | "line"> {
  const index = text.split("\n").findIndex((line) => /^\s*import\b/.test(line) && line.includes(target));
  return { file: name, line: index === -1 ? undefined : index + 1 };
}

/** Add what the text declares to the root; `undefined` after a fault. */
function parseFile(
  file: string,
  text: string,
  root: protobuf.Root,
  keepCase: boolean,
  report: Report,
): protobuf.IParserResult | undefined {
  // An undeclared property of the parser: the file name that it notes on every object.
  const parser = protobuf.parse as unknown as { filename: string | null };
  parser.filename = file;
  try {
    return protobuf.parse(prepareText(text), root, { keepCase, alternateCommentMode: true });
  } catch (error) {
    report({ file, ...explainParseError(error as Error, text, root) });
    return undefined;
  } finally {
    parser.filename = null;
  }
}

/**
 * Write the text so that the parser keeps all comments. It looks for the comment of a declaration on the line before
 * its number or brace, so what is spread over several lines is joined, without moving what follows; and it takes a
 * star at the start of a comment for decoration, though it may be emphasis.
 */
function prepareText(text: string): string {
  return text
    .replace(declarationHead, (head) => {
      const lines = head.split("\n");
      return lines.length === 1 ? head : lines.join(" ") + "\n".repeat(lines.length - 1);
    })
    .replace(firstStar, "$1*");
}

/** `repeated Shelf shelves = 1` or `message Shelf {` */
const declarationHead =
  /^[ \t]*(?:(?:[\w.]+(?:\s*<[\w.\s,]*>)?\s+){0,5}\w+\s*=\s*-?\w+|(?:message|enum|service|oneof)\s+\w+\s*\{)/gm;

/** A star that begins a comment of `//`, the line before which is no such comment. */
const firstStar = /((?:^|\n)(?![ \t]*\/\/).*\n[ \t]*\/\/[ \t]*)(?=\*)/g;

/** Say what protobufjs says in the words of this package. */
function explainParseError({ message }: Error, text: string, root: protobuf.Root): ConfigFault {
  const syntax = /^illegal (\w[\w ]*?) '(.*?)'(?:, '(.*)' expected)? \(.*?line (\d+)\)$/s.exec(message);
  if (syntax !== null) {
    const [, role, token, expected, line] = syntax;
    return { line: Number(line), message: explainToken(role!, token!, expected) };
  }
  const line = /\(.*?line (\d+)\)$/.exec(message);
  if (line !== null) return { line: Number(line[1]), message: message.slice(0, line.index).trimEnd() };

  const duplicate = /^duplicate name '(.*)' in (?:\w+ ?)(?:\.?(\S*))$/.exec(message);
  if (duplicate !== null) {
    const name = [duplicate[2], duplicate[1]].filter(Boolean).join(".");
    const other = root.lookup(`.${name}`)?.filename;
    return {
      line: findLine(text, name),
      message: `"${name}" is declared twice${other ? `, the other time in ${other}` : ""}`,
    };
  }
  const name = / in \w+ \.?([\w.]+)$/.exec(message)?.[1];
  return {
    line: name === undefined ? undefined : findLine(text, name),
    message: message.replace(/ in \w+ \.?([\w.]+)$/, ' in "$1"').replaceAll("'", '"'),
  };
}

function explainToken(role: string, token: string, expected: string | undefined): string {
  if (token === "null") return "the file ends within a declaration: a brace or a semicolon is missing";
  if (expected !== undefined) return `unexpected "${token}", "${expected}" is missing before it`;
  return role === "token" ? `unexpected "${token}"` : `"${token}" is no valid ${role}`;
}
