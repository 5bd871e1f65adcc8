import type { RulePart } from "./config-error.js";
import { isMember } from "./read-http-rules.js";
import { type Place, scanTokens, type Token } from "./scan-tokens.js";

/**
 * Find a declaration in the text of a `.proto` file, or a part of the HTTP rules of a method.
 *
 *     findPlace(text, "greet.v1.Greeter.SayHello")                                     // of SayHello in rpc SayHello(...
 *     findPlace(text, "greet.v1.Greeter.SayHello", { rule: 0, member: "body" })        // of body in body: "greeting"
 *     findPlace(text, "greet.v1.Greeter.SayHello", { rule: 1, member: "path", column: 2 })
 *
 * A declaration is found by the end of its name as well (`Greeter.SayHello`); where a name is declared twice, it is the
 * second one that is wrong. A part that is not there gives the
 * place of its rule or of the declaration.
 */
export function findPlace(text: string, fullName: string, part?: RulePart): Place | undefined {
  const tokens = [...scanTokens(text)];
  const declarations = scanDeclarations(tokens);
  const found =
    declarations.findLast(({ name }) => name === fullName) ??
    declarations.findLast(({ name }) => name.endsWith(`.${fullName}`));
  if (found === undefined) return undefined;
  const members = part === undefined ? [] : scanRules(tokens.slice(found.start, found.end));
  const ofRule = members.filter(({ rule }) => rule === part?.rule);
  const member = ofRule.find(({ key }) => isMember(key.text, part?.member));
  if (member !== undefined) return placeIn(member, part?.column);
  return placeOf(ofRule[0]?.key ?? (tokens[found.start] as Token));
}

/** A number of a field, or of a value of an enum. */
export interface NumberUse {
  /** The name of the message or the enum; what is found has its full name. */
  readonly owner: string;
  readonly number: string;
}

/** Find where a number is used; where it is used twice, it is the second one that is wrong. */
export function findNumber(
  text: string,
  use: NumberUse,
): (NumberUse & { readonly token: Token }) | undefined {
  const tokens = [...scanTokens(text)];
  const found = new Map<string, Token[]>();
  for (const { name, start } of scanDeclarations(tokens)) {
    const owner = name.slice(0, Math.max(0, name.lastIndexOf(".")));
    const token = tokens[start + 2];
    if (owner !== use.owner && !owner.endsWith(`.${use.owner}`)) continue;
    if (token?.text === use.number && tokens[start + 1]?.text === "=")
      found.set(owner, [...(found.get(owner) ?? []), token]);
  }
  const [owner, [first, second] = []] =
    [...found].find(([, numbers]) => numbers.length > 1) ?? [...found][0] ?? [];
  const token = second ?? first;
  return owner === undefined || token === undefined ? undefined : { owner, number: use.number, token };
}

interface Declaration {
  readonly name: string;
  /** The index of the token that names it. */
  readonly start: number;
  /** The index of the token that ends it: its closing brace, or a semicolon. */
  end: number;
}

const declarers = new Set(["message", "enum", "service", "rpc", "group"]);

/** Every type, field, enum value, service and method with its full name, in the order of the text. */
function scanDeclarations(tokens: readonly Token[]): Declaration[] {
  const declarations: Declaration[] = [];
  // What the open braces belong to; a oneof, an extend or an option opens one without a name.
  const scopes: { readonly prefix: string; readonly declaration: Declaration | undefined }[] = [];
  let prefix = "";
  let declaration: Declaration | undefined;
  let brackets = 0;
  let [beforePrevious, previous] = ["", ""];

  const declare = (name: string, start: number): Declaration => {
    const declared = { name: prefix + name, start, end: start + 1 };
    declarations.push(declared);
    return declared;
  };

  for (const [i, { text: token }] of tokens.entries()) {
    if (token === "{") {
      scopes.push({ prefix, declaration });
      if (declaration !== undefined) prefix = `${declaration.name}.`;
      declaration = undefined;
    } else if (token === "}") {
      const scope = scopes.pop();
      if (scope?.declaration !== undefined) scope.declaration.end = i;
      prefix = scope?.prefix ?? "";
    } else if (token === ";") {
      declaration = undefined;
    } else if (token === "[" || token === "]") {
      brackets += token === "[" ? 1 : -1;
    } else if (previous === "package" && scopes.length === 0) {
      prefix = `${token}.`;
    } else if (declarers.has(previous) && /^\w/.test(token)) {
      declaration = declare(token, i);
    } else if (token === "=" && declaration === undefined && brackets === 0) {
      if (/^[A-Za-z_]\w*$/.test(previous) && beforePrevious !== "option") declare(previous, i - 1);
    }
    [beforePrevious, previous] = [previous, token];
  }
  return declarations;
}

/** A member of an HTTP rule: `body: "greeting"`. */
interface Member {
  /** As in `HttpRule.index`. */
  readonly rule: number;
  /** Its name. */
  readonly key: Token;
  /** Its text, which may be written in several pieces. */
  readonly value: Token[];
}

/** The members of `option (google.api.http) = { ... }`, and of `option (google.api.http).get = "..."`, in a method. */
function scanRules(tokens: readonly Token[]): Member[] {
  const members: Member[] = [];
  let additional = 0;
  for (const statement of splitStatements(tokens)) {
    const words = statement.map(({ text }) => text);
    const end = words.indexOf(")") + 1;
    if (words[0] === "option" && /[(.]http\)$/.test(words.slice(1, end).join("")))
      scanRule(statement.slice(end));
  }
  return members;

  function scanRule(statement: readonly Token[]): void {
    const scopes: { readonly rule: number; readonly member: Member | undefined }[] = [];
    let rule = 0;
    let member: Member | undefined;
    let previous = "";
    for (const token of statement) {
      if (/^["']/.test(token.text)) {
        member?.value.push(token);
      } else if (/^\w/.test(token.text) && !/[:=]/.test(previous)) {
        member = { rule, key: token, value: [] };
        members.push(member);
      } else if (token.text === "{" || token.text === "<") {
        scopes.push({ rule, member });
        if (member?.key.text === "additional_bindings") rule = ++additional;
      } else if (token.text === "}" || token.text === ">") {
        // In a list, another of the same name may follow.
        ({ rule, member } = scopes.pop() ?? { rule: 0, member: undefined });
      }
      previous = token.text;
    }
  }
}

/** The statements between the braces of a method. */
function* splitStatements(tokens: readonly Token[]): Generator<readonly Token[]> {
  const opening = tokens.findIndex(({ text }) => text === "{");
  let start = opening + 1;
  let depth = 0;
  for (const [i, { text }] of tokens.entries()) {
    if (text === "{") depth++;
    else if (text === "}") depth--;
    // Semicolons may also stand between the members of a message.
    if (text !== ";" || depth !== 1) continue;
    yield tokens.slice(start, i);
    start = i + 1;
  }
}

/** The place of a member, or of a column within its text, as far as the text is written as it is read. */
function placeIn({ key, value }: Member, column: number | undefined): Place {
  const [text, ...others] = value;
  if (column === undefined || text === undefined) return placeOf(key);
  const isPlain = others.length === 0 && !text.text.includes("\\");
  return { line: text.line, column: text.column + (isPlain ? column : 1) };
}

function placeOf({ line, column }: Token): Place {
  return { line, column };
}
