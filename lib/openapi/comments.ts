/**
 * A comment of a `.proto` file as CommonMark for readers outside.
 *
 *     cleanComment("Gets a [Shelf][google.example.Shelf]. (-- TODO: cache --)")   // "Gets a Shelf."
 *
 * Internal comments `(-- ... --)` and lint directives go; references to protobuf elements become their text.
 *
 * @see https://google.aip.dev/192
 */
export function cleanComment(comment: string | null | undefined): string | undefined {
  if (!comment) return undefined;
  const text = comment
    .replace(/\(--[\s\S]*?(?:--\)|$)/g, "")
    .replace(/^[ \t]*(?:buf:lint:|protolint:|clang-format |@exclude\b).*$/gm, "")
    .replace(/\[([^[\]]+)\]\[[\w.]*\]/g, "$1")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return text === "" ? undefined : text;
}

/** What an operation says of itself. */
export interface Texts {
  readonly summary?: string;
  readonly description?: string;
}

/**
 * The first sentence of a cleaned comment as summary, the rest as description.
 *
 *     splitComment("Gets a shelf, e.g. \"1\". Returns NOT_FOUND without one.")
 *     // { summary: 'Gets a shelf, e.g. "1"', description: "Returns NOT_FOUND without one." }
 */
export function splitComment(comment: string | undefined): Texts {
  if (comment === undefined) return {};
  // A block of its own, which would be broken in two.
  if (/^(?:```|~~~|[-*+] |\d+\. |#|\|)/.test(comment)) return { description: comment };
  const end = endOfFirstSentence(comment);
  const summary = comment.slice(0, end).replace(/\s+/g, " ").replace(/\.$/, "");
  const description = comment.slice(end).trim();
  return description === "" ? { summary } : { summary, description };
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
