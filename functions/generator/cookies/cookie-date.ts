const DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/
/** What follows the digits has to be no digit; what it is doesn't matter. */
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)/
const DAY = /^(\d{1,2})(?!\d)/
const YEAR = /^(\d{2,4})(?!\d)/
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const FIRST_YEAR = 1_601

/** What was found so far; the first token that fits a part is that part. */
interface Parts {
  time?: RegExpExecArray
  day?: number
  month?: number
  year?: number
}

/**
 * The date of a cookie's `Expires`, as RFC 6265 section 5.1.1 reads it, in epoch milliseconds; undefined where that finds none.
 * `Date.parse` takes much for a date that is none, such as `0`, and `55` for 1955.
 */
export function parseCookieDate(text: string): number | undefined {
  const parts: Parts = {}
  for (const token of text.split(DELIMITERS)) if (token !== '') read(token, parts)
  const { time, day, month, year } = parts
  if (!time || day === undefined || month === undefined || year === undefined) return undefined
  const [hours, minutes, seconds] = time.slice(1).map(Number) as [number, number, number]
  if (hours > 23 || minutes > 59 || seconds > 59 || year < FIRST_YEAR) return undefined
  const atMs = Date.UTC(year, month, day, hours, minutes, seconds)
  const isADay = day >= 1 && new Date(atMs).getUTCDate() === day
  return isADay ? atMs : undefined
}

function read(token: string, parts: Parts): void {
  if (!parts.time) {
    const time = TIME.exec(token)
    if (time) {
      parts.time = time
      return
    }
  }
  if (parts.day === undefined) {
    const day = DAY.exec(token)
    if (day) {
      parts.day = Number(day[1])
      return
    }
  }
  if (parts.month === undefined) {
    const month = MONTHS.indexOf(token.slice(0, 3).toLowerCase())
    if (month !== -1) {
      parts.month = month
      return
    }
  }
  if (parts.year === undefined) {
    const year = YEAR.exec(token)
    if (year) parts.year = fullYear(Number(year[1]))
  }
}

/** Years of two digits: 70 to 99 are 19xx, 0 to 69 are 20xx. */
function fullYear(year: number): number {
  if (year >= 100) return year
  return year + (year >= 70 ? 1_900 : 2_000)
}
