/** The engine makes longer slices refer to the text, which is kept with them then. */
const maxCopied = 12;

/** A part of a text, of up to 24 characters, that does not keep the text in memory. */
export function copySlice(text: string, start: number, end = text.length): string {
  const middle = start + maxCopied;
  return end <= middle ? text.slice(start, end) : text.slice(start, middle) + text.slice(middle, end);
}
