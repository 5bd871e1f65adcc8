/**
 * Find the line of a declaration in the text of a `.proto` file, or of a string within it; lines count from 1.
 *
 *     findLine(text, "greet.v1.Greeter.SayHello")                          // 13: rpc SayHello(...
 *     findLine(text, "greet.v1.Greeter.SayHello", "/v1/greeter/{name}")    // 15: get: "/v1/greeter/{name}"
 *
 * A declaration is found by the end of its name as well (`Greeter.SayHello`). A string that is not there gives
 * the line of the declaration.
 */
export function findLine(text: string, fullName: string, literal?: string): number | undefined {
  const declarations = scanDeclarations(text);
  const found =
    declarations.find(({ name }) => name === fullName) ??
    declarations.find(({ name }) => name.endsWith(`.${fullName}`));
  if (found === undefined) return undefined;
  return found.strings.find(({ value }) => value === literal)?.line ?? found.line;
}

interface Declaration {
  readonly name: string;
  readonly line: number;
  /** The string literals up to its closing brace. */
  readonly strings: { readonly value: string; readonly line: number }[];
}

const tokens = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_][\w.]*|\S/g;
const declarers = new Set(["message", "enum", "service", "rpc", "group"]);

/** Every type, field, enum value, service and method with its full name, in the order of the text. */
function scanDeclarations(text: string): Declaration[] {
  const declarations: Declaration[] = [];
  // What the open braces belong to; a oneof, an extend or an option opens one without a name.
  const scopes: { readonly prefix: string; readonly declaration: Declaration | undefined }[] = [];
  let prefix = "";
  let declaration: Declaration | undefined;
  let brackets = 0;
  let line = 1;
  let end = 0;
  let [beforePrevious, previous] = ["", ""];

  const declare = (name: string): Declaration => {
    const declared = { name: prefix + name, line, strings: [] };
    declarations.push(declared);
    return declared;
  };

  for (const { 0: token, index } of text.matchAll(tokens)) {
    line += countLines(text, end, index);
    end = index;
    if (/^\/[/*]/.test(token)) continue;
    if (/^["']/.test(token)) {
      const string = { value: token.slice(1, -1).replace(/\\(.)/g, "$1"), line };
      for (const open of [declaration, ...scopes.map((scope) => scope.declaration)])
        open?.strings.push(string);
    } else if (token === "{") {
      scopes.push({ prefix, declaration });
      if (declaration !== undefined) prefix = `${declaration.name}.`;
      declaration = undefined;
    } else if (token === "}") {
      prefix = scopes.pop()?.prefix ?? "";
    } else if (token === ";") {
      declaration = undefined;
    } else if (token === "[" || token === "]") {
      brackets += token === "[" ? 1 : -1;
    } else if (previous === "package" && scopes.length === 0) {
      prefix = `${token}.`;
    } else if (declarers.has(previous) && /^\w/.test(token)) {
      declaration = declare(token);
    } else if (token === "=" && declaration === undefined && brackets === 0) {
      if (/^\w+$/.test(previous) && beforePrevious !== "option") declare(previous);
    }
    [beforePrevious, previous] = [previous, token];
  }
  return declarations;
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let i = text.indexOf("\n", start); i !== -1 && i < end; i = text.indexOf("\n", i + 1)) lines++;
  return lines;
}
