/**
 * The index of the quote that closes a JSON string, `-1` if there is none; `start` is after its opening quote.
 *
 *     findClosingQuote('"a\\"b": 1', 1)   // 5
 */
export function findClosingQuote(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

/** Whether an odd number of backslashes stands before a character. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 92) backslashes++;
  return backslashes % 2 === 1;
}
