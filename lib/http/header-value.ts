/**
 * Can it be the value of a header? Line breaks and other controls would end the header, or be refused by Node.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-field-values
 */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}
