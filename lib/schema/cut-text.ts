/** Texts of errors carry so many characters of a value. */
const maxLength = 80;

/** The beginning of a text of any length; no character of two halves is taken apart. */
export function cutText(text: string): string {
  if (text.length <= maxLength) return text;
  const isSplit = /[\ud800-\udbff]/.test(text[maxLength - 1]!);
  return `${text.slice(0, isSplit ? maxLength - 1 : maxLength)}...`;
}

/**
 * A text in quotes, as in JSON: what is in it cannot end it, nor move the cursor of a terminal, nor turn the order of
 * what follows.
 */
export function quoteText(text: string): string {
  return escapeControls(JSON.stringify(text));
}

/** Text with the characters escaped that are not seen, but change what is. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
