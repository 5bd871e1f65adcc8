/** A word, number, string or other character of a `.proto` file. */
export interface Token extends Place {
  /** As written: a string has its quotes. */
  readonly text: string;
  /** Where it begins in the whole text, counted from 0. */
  readonly index: number;
}

/** A place in a text; line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const pattern =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_][\w.]*|\d[\w.]*|\S/g;

/** The tokens of a `.proto` file, without its comments. What is no proto has tokens, too. */
export function* scanTokens(text: string): Generator<Token> {
  let line = 1;
  let startOfLine = 0;
  for (const { 0: token, index } of text.matchAll(pattern)) {
    let end = text.indexOf("\n", startOfLine);
    while (end !== -1 && end < index) {
      line++;
      startOfLine = end + 1;
      end = text.indexOf("\n", startOfLine);
    }
    if (!/^\/[/*]/.test(token)) yield { text: token, index, line, column: index - startOfLine + 1 };
  }
}

/** Find a token on the given line or after it; the first that follows `after`, if that is given and there is one. */
export function findToken(
  text: string,
  token: string,
  { line, after }: { readonly line: number; readonly after?: string | undefined },
): Token | undefined {
  const tokens = [...scanTokens(text)];
  const isIt = (each: Token) => each.line >= line && each.text === token;
  const following = tokens.find((each, i) => isIt(each) && tokens[i - 1]?.text === after);
  return following ?? tokens.find(isIt);
}
