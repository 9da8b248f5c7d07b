import type { Tags } from './metric.ts'

/*
 * The grammar of a selector:
 *
 *   selector = metric [ "{" pair { "," pair } "}" ]
 *   pair     = tag ":" value
 *   metric, tag, value = plain | quoted
 *   quoted   = '"' { character | "\" character } '"', or the same in single quotes
 *
 * A plain metric is letters, digits, "_", "-", "." and ":". A plain tag ends at the first colon. A plain value ends at
 * the first comma or closing brace that is not within braces of its own, so `name:GET /products/{id}` needs no quotes.
 * White space around plain text does not count. In quotes, `\n`, `\t`, `\r`, `\b`, `\f` and `\uXXXX` are what they are in
 * JSON, and any other character behind a backslash stands for itself.
 */

/** The series of a metric that have these tags. */
export interface Selector {
  metric: string
  tags: Tags
}

const FORM = 'must be a metric, with tags as in http_reqs{flow:login}'
const PLAIN_METRIC = /^[a-z_][\w.:-]*$/i
const PLAIN_TAG = /^[\w.-]+$/
/** Most values are that plain; what else needs no quotes has no controls, no quotes, and its braces in pairs. */
const PLAINEST_VALUE = /^[\w./-]+$/
const PLAIN_VALUE = /^(?![\s'"])(?:[^,{}"'\\\p{C}]|\{[^{}"'\\\p{C}]*\})+$/u
const ODD_SPACE = /[^\S ]| {2}| $/
/** What a line of a terminal or a page would show as something else. */
const INVISIBLE = /\p{C}|[^\S ]| (?= )/gu
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** Parses `http_req_duration{flow:login}`; `undefined` where the text is no selector. */
export function parseSelector(text: string): Selector | undefined {
  const read = readSelector(text)
  return typeof read === 'string' ? undefined : read
}

/** What is wrong with a text that is no selector; `undefined` for one that is. */
export function selectorMistake(text: string): string | undefined {
  const read = readSelector(text)
  return typeof read === 'string' ? read : undefined
}

/**
 * The one canonical text of a series: its metric, and its tags in order of their names. No two series share it, and
 * `parseSelector` reads it back.
 */
export function seriesKey(metric: string, tags: Tags): string {
  const written = PLAIN_METRIC.test(metric) ? metric : quoted(metric)
  return Object.keys(tags).length === 0 ? written : `${written}{${writeTags(tags)}}`
}

/** Tags as a selector has them between its braces, in order of their names: `flow:buy,name:"GET /products/{id}"`. */
export function writeTags(tags: Tags): string {
  const names = Object.keys(tags).sort()
  return names.map((name) => `${writeTag(name)}:${writeValue(tags[name] as string)}`).join(',')
}

function writeTag(name: string): string {
  return PLAIN_TAG.test(name) ? name : quoted(name)
}

function writeValue(value: string): string {
  if (PLAINEST_VALUE.test(value)) return value
  return PLAIN_VALUE.test(value) && !ODD_SPACE.test(value) ? value : quoted(value)
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(INVISIBLE, codesOf)
}

/** `\u200d`, and two of them for a character beyond 16 bits. */
function codesOf(character: string): string {
  return Array.from(
    { length: character.length },
    (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('')
}

/** The selector, or what is wrong with it. */
function readSelector(text: string): Selector | string {
  try {
    return new SelectorReader(text).read()
  } catch (error) {
    if (error instanceof SelectorMistake) return error.message
    throw error
  }
}

class SelectorMistake extends Error {}

class SelectorReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Selector {
    const metric = this.#metric()
    const tags = new Map<string, string>()
    if (this.#take('{'))
      do {
        const name = this.#tag()
        if (tags.has(name)) throw new SelectorMistake(`must name each tag once, and names ${name} twice`)
        tags.set(name, this.#value())
      } while (this.#take(','))
    if (tags.size > 0 && !this.#take('}'))
      throw new SelectorMistake('must have a comma or a closing brace behind each quoted value')
    if (!this.#isOver())
      throw new SelectorMistake(
        tags.size > 0
          ? 'must end with the brace that closes its tags; quote a value with a brace of its own: http_reqs{name:"a}b"}'
          : FORM,
      )
    return { metric, tags: Object.fromEntries(tags) }
  }

  #metric(): string {
    const text = this.#quoted()
    if (text !== undefined) return text
    const brace = this.#text.indexOf('{', this.#at)
    const metric = this.#upTo(brace === -1 ? this.#text.length : brace)
    if (!PLAIN_METRIC.test(metric)) throw new SelectorMistake(FORM)
    return metric
  }

  #tag(): string {
    const text = this.#quoted()
    const colon = text === undefined ? this.#text.indexOf(':', this.#at) : this.#at
    const end = this.#endOfValue(this.#at)
    if (text === undefined && (colon === -1 || colon > end)) {
      const found = this.#text.slice(this.#at, end).trim()
      throw new SelectorMistake(
        `must have a tag and a colon before each value, and ${quoted(found)} has none; quote a value with a comma: http_reqs{name:"a, b"}`,
      )
    }
    const name = text ?? this.#upTo(colon)
    if (!this.#take(':')) throw new SelectorMistake(`must have a colon behind the tag ${quoted(name)}`)
    if (text === undefined && name === '') throw new SelectorMistake('must name a tag before each colon')
    return name
  }

  #value(): string {
    const text = this.#quoted()
    if (text !== undefined) return text
    const end = this.#endOfValue(this.#at)
    if (end === this.#text.length)
      throw new SelectorMistake(
        'must close each brace that it opens; quote a value with a brace of its own: http_reqs{name:"a{b"}',
      )
    return this.#upTo(end)
  }

  /** Where a plain value ends: at a comma or closing brace outside its own braces, or at the end of the text. */
  #endOfValue(from: number): number {
    let open = 0
    for (let at = from; at < this.#text.length; at++) {
      const character = this.#text[at]
      if (open === 0 && (character === ',' || character === '}')) return at
      if (character === '{') open++
      if (character === '}') open--
    }
    return this.#text.length
  }

  /** The text in quotes that begins here, if one does. */
  #quoted(): string | undefined {
    this.#skipSpace()
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") return undefined
    let text = ''
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at] as string
      if (character === quote) {
        this.#at = at + 1
        return text
      }
      if (character !== '\\') {
        text += character
        continue
      }
      const code = /^u([\da-f]{4})/i.exec(this.#text.slice(at + 1, at + 6))?.[1]
      const escaped = this.#text[at + 1] ?? ''
      text +=
        code === undefined ? (ESCAPES[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(code, 16))
      at += code === undefined ? 1 : 5
    }
    throw new SelectorMistake(`must close the quotes it opens: ${quoted(this.#text.slice(this.#at))}`)
  }

  #upTo(end: number): string {
    const text = this.#text.slice(this.#at, end).trim()
    this.#at = end
    return text
  }

  #take(character: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #isOver(): boolean {
    this.#skipSpace()
    return this.#at === this.#text.length
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text[this.#at] as string)) this.#at++
  }
}
