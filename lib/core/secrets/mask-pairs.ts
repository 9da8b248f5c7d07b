import { namesCredentialHeader, namesSecret, namesWeakly } from './secret-name.ts'

/**
 * What a text is: one URL, words with URLs in them, or anything. In URLs a pair is `key=value`; in anything it may also
 * be a field of JSON, a line of headers, an element of XML or a value of a form.
 */
export type PairText = 'url' | 'links' | 'text'

const MASK = '***'

/** What may stand between a key and its value. An equals sign is percent-encoded where the URL is itself a value. */
const SEPARATOR = /[=:>]|%(?:25)*3d/gi
/** A longer key is looked at from its end, so that no text takes longer than its length. */
const MAX_KEY_CHARS = 100
const KEY_CHARS = /^[\w.$%[\]-]$/
const BLANKS = ' \t'
const QUOTES = '"\'`'
const NO_SECRET: ReadonlySet<string> = new Set(['true', 'false', 'null', 'undefined'])
const SCHEMES: ReadonlySet<string> = new Set(['basic', 'bearer', 'digest', 'negotiate', 'token'])

interface Key {
  name: string
  /** Whether it stands where a query, a fragment or a path has its keys. */
  isInUrl: boolean
  /** The character before it in a path, where `;` begins a parameter. */
  before: string
}

/** A value to mask: from where to where, and what comes there. */
interface Value {
  from: number
  to: number
  shown: string
}

/** The text with the values of all keys masked that name a secret. One pass: a masked value is not looked into again. */
export function maskPairs(text: string, kind: PairText): string {
  const separator = new RegExp(SEPARATOR)
  let masked = ''
  let from = 0
  for (let found = separator.exec(text); found !== null; found = separator.exec(text)) {
    const value = valueToMask(text, found.index, found[0], from, kind)
    if (value === undefined) continue
    masked += text.slice(from, value.from) + value.shown
    from = value.to
    separator.lastIndex = value.to
  }
  return masked + text.slice(from)
}

function valueToMask(
  text: string,
  at: number,
  separator: string,
  floor: number,
  kind: PairText,
): Value | undefined {
  const after = at + separator.length
  if (separator === '>') return kind === 'text' ? elementValue(text, at, floor) : undefined
  if (separator === ':' && kind !== 'text') return undefined
  const key = keyBefore(text, at, floor)
  if (key.name === '' || (kind === 'links' && !key.isInUrl)) return undefined
  const isUrl = separator !== ':' && (key.isInUrl || kind === 'url')
  if (!namesSecret(key.name, isUrl ? 'url' : 'field')) return undefined
  if (kind === 'url') return plainValue(text, after, endInUrl(text, after, separator, key))
  const isSpaced = separator === ':' || BLANKS.includes(text[at - 1] ?? '-')
  const arrow = separator === '=' && text[after] === '>' ? 1 : 0
  const from = isSpaced || arrow === 1 ? skipBlanks(text, after + arrow) : after
  return quotedValue(text, from) ?? bareValue(text, from, separator, key)
}

function keyBefore(text: string, at: number, floor: number): Key {
  const lowest = Math.max(floor, at - MAX_KEY_CHARS)
  let end = at
  while (end > lowest && BLANKS.includes(text[end - 1] ?? '')) end--
  const quote = text[end - 1] ?? ''
  if (end > lowest && QUOTES.includes(quote)) {
    end--
    while (end > lowest && text[end - 1] === '\\') end--
    const near = text.slice(lowest, end)
    const open = near.lastIndexOf(quote)
    if (open !== -1) return { name: near.slice(open + 1), isInUrl: false, before: quote }
  }
  let start = end
  while (start > lowest && KEY_CHARS.test(text[start - 1] ?? '')) start--
  const before = start > 0 ? (text[start - 1] ?? '') : ''
  const decoded = decode(text.slice(start, end))
  const name = /[^?&#;/=]*$/.exec(decoded)?.[0] ?? decoded
  return { name, isInUrl: name.length < decoded.length || (before !== '' && '?&#;'.includes(before)), before }
}

/** A value of one URL ends with the next pair; one of a path's parameters also with its segment. */
function endInUrl(text: string, from: number, separator: string, key: Key): number {
  const ends = key.before === ';' ? /[&#;?/]/g : separator === '=' ? /[&#]/g : /[&#]|%(?:25)*(?:26|23)/gi
  ends.lastIndex = from
  return ends.exec(text)?.index ?? text.length
}

function plainValue(text: string, from: number, to: number): Value | undefined {
  return NO_SECRET.has(text.slice(from, to)) || from >= to ? undefined : { from, to, shown: MASK }
}

/** A string in quotes, or an object or a list: all of it. What has no end ends with the text. */
function quotedValue(text: string, from: number): Value | undefined {
  const opening = /\\*["'`]/y
  opening.lastIndex = from
  const open = opening.exec(text)?.[0]
  if (open !== undefined) {
    const inside = from + open.length
    const end = endOfString(text, inside, open)
    return end === inside ? undefined : { from: inside, to: end, shown: MASK }
  }
  if (text[from] !== '{' && text[from] !== '[') return undefined
  return { from, to: endOfNested(text, from), shown: `"${MASK}"` }
}

/**
 * Where a string ends that began with `open`: some backslashes, as of JSON inside JSON, and a quote. A quote with as many
 * before it ends the string; each pair of twice as many and two more is an escaped backslash inside of it.
 */
function endOfString(text: string, from: number, open: string): number {
  const depth = open.length - 1
  const quote = open.at(-1) ?? ''
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0
    while (at - backslashes > from && text[at - backslashes - 1] === '\\') backslashes++
    if (backslashes < depth || (backslashes - depth) % (2 * (depth + 1)) === 0)
      return at - Math.min(backslashes, depth)
  }
  return text.length
}

function endOfNested(text: string, from: number): number {
  const marks = /[[\]{}]|\\*["'`]/g
  marks.lastIndex = from
  let depth = 0
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    const mark = found[0]
    if (mark === '{' || mark === '[') depth++
    else if (mark === '}' || mark === ']') depth--
    else marks.lastIndex = Math.min(text.length, endOfString(text, marks.lastIndex, mark) + mark.length)
    if (depth === 0) return marks.lastIndex
  }
  return text.length
}

function bareValue(text: string, from: number, separator: string, key: Key): Value | undefined {
  if (separator === ':' && namesCredentialHeader(key.name))
    return plainValue(text, from, endOfLine(text, from))
  if (separator === ':' && namesWeakly(key.name) && !looksGenerated(text, from)) return undefined
  let to = endOfBare(text, from, separator, key)
  if (SCHEMES.has(text.slice(from, to).toLowerCase()) && BLANKS.includes(text[to] ?? '-'))
    to = endOfBare(text, skipBlanks(text, to), separator, key)
  return plainValue(text, from, to)
}

/** Brackets and punctuation at its end belong to the sentence around it. */
function endOfBare(text: string, from: number, separator: string, key: Key): number {
  const ends =
    separator === ':'
      ? /[\s"<>]/g
      : separator === '='
        ? key.isInUrl
          ? /[\s"<>&#]/g
          : /[\s"<>&]/g
        : /[\s"<>&#]|%(?:25)*(?:26|23)/gi
  ends.lastIndex = from
  let to = ends.exec(text)?.index ?? text.length
  while (to > from && "),.;]}'`\\".includes(text[to - 1] ?? '')) to--
  return to
}

function endOfLine(text: string, from: number): number {
  const ends = /[\r\n]/g
  ends.lastIndex = from
  return ends.exec(text)?.index ?? text.length
}

/** `session: started` is a sentence, `session: 8f3a77c0` is not. */
function looksGenerated(text: string, from: number): boolean {
  const value = /^[^\s"<>]{8,}/.exec(text.slice(from, from + MAX_KEY_CHARS))
  return value !== null && /\d/.test(value[0])
}

/** `<password>…</password>`. */
function elementValue(text: string, at: number, floor: number): Value | undefined {
  const near = text.slice(Math.max(floor, at - MAX_KEY_CHARS), at)
  const name = /<([\w:.-]+)(?:\s[^<]*)?$/.exec(near)?.[1]
  if (name === undefined || !namesSecret(name, 'field')) return undefined
  const end = text.indexOf('<', at + 1)
  return plainValue(text, at + 1, end === -1 ? text.length : end)
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (BLANKS.includes(text[at] ?? '-')) at++
  return at
}

function decode(text: string): string {
  let decoded = text
  for (let round = 0; round < 3 && decoded.includes('%'); round++) {
    try {
      decoded = decodeURIComponent(decoded)
    } catch {
      return decoded
    }
  }
  return decoded
}
