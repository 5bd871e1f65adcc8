/**
 * A comment of a `.proto` file as CommonMark for readers outside.
 *
 *     cleanComment("Gets a [Shelf][google.example.Shelf]. (-- to be cached --)")   // "Gets a Shelf."
 *
 * Internal comments `(-- ... --)` and lint directives go; references to protobuf elements become their text. What Markdown
 * would take for markup though its author did not, stays: `<name>`, `files/*`, and links that are broken over two lines.
 *
 * @see https://google.aip.dev/192
 */
export function cleanComment(comment: string | null | undefined): string | undefined {
  if (!comment) return undefined;
  const text = comment
    .replace(/\(--[\s\S]*?(?:--\)|$)/g, "")
    .replace(/^[ \t]*(?:buf:lint:|protolint:|clang-format |@exclude\b).*$/gm, "")
    .replace(/\[([^[\]]+)\]\[[\w.]*\]/g, "$1")
    .replace(/\](?:\s+\(|\(\s+)(?=https?:\/\/)/g, "](")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return text === "" ? undefined : escapePlaceholders(text);
}

/**
 * Keep placeholders and wildcards as they were written, outside of code.
 *
 *     escapePlaceholders("In `a/*` or projects/*, called <name>.")    // "In `a/*` or projects/\\*, called \\<name>."
 */
function escapePlaceholders(text: string): string {
  const isMarkup = (tag: string) => unclosed.has(tag) || text.includes(`</${tag}>`);
  return text
    .split(code)
    .map((part, i) =>
      i % 2 === 1 ? part : part.replace(openTag, escapeUnless(isMarkup)).replace(wildcard, escapeStars),
    )
    .join("");
}

/** Fenced, between backticks, or indented. */
const code = /(```[\s\S]*?(?:```|$(?![\s\S]))|`+[^`]+`+|^(?: {4}|\t).*$)/m;

const openTag = /(?<!\\)<([A-Za-z][\w-]*)(?!\w*:\/\/)/g;

/** Tags that HTML need not close. */
const unclosed: ReadonlySet<string> = new Set(["br", "hr", "img", "li", "p"]);

const wildcard = /(?<=[/=])\*{1,2}(?![\w*])|\*(?=\/\*)/g;

function escapeUnless(isMarkup: (tag: string) => boolean): (match: string, tag: string) => string {
  return (match, tag) => (isMarkup(tag) ? match : `\\${match}`);
}

function escapeStars(stars: string): string {
  return stars.replaceAll("*", "\\*");
}

/** What an operation says of itself. */
export interface Texts {
  readonly summary?: string;
  readonly description?: string;
}

/**
 * The first sentence of a cleaned comment as summary, which is text without markup, the rest as description.
 *
 *     splitComment("Gets a shelf, e.g. \"1\". Returns NOT_FOUND without one.")
 *     // { summary: 'Gets a shelf, e.g. "1"', description: "Returns NOT_FOUND without one." }
 */
export function splitComment(comment: string | undefined): Texts {
  if (comment === undefined) return {};
  // A block of its own, which would be broken in two.
  if (/^(?:```|~~~|[-*+] |\d+\. |#|\|)/.test(comment)) return { description: comment };
  const end = endOfFirstSentence(comment);
  const summary = withoutMarkup(comment.slice(0, end)).replace(/\s+/g, " ").replace(/\.$/, "");
  const description = comment.slice(end).trim();
  return description === "" ? { summary } : { summary, description };
}

function withoutMarkup(text: string): string {
  return text
    .replace(/\[([^[\]]+)\]\([^()\s]*\)/g, "$1")
    .replace(/`+([^`]+)`+/g, "$1")
    .replace(/\*\*([^*]+)\*\*/g, "$1")
    .replace(/\\([<*])/g, "$1");
}

function endOfFirstSentence(text: string): number {
  const paragraph = /\n\s*\n|\n(?=[-*+] |\d+\. )/.exec(text)?.index ?? text.length;
  for (const { index } of text.slice(0, paragraph).matchAll(/[.!?](?=\s)|[。！？]/g)) {
    if (!/\b(?:e\.g|i\.e|etc|vs|cf|approx)$/i.test(text.slice(0, index))) return index + 1;
  }
  return paragraph;
}

/**
 * A summary for a method without a comment.
 *
 *     summarizeName("GetIamPolicy")   // "Get iam policy"
 *     summarizeName("ListTLSKeys")    // "List TLS keys"
 */
export function summarizeName(name: string): string {
  const words = name.match(/[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+/g) ?? [name];
  return words.map((word, i) => (i === 0 || /^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase())).join(" ");
}

/** Join paragraphs, leaving out what is missing. */
export function joinParagraphs(...paragraphs: readonly (string | undefined)[]): string | undefined {
  const text = paragraphs.filter((paragraph) => paragraph !== undefined && paragraph !== "").join("\n\n");
  return text === "" ? undefined : text;
}
