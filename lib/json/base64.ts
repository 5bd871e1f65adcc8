/**
 * Decode base64 in either alphabet, padded or not; `undefined` if the text is something else.
 *
 *     decodeBase64("-_8=")   // <Buffer fb ff>
 *     decodeBase64("+/8")    // <Buffer fb ff>
 *     decodeBase64("a")      // undefined
 */
export function decodeBase64(text: string): Buffer | undefined {
  let length = text.length;
  if (length > 0 && text.charCodeAt(length - 1) === 61) length -= text.charCodeAt(length - 2) === 61 ? 2 : 1;
  if (length % 4 === 1 || (length !== text.length && text.length % 4 !== 0)) return undefined;
  const bytes = Buffer.from(text, "base64");
  // Node skips characters that are not of the alphabet: then the result is too short.
  return bytes.length === Math.floor((length * 3) / 4) ? bytes : undefined;
}
