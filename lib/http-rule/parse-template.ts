import type { Segment, Template, Variable } from "./template.js";

/** A template that cannot be parsed: what is wrong, what to write instead, and where. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  /** Counted from 1. */
  readonly column: number;

  constructor(column: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.column = column;
  }
}

/**
 * Parse the path template of a `google.api.http` rule.
 *
 *     parseTemplate("/v1/{name=shelves/*}:merge")
 *     // segments: v1, shelves, *    verb: "merge"    variables: name, over segments 1 to 3
 *
 *     parseTemplate("/v1/{name")     // throws TemplateError: column 10
 *
 * The grammar is the one of http.proto, with three additions that peers have as well: `/` alone is a template,
 * segments may follow the one `**`, and a literal may hold escapes and characters beyond ASCII. Both are
 * decoded, and compared with the decoded segment of a request.
 *
 *     Template  = "/" [ Segments [ Verb ] ] ;
 *     Segments  = Segment { "/" Segment } ;
 *     Segment   = "*" | "**" | Literal | Variable ;
 *     Variable  = "{" FieldPath [ "=" Segments ] "}" ;
 *     FieldPath = Identifier { "." Identifier } ;
 *     Verb      = ":" Literal ;
 *
 * The last colon of a last segment that is a literal starts the verb; any other colon of a literal is text.
 *
 * @throws TemplateError
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/http.proto
 */
export function parseTemplate(text: string): Template {
  return new TemplateParser(text).parseTemplate();
}

class TemplateParser {
  readonly #text: string;
  #at = 0;
  readonly #segments: Segment[] = [];
  readonly #variables: Variable[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** `Template = "/" [ Segments [ Verb ] ]` */
  parseTemplate(): Template {
    if (!this.#skip("/")) throw this.#fault('a template starts with "/"');
    let verb: string | undefined;
    if (!this.#atEnd()) {
      this.#parseSegments("in the path");
      verb = this.#parseVerb();
    }
    return { text: this.#text, segments: this.#segments, verb, variables: this.#variables };
  }

  /** `Segments = Segment { "/" Segment }` */
  #parseSegments(place: Place): void {
    do this.#parseSegment(place);
    while (this.#skip("/"));
  }

  /** `Segment = "*" | "**" | Literal | Variable` */
  #parseSegment(place: Place): void {
    const next = this.#text[this.#at];
    if (next === "{") {
      if (place === "in a variable") throw this.#fault(noNesting);
      this.#parseVariable();
    } else if (next === "*") {
      this.#parseWildcard();
    } else {
      this.#parseLiteralSegment(place);
    }
    const isEnd = this.#atEnd() || this.#nextIs(place === "in a variable" ? /[/}]/ : /[/:]/);
    if (!isEnd) throw this.#fault(this.#whyNoEnd(place, next === "*" ? "wildcard" : "variable"));
  }

  #whyNoEnd(place: Place, filler: "wildcard" | "variable"): string {
    if (this.#nextIs(/}/)) return noOpening;
    if (place === "in a variable" && this.#nextIs(/{/)) return noNesting;
    if (place === "in a variable" && this.#nextIs(/:/)) return "a verb follows the closing brace";
    return filler === "wildcard"
      ? wholeWildcard
      : "a variable fills its segment: write a slash between the two";
  }

  #parseWildcard(): void {
    if (!this.#text.startsWith("**", this.#at)) {
      this.#at += 1;
      this.#segments.push(wildcard);
      return;
    }
    if (this.#segments.some((segment) => segment.kind === "deep-wildcard")) {
      throw this.#fault('a template holds one "**": write "*" for the segments around it');
    }
    this.#at += 2;
    this.#segments.push(deepWildcard);
  }

  #parseLiteralSegment(place: Place): void {
    const end = this.#findEndOfLiteral(place);
    if (end === this.#at) throw this.#fault(this.#whyNoSegment(place));
    this.#segments.push({ kind: "literal", value: this.#parseLiteral(end) });
  }

  #whyNoSegment(place: Place): string {
    if (place === "in a variable") return 'a segment is missing: write "*" for any';
    if (this.#nextIs(/}/)) return noOpening;
    if (this.#nextIs(/:/)) return "a segment is missing before the verb";
    return this.#atEnd()
      ? 'a template does not end with "/": remove it'
      : "a segment is missing between the slashes";
  }

  /** Where the literal ends that starts here: at a slash, a brace, or the colon of the verb. */
  #findEndOfLiteral(place: Place): number {
    const end = this.#find(/[/{}]/);
    if (place === "in a variable" || end < this.#text.length) return end;
    const colon = this.#text.lastIndexOf(":");
    return colon >= this.#at ? colon : end;
  }

  /** `Variable = "{" FieldPath [ "=" Segments ] "}"` */
  #parseVariable(): void {
    const opening = this.#at;
    this.#at += 1;
    const column = this.#at + 1;
    const start = this.#segments.length;
    const fieldPath = this.#parseFieldPath();
    if (this.#skip("=")) this.#parseSegments("in a variable");
    else this.#segments.push(wildcard);
    if (!this.#skip("}")) {
      throw this.#fault(
        this.#atEnd()
          ? `the brace of column ${opening + 1} is not closed: write "}"`
          : `${this.#quoteNext()} cannot be in a field path: write "=" or "}"`,
      );
    }
    this.#variables.push({ fieldPath, start, end: this.#segments.length, column });
  }

  /** `FieldPath = Identifier { "." Identifier }` */
  #parseFieldPath(): string[] {
    const fieldPath: string[] = [];
    do {
      const end = this.#find(/[^A-Za-z0-9_]/);
      const identifier = this.#text.slice(this.#at, end);
      if (!/^[A-Za-z_]/.test(identifier)) throw this.#fault(noFieldName);
      fieldPath.push(identifier);
      this.#at = end;
    } while (this.#skip("."));
    return fieldPath;
  }

  /** `Verb = ":" Literal` */
  #parseVerb(): string | undefined {
    if (this.#atEnd()) return undefined;
    this.#skip(":");
    const end = this.#find(/[:/{}]/);
    if (end === this.#at) throw this.#fault(`a verb is missing after the colon: ${textColon}`);
    const verb = this.#parseLiteral(end);
    if (this.#nextIs(/:/)) throw this.#fault(`a verb holds no colon: ${textColon}`);
    if (!this.#atEnd()) throw this.#fault(`a verb ends the template; ${this.#quoteNext()} cannot follow it`);
    return verb;
  }

  /** A literal as text: checked, and its escapes decoded. */
  #parseLiteral(end: number): string {
    const start = this.#at;
    const literal = this.#text.slice(start, end);
    this.#at += literalCharacters.exec(literal)?.[0].length ?? 0;
    if (this.#at < end) throw this.#fault(this.#whyNotLiteral());
    try {
      return decodeURIComponent(literal);
    } catch (cause) {
      throw this.#faultAt(start, "these escapes are not UTF-8: write the characters themselves", { cause });
    }
  }

  #whyNotLiteral(): string {
    const next = this.#text[this.#at];
    if (next === "?") return "a template has no query: fields that it leaves out are read from there";
    if (next === "#") return 'a template has no fragment: write "%23" for the character';
    if (next === "*") return wholeWildcard;
    if (next === "%") return 'an escape is "%" and two hexadecimal digits: write "%25" for a percent sign';
    const code = this.#text.charCodeAt(this.#at);
    if (code > 0x7f) return "half of a surrogate pair cannot occur in a path: write the whole character";
    const escaped = `%${code.toString(16).padStart(2, "0").toUpperCase()}`;
    return `${this.#quoteNext()} cannot occur in a path: write "${escaped}"`;
  }

  #atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  #nextIs(character: RegExp): boolean {
    return character.test(this.#text[this.#at] ?? "");
  }

  #skip(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** Where the pattern is found from here on; otherwise the end of the text. */
  #find(pattern: RegExp): number {
    const distance = this.#text.slice(this.#at).search(pattern);
    return distance === -1 ? this.#text.length : this.#at + distance;
  }

  #quoteNext(): string {
    return JSON.stringify(this.#text[this.#at] ?? "");
  }

  #fault(message: string): TemplateError {
    return this.#faultAt(this.#at, message);
  }

  #faultAt(at: number, message: string, options?: ErrorOptions): TemplateError {
    return new TemplateError(at + 1, message, options);
  }
}

/** Segments of the path itself, or of the pattern that a variable must match. */
type Place = "in the path" | "in a variable";

const wildcard: Segment = { kind: "wildcard" };
const deepWildcard: Segment = { kind: "deep-wildcard" };

/** RFC 3986's `pchar` without the star, and the characters beyond ASCII, which clients escape. */
const literalCharacters = /^(?:[A-Za-z0-9\-._~!$&'()+,;=:@]|%[0-9A-Fa-f]{2}|[^\p{ASCII}\p{Surrogate}])*/u;

const noFieldName = "a field name is missing: it starts with a letter or an underscore";
const noNesting = "a variable holds no other variable: close the first one before";
const noOpening = 'this brace closes nothing: write "{" before the variable or remove it';
const textColon = 'write "%3A" for a colon that is text';
const wholeWildcard = 'a wildcard fills its segment: write "%2A" for a star that is text';
