/** Spreadsheets take text that begins so for a formula (OWASP, CSV injection). */
export const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/

/**
 * A cell of text as RFC 4180 writes it, defused: what a spreadsheet would calculate gets an apostrophe before it. Numbers are
 * no text, so that a negative one stays a number.
 */
export function csvCell(text: string): string {
  const plain = FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
