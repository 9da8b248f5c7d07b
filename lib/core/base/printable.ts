import { stripVTControlCharacters } from 'node:util'

/** What would move the cursor, change colours, ring, or turn the direction of what follows. */
const UNSAFE = /(?![\t\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** Text from outside as a terminal may show it: its lines and tabs, but no escape sequences and no other controls. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(UNSAFE, '')
}
