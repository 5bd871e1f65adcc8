/** Texts of errors carry so many characters of a value. */
const maxLength = 80;

/** The beginning of a text of any length; no character of two halves is taken apart. */
export function cutText(text: string): string {
  if (text.length <= maxLength) return text;
  const isSplit = /[\ud800-\udbff]/.test(text[maxLength - 1]!);
  return `${text.slice(0, isSplit ? maxLength - 1 : maxLength)}...`;
}
