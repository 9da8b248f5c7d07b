import type { ResponseHeaders } from './carrier.ts'

/** Headers that are looked for in every answer: their absence costs nothing. */
const SET_COOKIE = 'set-cookie'
const CONTENT_ENCODING = 'content-encoding'
const LOCATION = 'location'
/** What a flow reads most, without the cost of all: the first, where there are more. */
const CONTENT_TYPE = 'content-type'
const CONTENT_TYPE_LINE = /(?:^|\n)content-type:[\t ]*([^\r]*)/i

const CASE_BIT = 0x20

/** The headers of an answer as lines, taken apart when somebody asks for one. */
export class HeaderLines implements ResponseHeaders {
  /** Each ends with CR LF. */
  protected lines = ''
  #hasCookie = false
  #hasEncoding = false
  #hasLocation = false
  #all: Readonly<Record<string, string>> | undefined

  value(name: string): string | undefined {
    if (name === SET_COOKIE && !this.#hasCookie) return undefined
    if (name === CONTENT_ENCODING && !this.#hasEncoding) return undefined
    if (name === LOCATION && !this.#hasLocation) return undefined
    if (name === CONTENT_TYPE) return CONTENT_TYPE_LINE.exec(this.lines)?.[1]?.trimEnd()
    return this.all()[name]
  }

  all(): Readonly<Record<string, string>> {
    this.#all ??= headersOf(this.lines)
    return this.#all
  }

  /** Notes that there is a header of this name, where it is one that is looked for. */
  protected noteName(bytes: Buffer, start: number, end: number): void {
    switch (end - start) {
      case LOCATION.length:
        if (isName(bytes, start, LOCATION)) this.#hasLocation = true
        return
      case SET_COOKIE.length:
        if (isName(bytes, start, SET_COOKIE)) this.#hasCookie = true
        return
      case CONTENT_ENCODING.length:
        if (isName(bytes, start, CONTENT_ENCODING)) this.#hasEncoding = true
    }
  }
}

/** `name` in lower case; the bytes in any. */
export function isName(bytes: Buffer, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++)
    if (((bytes[start + i] as number) | CASE_BIT) !== name.charCodeAt(i)) return false
  return true
}

function headersOf(lines: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf('\r\n', start)
    const colon = lines.indexOf(':', start)
    const name = lines.slice(start, colon).toLowerCase()
    const value = lines.slice(colon + 1, end).trim()
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined
    const joint = name === SET_COOKIE ? '\n' : ', '
    headers[name] = before === undefined ? value : before + joint + value
    start = end + 2
  }
  return headers
}
